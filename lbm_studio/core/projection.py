"""Pinhole projection of points into images, in fractions so that any resolution fits."""

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.embodiment import CameraDescription, Mount
from lbm_studio.core.pose import FloatArray, Pose

NEAREST_M = 0.01
"""Points nearer to the camera plane than this are not visible [m]."""


def focal_fractions(camera: CameraDescription) -> tuple[float, float]:
    """Return the focal lengths as fractions of image width and height."""
    vertical = 0.5 / np.tan(camera.vertical_fov_rad / 2.0)
    return float(vertical * camera.height_px / camera.width_px), float(vertical)


def camera_pose(camera: CameraDescription, end_effector: Pose | None) -> Pose:
    """Return the camera's pose in the station frame.

    A wrist camera needs its arm's end effector pose.
    """
    if camera.mount is Mount.SCENE or end_effector is None:
        return camera.pose
    return end_effector @ camera.pose


def project(
    camera: CameraDescription, pose: Pose, points: NDArray[np.floating]
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Project (..., 3) points in the station frame [m] into a camera at ``pose``.

    Returns:
        (..., 2) x to the right and y downwards as fractions of the image, and (...) whether the
        point lies inside it.
    """
    local = (np.asarray(points) - pose.position) @ pose.rotation
    depth = -local[..., 2]
    safe = np.maximum(depth, NEAREST_M)
    horizontal, vertical = focal_fractions(camera)
    x = 0.5 + horizontal * local[..., 0] / safe
    y = 0.5 - vertical * local[..., 1] / safe
    inside = (depth > NEAREST_M) & (x > 0) & (x < 1) & (y > 0) & (y < 1)
    return np.stack([x, y], axis=-1), inside
