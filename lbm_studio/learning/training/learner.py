"""The state of training: network, average, optimiser, clock; it can be saved and taken up again."""

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from lbm_studio.learning.model.encoders.encoder import BACKBONE
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
    """Moves the weights one step at a time.

    Attributes:
        step: taken so far.
        seconds: spent on them [s].
        waited_s: of which it waited for data [s].
    """

    def __init__(
        self,
        network: LargeBehaviorModel,
        settings: LossSettings,
        config: OptimiserConfig,
        seed: int,
        *,
        encoder_fraction: float = 1.0,
    ) -> None:
        self.network = network.train()
        self.settings = settings
        self.config = config
        self.step = 0
        self.seconds = 0.0
        self.waited_s = 0.0
        self._phase_step = 0
        self._is_frozen = False
        self.begin_average()
        if config.backbone_fraction == 0.0:
            _freeze(network, (BACKBONE,))
        self._generator = torch.Generator().manual_seed(seed)
        self._optimiser = torch.optim.AdamW(
            _parameter_groups(network, encoder_fraction, config.backbone_fraction),
            lr=config.learning_rate,
            weight_decay=config.weight_decay,
            betas=(0.9, 0.98),
        )

    def train_step(self, batches: Sequence[Batch], progress: float) -> dict[str, float]:
        """Take one step on all of the batches together.

        Args:
            batches: looked at one after the other.
            progress: share of the phase's budget that is spent.

        Returns:
            The losses by name, over all batches.
        """
        network, settings = self.network, self.settings
        losses = (compute_losses(network, one, settings, self._generator) for one in batches)
        return self._descend(losses, len(batches), progress)

    def train_head_step(
        self, seen: Sequence[tuple[Sight, Batch]], progress: float
    ) -> dict[str, float]:
        """Take one step of the head alone, on remembered keypoints."""
        network, settings = self.network, replace(self.settings, noise_draws=1)
        losses = (compute_head_losses(network, *one, settings, self._generator) for one in seen)
        return self._descend(losses, len(seen), progress)

    def begin_average(self) -> None:
        """Let the average begin at the weights as they are."""
        self.average = {k: v.detach().clone() for k, v in self.network.state_dict().items()}

    def go_on_after(self, provenance: Mapping[str, Any]) -> None:
        """Count the steps and seconds that weights it was given have been trained for."""
        self.step = int(provenance.get("steps", 0))
        self.seconds = float(provenance.get("seconds", 0.0))

    def freeze_encoders(self) -> None:
        """Begin the second phase: the encoders keep their averaged weights from now on."""
        if not self._is_frozen:
            self.network.load_state_dict(self.average)
            self._phase_step = 0
            self._is_frozen = True
        _freeze(self.network, ENCODERS)

    def _descend(self, parts: Iterable[Losses], count: int, progress: float) -> dict[str, float]:
        self._optimiser.zero_grad(set_to_none=True)
        told: list[dict[str, float]] = []
        for losses in parts:  # one after the other, so that only one is in memory
            (losses.total / count).backward()
            told.append(losses.as_numbers())
        self._move(progress)
        return {name: sum(one[name] for one in told) / count for name in told[0]}

    def _move(self, progress: float) -> None:
        rate = learning_rate(self.config, self._phase_step, progress, is_head_alone=self._is_frozen)
        for group in self._optimiser.param_groups:
            group["lr"] = rate * group["fraction"]
        nn.utils.clip_grad_norm_(self.network.parameters(), self.config.gradient_clip)
        self._optimiser.step()
        self.step += 1
        self._phase_step += 1
        self._update_average()

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
        numbers = {
            "step": self.step,
            "seconds": self.seconds,
            "waited_s": self.waited_s,
            "phase_step": self._phase_step,
            "is_frozen": self._is_frozen,
        }
        save_state(run, tensors, numbers)

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
        self.waited_s = float(numbers.get("waited_s", 0.0))
        self._phase_step = int(numbers.get("phase_step", self.step))
        self._is_frozen = bool(numbers.get("is_frozen", False))
        self._generator.manual_seed(self.step)
        return True


def learning_rate(
    config: OptimiserConfig, step: int, progress: float, *, is_head_alone: bool
) -> float:
    """Return the rate of a step: a linear warm-up, then a cosine.

    Args:
        config: peaks and shapes.
        step: of the phase, counting from 0.
        progress: share of the phase's budget that is spent.
        is_head_alone: whether only the policy head learns.
    """
    by_steps = (step + 1) / max(1, config.warm_up_steps)
    warm = min(1.0, max(by_steps, progress / config.warm_up_share))
    cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
    peak = config.head_learning_rate if is_head_alone else config.learning_rate
    return peak * warm * (config.final_fraction + (1 - config.final_fraction) * cosine)


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


def _freeze(network: LargeBehaviorModel, parts: tuple[str, ...]) -> None:
    for name, parameter in network.named_parameters():
        if name.startswith(parts):
            parameter.requires_grad_(False)


def _parameter_groups(
    network: LargeBehaviorModel, encoder_fraction: float, backbone_fraction: float
) -> list[dict[str, object]]:
    named = [(n, p) for n, p in network.named_parameters() if p.requires_grad]
    taught = [p for n, p in named if n.startswith(BACKBONE)]
    named = [(n, p) for n, p in named if not n.startswith(BACKBONE)]
    slow = [p for n, p in named if n.startswith(ENCODERS)]
    fast = [p for n, p in named if not n.startswith(ENCODERS)]
    groups: list[dict[str, object]] = [
        {"params": slow, "fraction": encoder_fraction},
        {"params": fast, "fraction": 1.0},
    ]
    return [*groups, {"params": taught, "fraction": backbone_fraction}] if taught else groups


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
