"""Snapshots of the start that is wanted next."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class StartsView:
    """Where the next take should begin, so that starts cover the table.

    Attributes:
        share: how much of the wanted start is blended over the live pictures, 0 to 1.
        sentence: what is wanted, or why nobody knows; empty while nothing is taught.
        pictures: the recorded start that is nearest to what is wanted, (H, W, 3) uint8 RGB by
            camera.
        marks: where in the picture of a camera the first object should lie, as fractions of its
            width and height, 0 at the left and at the top.
    """

    share: float = 0.0
    sentence: str = ""
    pictures: Mapping[str, NDArray[np.uint8]] = field(
        default_factory=dict[str, NDArray[np.uint8]], compare=False
    )
    marks: Mapping[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])
