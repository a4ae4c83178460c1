"""The state of training: network, average, optimiser, clock; it can be saved and taken up again."""

import math
import time
from pathlib import Path

import torch
from torch import Tensor, nn

from lbm_studio.learning.model.network import LargeBehaviorModel
from lbm_studio.learning.model.sight import Sight
from lbm_studio.learning.training.batches import Batch
from lbm_studio.learning.training.checkpoint import load_state, save_state
from lbm_studio.learning.training.spec import OptimiserConfig
from lbm_studio.learning.training.step import (
    Losses,
    LossSettings,
    compute_head_losses,
    compute_losses,
)

ENCODERS = ("encoder.", "prompt.")
PRODUCTS_TIMED = 8


class Learner:
    """Moves the weights one step at a time."""

    def __init__(
        self,
        network: LargeBehaviorModel,
        settings: LossSettings,
        config: OptimiserConfig,
        seed: int,
    ) -> None:
        self.network = network.train()
        self.settings = settings
        self.config = config
        self.step = 0
        self.seconds = 0.0
        self._phase_step = 0
        self._is_frozen = False
        self.average = {k: v.detach().clone() for k, v in network.state_dict().items()}
        self._generator = torch.Generator().manual_seed(seed)
        self._optimiser = torch.optim.AdamW(
            _parameter_groups(network, config),
            lr=config.learning_rate,
            weight_decay=config.weight_decay,
            betas=(0.9, 0.98),
        )

    def train_step(self, batch: Batch, progress: float) -> Losses:
        """Take one step; ``progress`` is the share of the phase's budget that is spent."""
        losses = compute_losses(self.network, batch, self.settings, self._generator)
        self._descend(losses, progress)
        return losses

    def train_head_step(self, sight: Sight, batch: Batch, progress: float) -> Losses:
        """Take one step of the head alone, on remembered keypoints."""
        losses = compute_head_losses(self.network, sight, batch, self.settings, self._generator)
        self._descend(losses, progress)
        return losses

    def freeze_encoders(self) -> None:
        """Begin the second phase: the encoders keep their averaged weights from now on."""
        if not self._is_frozen:
            self.network.load_state_dict(self.average)
            self._phase_step = 0
            self._is_frozen = True
        for name, parameter in self.network.named_parameters():
            parameter.requires_grad_(not name.startswith(ENCODERS))

    def _descend(self, losses: Losses, progress: float) -> None:
        rate = self._learning_rate(progress)
        for group in self._optimiser.param_groups:
            group["lr"] = rate * group["fraction"]
        self._optimiser.zero_grad(set_to_none=True)
        losses.total.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), self.config.gradient_clip)
        self._optimiser.step()
        self.step += 1
        self._phase_step += 1
        self._update_average()

    def _learning_rate(self, progress: float) -> float:
        warm = min(1.0, (self._phase_step + 1) / max(1, self.config.warm_up_steps))
        cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
        final = self.config.final_fraction
        return self.config.learning_rate * warm * (final + (1 - final) * cosine)

    @torch.no_grad()
    def _update_average(self) -> None:
        decay = min(self.config.average_decay, (1 + self.step) / (10 + self.step))
        for key, value in self.network.state_dict().items():
            self.average[key].lerp_(value, 1 - decay)

    def save(self, run: Path) -> None:
        """Write everything needed to go on."""
        tensors = {f"network.{k}": v for k, v in self.network.state_dict().items()}
        tensors |= {f"average.{k}": v for k, v in self.average.items()}
        for number, moments in self._optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{number}.{k}": torch.as_tensor(v) for k, v in moments.items()}
        numbers = {"step": self.step, "seconds": self.seconds, "phase_step": self._phase_step}
        save_state(run, tensors, {**numbers, "is_frozen": self._is_frozen})

    def resume(self, run: Path) -> bool:
        """Go on from the saved state of a run folder; False when there is none."""
        state = load_state(run)
        if state is None:
            return False
        tensors, numbers = state
        self.network.load_state_dict(_part(tensors, "network."))
        self.average = _part(tensors, "average.")
        whole = self._optimiser.state_dict()
        moments: dict[int, dict[str, Tensor]] = {}
        for key, value in _part(tensors, "optimiser.").items():
            number, name = key.split(".", 1)
            moments.setdefault(int(number), {})[name] = value
        self._optimiser.load_state_dict({**whole, "state": moments})
        self.step, self.seconds = int(numbers["step"]), float(numbers["seconds"])
        self._phase_step = int(numbers.get("phase_step", self.step))
        self._is_frozen = bool(numbers.get("is_frozen", False))
        self._generator.manual_seed(self.step)
        return True


def native_low_precision() -> bool:
    """Whether bfloat16 products beat float32 here; where they are emulated they never do."""
    fastest = {kind: _fastest_product_s(kind) for kind in (torch.float32, torch.bfloat16)}
    return fastest[torch.bfloat16] < fastest[torch.float32]


def _fastest_product_s(kind: torch.dtype) -> float:
    matrix = torch.randn(256, 256).to(kind)
    spent_s: list[float] = []
    for _ in range(PRODUCTS_TIMED):
        begin_s = time.perf_counter()
        (matrix @ matrix).sum()
        spent_s.append(time.perf_counter() - begin_s)
    return min(spent_s)


def _parameter_groups(
    network: LargeBehaviorModel, config: OptimiserConfig
) -> list[dict[str, object]]:
    named = list(network.named_parameters())
    slow = [p for n, p in named if n.startswith(ENCODERS)]
    fast = [p for n, p in named if not n.startswith(ENCODERS)]
    return [
        {"params": slow, "fraction": config.encoder_fraction},
        {"params": fast, "fraction": 1.0},
    ]


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
