"""From how far a control is pushed to how fast a hand moves: the same for every device."""

import numpy as np

from lbm_studio.core.pose import FloatArray


def shaped(value: float, dead_zone: float) -> float:
    """Return a control's value, -1 to 1, without its dead zone, and finer near the middle."""
    beyond = max(0.0, min(1.0, abs(value)) - dead_zone) / (1.0 - dead_zone)
    return float(np.copysign(beyond**2, value))


def at_most(velocity: FloatArray, limit: float) -> FloatArray:
    """Return the velocity, shortened to the limit without changing its direction."""
    speed = float(np.linalg.norm(velocity))
    return velocity if speed <= limit else velocity * (limit / speed)
