"""The noise processes: how training pairs are made and how a chunk is drawn.

The denoiser knows nothing of them. Flow matching: Lipman et al. 2023 (arXiv 2210.02747), straight
paths, times from a logit-normal (Esser et al. 2024). DDIM: Song et al. 2021 (arXiv 2010.02502) on
the squared-cosine schedule (Nichol and Dhariwal 2021). Legend: B batch, T steps, A action size.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import torch
from torch import Tensor

from lbm_studio.learning.model.normaliser import CLIP

Denoiser = Callable[[Tensor, Tensor], Tensor]
"""(B, T, A) noisy chunks and (B,) times in [0, 1] to a prediction (B, T, A)."""


@dataclass(frozen=True)
class TrainingPair:
    """A spoilt chunk and the answer the network should give.

    ``noisy`` (B, T, A) at ``time`` (B,), ``target`` (B, T, A).
    """

    noisy: Tensor
    time: Tensor
    target: Tensor


class NoiseProcess(Protocol):
    """A noise process."""

    def pair(self, chunks: Tensor, generator: torch.Generator) -> TrainingPair:
        """Spoil clean normalised chunks (B, T, A) with noise."""
        ...

    def sample(self, denoise: Denoiser, noise: Tensor, steps: int) -> Tensor:
        """Turn noise (B, T, A) into chunks with ``steps`` calls of the network."""
        ...


class FlowMatching:
    """Time runs from noise (0) to data (1); the network predicts the velocity."""

    def pair(self, chunks: Tensor, generator: torch.Generator) -> TrainingPair:
        time = torch.sigmoid(torch.randn(len(chunks), generator=generator))
        noise = torch.randn(chunks.shape, generator=generator)
        mix = time[:, None, None]
        return TrainingPair((1 - mix) * noise + mix * chunks, time, chunks - noise)

    def sample(self, denoise: Denoiser, noise: Tensor, steps: int) -> Tensor:
        x = noise
        for step in range(steps):
            x = x + denoise(x, torch.full((len(x),), step / steps)) / steps
        return x


class Ddim:
    """Time runs from data (0) to noise (1); the network predicts the noise."""

    def pair(self, chunks: Tensor, generator: torch.Generator) -> TrainingPair:
        time = torch.rand(len(chunks), generator=generator)
        noise = torch.randn(chunks.shape, generator=generator)
        signal, spread = _levels(time)
        noisy = signal[:, None, None] * chunks + spread[:, None, None] * noise
        return TrainingPair(noisy, time, noise)

    def sample(self, denoise: Denoiser, noise: Tensor, steps: int) -> Tensor:
        x = clean = noise
        times = torch.linspace(1.0, 0.0, steps + 1)
        for now, after in pairwise(times):
            predicted = denoise(x, now.expand(len(x)))
            signal, spread = _levels(now)
            clean = ((x - spread * predicted) / signal).clamp(-CLIP, CLIP)
            predicted = (x - signal * clean) / spread
            signal, spread = _levels(after)
            x = signal * clean + spread * predicted
        return clean


def _levels(time: Tensor) -> tuple[Tensor, Tensor]:
    offset = 0.008  # keeps a little noise at time 0 (Nichol and Dhariwal)
    angle = (time * 0.999 + offset) / (1 + offset) * math.pi / 2
    signal = angle.cos().clamp(min=0.01)
    return signal, (1 - signal**2).sqrt()
