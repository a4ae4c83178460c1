"""The token head: every number of a chunk is one of a few hundred words.

After RT-1 (Brohan et al. 2022, arXiv 2212.06817) and RT-2 (arXiv 2307.15818): uniform bins over the
range of each dimension, here the clipped range of the normaliser, and cross-entropy. The words of
all steps are read at once from learned step queries, not one after the other: a chunk of 320 words
would otherwise take 320 calls. The likeliest word is taken, as there.

Legend: as in :mod:`lbm_studio.learning.model.heads.head`; N bins.
"""

import torch
from torch import Tensor
from torch.nn import functional

from lbm_studio.core.embodiment import Embodiment
from lbm_studio.learning.model.config import ModelConfig
from lbm_studio.learning.model.heads.head import ActionHead, mean_of_counted
from lbm_studio.learning.model.normaliser import CLIP


class TokenHead(ActionHead):
    """Classifies every number of the chunk."""

    def __init__(self, config: ModelConfig, embodiment: Embodiment, condition_width: int) -> None:
        outputs = embodiment.action_size * config.action_bins
        super().__init__(config, embodiment, condition_width, outputs)
        self.bins = config.action_bins

    def forward(self, condition: Tensor, slots: Tensor) -> Tensor:
        """Return the logits (B, T, A, N) of all words."""
        queries = self.step.expand(len(condition), *self.step.shape)  # (B, T, D)
        words = self.read_out(queries, functional.silu(condition), slots)
        return words.unflatten(-1, (-1, self.bins))

    def loss(
        self,
        condition: Tensor,
        slots: Tensor,
        chunks: Tensor,
        generator: torch.Generator,
        draws: int,
        counted: Tensor | None = None,
    ) -> Tensor:
        """Return the mean cross-entropy of the words; nothing is drawn at random."""
        logits = self(condition, slots).float()
        words = words_of(chunks, self.bins)
        errors = functional.cross_entropy(
            logits.flatten(0, -2), words.flatten(), reduction="none"
        ).view_as(words)
        return mean_of_counted(errors, counted)

    def sample(self, condition: Tensor, slots: Tensor, generator: torch.Generator) -> Tensor:
        return numbers_of(self(condition, slots).argmax(dim=-1), self.bins)


def words_of(numbers: Tensor, bins: int) -> Tensor:
    """Return the bin of each normalised number."""
    share = (numbers + CLIP) / (2 * CLIP)
    return (share * bins).long().clamp(0, bins - 1)


def numbers_of(words: Tensor, bins: int) -> Tensor:
    """Return the middle of each bin."""
    return ((words + 0.5) / bins * 2 - 1) * CLIP
