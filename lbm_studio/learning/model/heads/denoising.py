"""The denoising head: noise becomes a chunk in a few steps, by DDIM or by flow matching.

Legend: as in :mod:`lbm_studio.learning.model.heads.head`.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lbm_studio.core.embodiment import Embodiment
from lbm_studio.learning.model.blocks import sinusoid
from lbm_studio.learning.model.config import ModelConfig
from lbm_studio.learning.model.heads.head import ActionHead, mean_of_counted
from lbm_studio.learning.model.heads.noise import NoiseProcess

TIME_FREQUENCIES = 128


class DenoisingHead(ActionHead):
    """A denoiser, and the noise process that trains it and draws with it."""

    def __init__(
        self,
        config: ModelConfig,
        embodiment: Embodiment,
        condition_width: int,
        process: NoiseProcess,
    ) -> None:
        super().__init__(config, embodiment, condition_width, embodiment.action_size)
        self.process = process
        self.chunk_shape = (embodiment.chunk.length, embodiment.action_size)
        self.sample_steps = config.sample_steps
        self.sample_spread = config.sample_spread
        self.time = nn.Sequential(
            nn.Linear(TIME_FREQUENCIES, config.width),
            nn.GELU(),
            nn.Linear(config.width, condition_width),
        )
        self.action_in = nn.Linear(embodiment.action_size, config.width)

    def forward(self, noisy: Tensor, time: Tensor, condition: Tensor, slots: Tensor) -> Tensor:
        """Predict the denoising target (B, T, A) of noisy chunks (B, T, A) at times (B,)."""
        modulation = functional.silu(condition + self.time(sinusoid(time, TIME_FREQUENCIES)))
        return self.read_out(self.action_in(noisy) + self.step, modulation, slots)

    def loss(
        self,
        condition: Tensor,
        slots: Tensor,
        chunks: Tensor,
        generator: torch.Generator,
        draws: int,
        counted: Tensor | None = None,
    ) -> Tensor:
        """Return the mean squared error of the denoiser; every frame is spoilt ``draws`` times."""
        pair = self.process.pair(chunks.repeat(draws, 1, 1), generator)
        told, asked = condition.repeat(draws, 1), slots.repeat(draws, 1, 1)
        predicted = self(pair.noisy, pair.time, told, asked)
        errors = functional.mse_loss(predicted.float(), pair.target, reduction="none")
        return mean_of_counted(errors, None if counted is None else counted.repeat(draws, 1))

    def sample(self, condition: Tensor, slots: Tensor, generator: torch.Generator) -> Tensor:
        shape = (len(condition), *self.chunk_shape)
        noise = self.sample_spread * torch.randn(shape, generator=generator)
        return self.process.sample(
            lambda noisy, time: self(noisy, time, condition, slots), noise, self.sample_steps
        )
