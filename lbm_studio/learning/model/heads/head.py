"""What every action head is: a transformer over the steps of a chunk, and a way to teach it.

The tokens are one for each step of the chunk and the prompt slots beside them; the blocks are
modulated by the condition (DiT, see :mod:`lbm_studio.learning.model.blocks`). Heads differ in what
the step tokens start from, what is read out of them, and the loss.

Legend: B batch, T chunk steps, A action size, S prompt slots, P prompt width, C condition width,
D width, O numbers read out for a step.
"""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from lbm_studio.core.embodiment import Embodiment
from lbm_studio.learning.model.blocks import AdaptiveBlock
from lbm_studio.learning.model.config import ModelConfig


class ActionHead(nn.Module, ABC):
    """Draws normalised chunks for a condition and prompt slots.

    Args:
        config: sizes.
        embodiment: whose steps it makes.
        condition_width: C.
        outputs: O.
    """

    def __init__(
        self, config: ModelConfig, embodiment: Embodiment, condition_width: int, outputs: int
    ) -> None:
        super().__init__()
        width = config.width
        self.slot_in = nn.Linear(config.prompt_width, width)
        self.step = nn.Parameter(torch.randn(embodiment.chunk.length, width) * 0.02)
        self.blocks = nn.ModuleList(
            AdaptiveBlock(width, config.heads, condition_width) for _ in range(config.layers)
        )
        self.norm = nn.LayerNorm(width)
        self.action_out = nn.Linear(width, outputs)
        # Zero output: the first prediction is the mean, whatever comes in.
        nn.init.zeros_(self.action_out.weight)
        nn.init.zeros_(self.action_out.bias)

    @abstractmethod
    def loss(
        self,
        condition: Tensor,
        slots: Tensor,
        chunks: Tensor,
        generator: torch.Generator,
        draws: int,
        counted: Tensor | None = None,
    ) -> Tensor:
        """Return how badly it would have drawn the demonstrated chunks.

        Args:
            condition: (B, C).
            slots: (B, S, P).
            chunks: (B, T, A), normalised.
            generator: of whatever the loss draws at random.
            draws: how many times; a head that draws nothing looks once.
            counted: (B, A) which numbers of a chunk teach something; None for all.
        """

    @abstractmethod
    def sample(self, condition: Tensor, slots: Tensor, generator: torch.Generator) -> Tensor:
        """Return normalised chunks (B, T, A) for conditions (B, C) and slots (B, S, P)."""

    def read_out(self, tokens: Tensor, modulation: Tensor, slots: Tensor) -> Tensor:
        """Return (B, T, O) from step tokens (B, T, D) under a modulation (B, C)."""
        x = torch.cat([tokens, self.slot_in(slots)], dim=1)
        for block in self.blocks:
            x = block(x, modulation)  # (B, T + S, D)
        return self.action_out(self.norm(x[:, : tokens.shape[1]]))


def mean_of_counted(errors: Tensor, counted: Tensor | None) -> Tensor:
    """Return the mean of errors (B, T, A), of all or of those that are counted (B, A)."""
    if counted is None:
        return errors.mean()
    weights = counted[:, None, :].expand_as(errors)
    return (errors * weights).sum() / weights.sum().clamp(min=1)
