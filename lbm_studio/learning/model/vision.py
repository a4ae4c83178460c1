"""The shared image encoder: keypoints from heat maps at a quarter of the image size.

A small U shape: strides 4, 8, 16 and back up with skips; prompt and camera modulate it from stride
8 on (FiLM, Perez et
al. 2018). The soft argmax of each heat map is a keypoint (spatial softmax, Levine et al. 2016).
Legend: N views (batch x
cameras), C channels, K heat maps, h x w map size.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lbm_studio.learning.model.config import ModelConfig

PEAK_REACH = 3
"""Cells around the highest one that a peak may spread over."""
NEVER = -1e4
"""A logit whose probability is 0."""


class FilmBlock(nn.Module):
    """A residual 3x3 convolution, scaled and shifted by the condition."""

    def __init__(self, channels: int, condition_width: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm = nn.GroupNorm(8, channels)
        self.film = nn.Linear(condition_width, 2 * channels)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        return x + self.modulated(x, condition)  # (N, C, h, w)

    def modulated(self, x: Tensor, condition: Tensor) -> Tensor:
        """Return the branch without the skip."""
        scale, shift = self.film(condition)[:, :, None, None].chunk(2, dim=1)
        return functional.gelu(self.norm(self.convolution(x)) * (1 + scale) + shift)


class KeypointEncoder(nn.Module):
    """Images to heat maps."""

    def __init__(self, config: ModelConfig, cameras: int) -> None:
        super().__init__()
        fine, middle, coarse = config.encoder_widths
        condition = config.condition_width
        self.camera = nn.Parameter(torch.randn(cameras, condition) * 0.02)
        self.stem = nn.Conv2d(3, fine, 6, stride=4, padding=1)
        self.norm_stem = nn.GroupNorm(1, fine)
        self.fine = nn.Conv2d(fine, fine, 3, padding=1)
        self.norm_fine = nn.GroupNorm(8, fine)
        self.down_middle = nn.Conv2d(fine, middle, 2, stride=2)
        self.middle = nn.ModuleList(FilmBlock(middle, condition) for _ in range(2))
        self.down_coarse = nn.Conv2d(middle, coarse, 2, stride=2)
        self.coarse = nn.ModuleList(FilmBlock(coarse, condition) for _ in range(2))
        self.up_middle = nn.Conv2d(coarse, middle, 1)
        self.up_fine = nn.Conv2d(middle, fine, 1)
        self.mix = FilmBlock(fine, condition)
        self.maps = nn.Conv2d(fine, config.heat_maps, 1)

    def forward(self, images: Tensor, prompt: Tensor, cameras: Tensor) -> Tensor:
        """Return (N, K, h, w) map logits.

        Args:
            images: (N, 3, H, W) in [-0.5, 0.5]; where H or W is no multiple of 4, the keypoints
                are stretched by the rest that the stem cuts off.
            prompt: (N, C) condition.
            cameras: (N,) camera numbers.
        """
        condition = prompt + self.camera[cameras]
        x = functional.gelu(self.norm_stem(self.stem(images)))
        fine = x + functional.gelu(self.norm_fine(self.fine(x)))  # (N, fine, H/4, W/4)
        x = self.down_middle(fine)
        for block in self.middle:
            x = block(x, condition)
        middle = x  # (N, middle, H/8, W/8)
        x = self.down_coarse(x)
        for block in self.coarse:
            x = block(x, condition)  # (N, coarse, H/16, W/16)
        middle = middle + _enlarge(self.up_middle(x), middle)
        x = fine + _enlarge(self.up_fine(middle), fine)
        return self.maps(self.mix.modulated(x, condition))


def soft_argmax(logits: Tensor) -> tuple[Tensor, Tensor]:
    """Return keypoints (N, K, 2) as fractions of the image and their probabilities (N, K)."""
    height, width = logits.shape[-2:]
    x = (torch.arange(width, device=logits.device) + 0.5) / width
    y = (torch.arange(height, device=logits.device) + 0.5) / height
    with torch.autocast("cpu", enabled=False):  # bfloat16 would round to most of a pixel
        probability = logits.float().flatten(2).softmax(dim=-1)  # (N, K, h w)
        across = probability @ x.repeat(height)
        down = probability @ y.repeat_interleave(width)
    return torch.stack([across, down], dim=-1), probability.amax(dim=-1)


def peak_argmax(logits: Tensor) -> tuple[Tensor, Tensor]:
    """As :func:`soft_argmax`, but averaged around the highest peak only.

    Torn between two objects, the average over the whole map lies between them, where nothing is.
    It is used when the network acts; it would starve the other peaks of gradient in training.
    """
    height, width = logits.shape[-2:]
    highest = logits.float().flatten(2).argmax(dim=-1)[..., None, None]  # (N, K, 1, 1)
    rows = torch.arange(height, device=logits.device)[:, None]
    columns = torch.arange(width, device=logits.device)
    is_near = ((rows - highest // width).abs() <= PEAK_REACH) & (
        (columns - highest % width).abs() <= PEAK_REACH
    )  # (N, K, h, w)
    keypoints, _ = soft_argmax(logits.float().masked_fill(~is_near, NEVER))
    return keypoints, soft_argmax(logits)[1]


def _enlarge(x: Tensor, like: Tensor) -> Tensor:
    return functional.interpolate(x, size=like.shape[-2:], mode="bilinear", align_corners=False)
