"""Random changes of pictures, by NumPy, which keeps to the thread it is called in.

Legend: B batch, C cameras.
"""

from math import tau

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lbm_studio.learning.training.spec import Augmentation

GREY = np.array([0.299, 0.587, 0.114])
"""How bright red, green and blue look."""
HUE_PLANE = np.array([[0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
"""What is left of a colour without its brightness (YIQ)."""


def shift(
    images: NDArray[np.uint8], augmentation: Augmentation, generator: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Move each of (B, C, H, W, 3) by its own amount, repeating the edge.

    Returns:
        the pictures, and (B, C, 2) how far they were moved, as fractions.
    """
    size, cameras, height, width = images.shape[:4]
    largest = augmentation.shift
    reach = np.array([round(largest * width), round(largest * height)])
    moves = generator.integers(-reach, reach + 1, (size, cameras, 2))
    shown = np.empty_like(images)
    for row in range(size):
        for camera in range(cameras):
            dx, dy = moves[row, camera]
            across = np.clip(np.arange(width) - dx, 0, width - 1)
            down = np.clip(np.arange(height) - dy, 0, height - 1)
            shown[row, camera] = images[row, camera][down][:, across]
    return shown, (moves / np.array([width, height])).astype(np.float32)


def recolour(
    images: NDArray[np.uint8], augmentation: Augmentation, generator: np.random.Generator
) -> Tensor:
    """Change the colours of each of (B, C, H, W, 3), and turn them as ``images_to_tensor`` does."""
    each = (*images.shape[:2], 1, 1, 1)
    brightness = generator.uniform(*augmentation.brightness, each)
    contrast = generator.uniform(*augmentation.contrast, each)
    largest = augmentation.colour_offset
    offset = generator.uniform(-largest, largest, (*each[:-1], 3))
    # With grey at 0: contrast * (brightness * (x + 0.5) - 0.5) + offset.
    floats = images * (contrast * brightness / 255.0).astype(np.float32)
    floats += (offset - 0.5 * contrast).astype(np.float32)
    if augmentation.mixes_colours:
        floats = floats @ _mixing(augmentation, each[:2], generator)
    return torch.from_numpy(floats).movedim(-1, -3)


def _mixing(
    augmentation: Augmentation, each: tuple[int, ...], generator: np.random.Generator
) -> NDArray[np.float32]:
    """Return (B, C, 1, 3, 3) what colours as rows are multiplied with; grey stays as it is."""
    saturation = generator.uniform(*augmentation.saturation, each)
    turn = tau * generator.uniform(-augmentation.hue, augmentation.hue, each)
    basis = np.concatenate([GREY[None], HUE_PLANE])  # (3, 3): a colour to brightness and plane
    change = np.zeros((*each, 3, 3))
    change[..., 0, 0] = 1.0
    change[..., 1, 1] = change[..., 2, 2] = saturation * np.cos(turn)
    change[..., 2, 1] = saturation * np.sin(turn)
    change[..., 1, 2] = -change[..., 2, 1]
    matrix = np.linalg.inv(basis) @ change @ basis
    return np.swapaxes(matrix, -1, -2)[:, :, None].astype(np.float32)
