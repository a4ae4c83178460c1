"""Pictures as the image encoder takes them: shrunk by averaging, floats, channels first."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def shrink(images: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    """Average (..., H, W, 3) over blocks of ``scale`` squared pixels; incomplete blocks are cut."""
    if scale == 1:
        return images
    height, width = images.shape[-3] // scale, images.shape[-2] // scale
    cut = images[..., : height * scale, : width * scale, :]
    total = np.zeros((*cut.shape[:-3], height, width, 3), dtype=np.uint16)
    for row in range(scale):
        for column in range(scale):
            total += cut[..., row::scale, column::scale, :]
    return ((total + scale * scale // 2) // (scale * scale)).astype(np.uint8)


def images_to_tensor(images: NDArray[np.uint8]) -> Tensor:
    """Turn (..., H, W, 3) uint8 into (..., 3, H, W) in [-0.5, 0.5], keeping the memory order."""
    return (torch.from_numpy(images).float() / 255.0 - 0.5).movedim(-1, -3)
