"""How the hands move in a take: shaken, or pushed against the edge of the workspace."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.embodiment import SafetyCard

FEWEST_TICKS = 5


def jerk_m_s3(positions_m: NDArray[np.floating], rate_hz: float) -> float:
    """Return the root mean square of the jerk of a hand at positions (T, 3) [m/s^3]."""
    if len(positions_m) < FEWEST_TICKS:
        return 0.0
    jerks = np.diff(np.asarray(positions_m, dtype=np.float64), 3, axis=0) * rate_hz**3
    squares: NDArray[np.float64] = np.sum(jerks**2, axis=1)
    return sqrt(float(squares.mean()))


def edge_share(commanded_m: NDArray[np.floating], safety: SafetyCard, margin_m: float) -> float:
    """Return in which share of a take a hand is commanded (T, 3) to the edge of its workspace.

    Args:
        commanded_m: positions in the station frame [m].
        safety: says where the workspace ends.
        margin_m: how near to its edge counts [m].
    """
    if not len(commanded_m):
        return 0.0
    low = np.array(safety.workspace_min_m) + margin_m
    high = np.array(safety.workspace_max_m) - margin_m
    outside = (commanded_m < low) | (commanded_m > high)
    return float(outside.any(axis=1).mean())
