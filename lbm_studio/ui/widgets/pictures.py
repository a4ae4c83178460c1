"""Arrays to Qt pictures."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage


def qimage(array: NDArray[np.uint8]) -> QImage:
    """Return a picture of (H, W, 3) RGB that owns its bytes, so that the array may go away."""
    rows = np.ascontiguousarray(array)
    height, width, _ = rows.shape
    return QImage(rows.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
