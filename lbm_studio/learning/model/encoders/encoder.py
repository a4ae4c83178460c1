"""What every image encoder is.

Legend: N views (batch x cameras), C width of the prompt condition, K heat maps, F features,
h x w map size.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from torch import Tensor, nn

BACKBONE = "encoder.backbone."
"""Names of weights that were taught elsewhere begin with this."""


@dataclass(frozen=True)
class Views:
    """What an encoder says of pictures: ``maps`` (N, K, h, w) logits, ``features`` (N, F)."""

    maps: Tensor
    features: Tensor


class ImageEncoder(nn.Module, ABC):
    """Reads pictures under the condition of a prompt.

    Attributes:
        map_count: K, each read as a keypoint; the first ones are supervised. 0: it has no maps.
        feature_count: F.
    """

    map_count: int
    feature_count: int

    @abstractmethod
    def forward(self, images: Tensor, prompt: Tensor, cameras: Tensor) -> Views:
        """Look at pictures.

        Args:
            images: (N, 3, H, W) in [-0.5, 0.5].
            prompt: (N, C) condition.
            cameras: (N,) camera numbers.
        """

    def load_pretrained(self, source: str) -> str:
        """Begin with weights taught elsewhere; return a sentence that says which.

        Args:
            source: a file or folder; empty: wherever they can be had.

        Raises:
            StudioError: what ``source`` names cannot be used.
        """
        return ""
