"""Looking at pictures that were written."""

from pathlib import Path

import numpy as np
from PIL import Image


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def shown(path: Path, colour: str) -> np.ndarray:
    """Return (H, W) where a picture has that colour, as far as smooth edges leave it."""
    rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return np.asarray((np.abs(pixels(path).astype(int) - rgb) < 48).all(-1))
