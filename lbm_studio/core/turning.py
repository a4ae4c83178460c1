"""How a camera's picture is turned before anything else is done to it."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

S = TypeVar("S", bound=np.generic)

QUARTER_DEG = 90


def turn_picture(image: NDArray[S], rotation_deg: int, *, mirror: bool) -> NDArray[S]:
    """Return a picture turned clockwise by quarters, then left and right exchanged; a view.

    Args:
        image: (H, W, ...).
        rotation_deg: 0, 90, 180 or 270 [deg].
        mirror: whether left and right are exchanged.
    """
    upright = np.rot90(image, -rotation_deg // QUARTER_DEG)
    return upright[:, ::-1] if mirror else upright
