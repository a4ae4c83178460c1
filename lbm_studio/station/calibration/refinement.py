"""Poses that explain all that was seen at once: least squares by Levenberg and Marquardt."""

from collections.abc import Callable, Sequence

import numpy as np

from lbm_studio.core.pose import FloatArray, Pose, rotation_from_vector

Residuals = Callable[[Sequence[Pose]], FloatArray]
"""What poses leave unexplained."""

_DEGREES_OF_FREEDOM = 6
_STEP = 1e-6
_FIRST_DAMPING, _EASIER, _HARDER = 1e-3, 0.3, 10.0
_MOST_ROUNDS, _MOST_ATTEMPTS = 50, 12
_SETTLED = 1e-8


def refine(residuals: Residuals, start: Sequence[Pose]) -> list[Pose]:
    """Return the poses near ``start`` of which the squares of the residuals are least."""
    poses, damping = list(start), _FIRST_DAMPING
    left = residuals(poses)
    for _ in range(_MOST_ROUNDS):
        slope = _slope(residuals, poses)
        normal, downhill = slope.T @ slope, -slope.T @ left
        for _ in range(_MOST_ATTEMPTS):
            damped = normal + damping * np.diag(np.diag(normal))
            step = np.asarray(np.linalg.solve(damped, downhill), np.float64)
            moved = _moved(poses, step)
            then = residuals(moved)
            if then @ then <= left @ left:
                break
            damping *= _HARDER
        else:
            return poses
        poses, left, damping = moved, then, damping * _EASIER
        if np.abs(step).max() < _SETTLED:
            break
    return poses


def _slope(residuals: Residuals, poses: Sequence[Pose]) -> FloatArray:
    """Return (residuals, 6 a pose) how the residuals change with the poses."""
    columns: list[FloatArray] = []
    for number in range(_DEGREES_OF_FREEDOM * len(poses)):
        step = np.zeros(_DEGREES_OF_FREEDOM * len(poses))
        step[number] = _STEP
        ahead, behind = residuals(_moved(poses, step)), residuals(_moved(poses, -step))
        columns.append((ahead - behind) / (2.0 * _STEP))
    return np.stack(columns, axis=1)


def _moved(poses: Sequence[Pose], step: FloatArray) -> list[Pose]:
    """Shift each pose by three metres and turn it about its own axes by three radians of a step."""
    parts = step.reshape(-1, _DEGREES_OF_FREEDOM)
    return [
        Pose(pose.position + part[:3], pose.rotation @ rotation_from_vector(part[3:]))
        for pose, part in zip(poses, parts, strict=True)
    ]
