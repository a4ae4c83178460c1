"""What the encoders with heat maps share: modulation by a condition, and the way back up.

FiLM: Perez et al. 2018. Legend: as in :mod:`lbm_studio.learning.model.encoders.encoder`.
"""

from torch import Tensor, nn
from torch.nn import functional


class FilmBlock(nn.Module):
    """A residual 3x3 convolution, scaled and shifted by the condition."""

    def __init__(self, channels: int, condition_width: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm = nn.GroupNorm(8, channels)
        self.film = nn.Linear(condition_width, 2 * channels)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        return x + self.modulated(x, condition)  # (N, channels, h, w)

    def modulated(self, x: Tensor, condition: Tensor) -> Tensor:
        """Return the branch without the skip."""
        scale, shift = self.film(condition)[:, :, None, None].chunk(2, dim=1)
        return functional.gelu(self.norm(self.convolution(x)) * (1 + scale) + shift)


def enlarge(x: Tensor, like: Tensor) -> Tensor:
    """Return ``x`` at the map size of ``like``."""
    return functional.interpolate(x, size=like.shape[-2:], mode="bilinear", align_corners=False)
