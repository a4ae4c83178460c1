"""Our own image encoder: keypoints from heat maps at a quarter of the image size.

A small U shape: strides 4, 8, 16 and back up with skips; prompt and camera modulate it from stride
8 on. Legend: as in :mod:`lbm_studio.learning.model.encoders.encoder`.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lbm_studio.learning.model.config import ModelConfig
from lbm_studio.learning.model.encoders.encoder import ImageEncoder, Views
from lbm_studio.learning.model.encoders.film import FilmBlock, enlarge


class KeypointEncoder(ImageEncoder):
    """Images to heat maps.

    Where a side of the images is no multiple of 4, the keypoints are stretched by the rest that
    the stem cuts off.
    """

    def __init__(self, config: ModelConfig, cameras: int) -> None:
        super().__init__()
        self.map_count, self.feature_count = config.heat_maps, 0
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

    def forward(self, images: Tensor, prompt: Tensor, cameras: Tensor) -> Views:
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
        middle = middle + enlarge(self.up_middle(x), middle)
        x = fine + enlarge(self.up_fine(middle), fine)
        return Views(self.maps(self.mix.modulated(x, condition)), images.new_empty(len(x), 0))
