"""What an FR3's joints can do where they are: angles and position-dependent speeds.

The speeds are those of Franka's specification of the FR3 ("Limits for Franka Research 3"): towards
the end of its range a joint must be able to brake before it, ``v = sqrt(2 a d) - offset``.
"""

import numpy as np

from lbm_studio.core.pose import FloatArray

_ENDS_RAD: FloatArray = np.array(
    [
        (-2.7501, 2.7501),
        (-1.7918, 1.7918),
        (-2.9065, 2.9065),
        (-3.0481, -0.1458),
        (-2.8101, 2.8101),
        (0.54092, 4.5205),
        (-3.0196, 3.0196),
    ]
).T
_MAX_SPEED_RAD_S = np.array([2.62, 2.62, 2.62, 2.62, 5.26, 4.18, 5.26])
_OFFSET_RAD_S = np.array([0.30, 0.20, 0.20, 0.30, 0.35, 0.35, 0.35])
_BRAKING_RAD_S2 = np.array([6.0, 2.585, 3.5, 4.0, 17.0, 5.5, 17.0])


def allowed_speed_rad_s(joints_rad: FloatArray, direction: FloatArray) -> FloatArray:
    """Return how fast each joint may turn where it is.

    Args:
        joints_rad: (7,) angles [rad].
        direction: (7,) the sign says to which end each joint turns.
    """
    low_rad, high_rad = joints_rad - _ENDS_RAD[0], _ENDS_RAD[1] - joints_rad
    is_upwards = direction > 0.0
    left_rad = is_upwards * high_rad + ~is_upwards * low_rad
    braking = np.sqrt(2.0 * _BRAKING_RAD_S2 * np.maximum(left_rad, 0.0)) - _OFFSET_RAD_S
    return np.clip(braking, 0.0, _MAX_SPEED_RAD_S)
