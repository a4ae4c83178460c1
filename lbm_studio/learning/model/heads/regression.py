"""The regression head: the chunk itself, in one call, from learned step queries.

After ACT (Zhao et al. 2023, arXiv 2304.13705), with its absolute error. ACT's variational encoder
is left out: it tells apart the styles of people who demonstrate, is fed its mean when the policy
acts, and has nothing to encode where one demonstrator always decides alike. Where demonstrations
branch, this head draws the middle of the branches; the denoising heads do not.

Legend: as in :mod:`lbm_studio.learning.model.heads.head`.
"""

import torch
from torch import Tensor
from torch.nn import functional

from lbm_studio.core.embodiment import Embodiment
from lbm_studio.learning.model.config import ModelConfig
from lbm_studio.learning.model.heads.head import ActionHead, mean_of_counted


class RegressionHead(ActionHead):
    """Predicts every number of the chunk."""

    def __init__(self, config: ModelConfig, embodiment: Embodiment, condition_width: int) -> None:
        super().__init__(config, embodiment, condition_width, embodiment.action_size)

    def forward(self, condition: Tensor, slots: Tensor) -> Tensor:
        """Return the chunks (B, T, A)."""
        queries = self.step.expand(len(condition), *self.step.shape)  # (B, T, D)
        return self.read_out(queries, functional.silu(condition), slots)

    def loss(
        self,
        condition: Tensor,
        slots: Tensor,
        chunks: Tensor,
        generator: torch.Generator,
        draws: int,
        counted: Tensor | None = None,
    ) -> Tensor:
        """Return the mean absolute error; nothing is drawn at random."""
        drawn = self(condition, slots).float()
        return mean_of_counted(functional.l1_loss(drawn, chunks, reduction="none"), counted)

    def sample(self, condition: Tensor, slots: Tensor, generator: torch.Generator) -> Tensor:
        return self(condition, slots)
