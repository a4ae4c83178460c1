"""The simulated stations: two FR3 arms with six cameras, and one arm with two cameras.

The only place where the number of arms and cameras, image sizes, chunk lengths and rates are
written down.
"""

from collections.abc import Callable, Mapping
from math import radians

import numpy as np
from numpy.typing import ArrayLike

from lbm_studio.core.embodiment import (
    ArmDescription,
    CameraDescription,
    ChunkSpec,
    Embodiment,
    Measurement,
    Mount,
    SafetyCard,
    StationDescription,
)
from lbm_studio.core.errors import UnknownNameError
from lbm_studio.core.pose import Pose

_BASE_X_M = -0.5
_BASE_Y_M = 0.32
_GRIPPER_MAX_WIDTH_M = 0.08
_HOME_RIGHT_RAD = (-0.101, -0.643, -0.161, -2.584, -0.104, 1.946, 0.593)
_HOME_LEFT_RAD = (0.101, -0.643, 0.161, -2.584, 0.104, 1.946, 0.978)
_HOME_CENTRE_RAD = (0.0, -0.643, 0.0, -2.584, 0.0, 1.946, 0.785)

_SAFETY = SafetyCard(max_force_n=800.0)
"""Simulated arms are stiffer than real ones: they press a button home with up to 400 N."""

_SCENE_SIZE_PX = (384, 288)
_WRIST_SIZE_PX = (192, 144)
_SCENE_FOV_RAD = radians(32.5)
_WRIST_FOV_RAD = radians(80.0)
_SCENE_POSITION_M = (0.6, 0.4, 0.78)
_SCENE_TARGET_M = (0.02, 0.015, 0.0)
_WRIST_OFFSET_M = 0.085
_WRIST_HEIGHT_M = -0.058
_WRIST_TARGET_M = (0.02, 0.0, 0.03)


def dual_fr3() -> StationDescription:
    """Return the two-armed station with six cameras."""
    embodiment = Embodiment(
        name="dual_fr3",
        arms=(
            _arm("right", -_BASE_Y_M, _HOME_RIGHT_RAD),
            _arm("left", _BASE_Y_M, _HOME_LEFT_RAD),
        ),
        cameras=(
            _scene_camera("scene_right_0", -1.0, _SCENE_SIZE_PX),
            _scene_camera("scene_left_0", 1.0, _SCENE_SIZE_PX),
            _wrist_camera("wrist_left_minus", "left", -1.0, _WRIST_SIZE_PX),
            _wrist_camera("wrist_left_plus", "left", 1.0, _WRIST_SIZE_PX),
            _wrist_camera("wrist_right_minus", "right", -1.0, _WRIST_SIZE_PX),
            _wrist_camera("wrist_right_plus", "right", 1.0, _WRIST_SIZE_PX),
        ),
        chunk=ChunkSpec(length=16, past=1, execute=4, rate_hz=10.0),
    )
    return StationDescription(
        "simulated", "Simulated station", True, embodiment, _SAFETY, tuple(Measurement)
    )


def single_fr3() -> StationDescription:
    """Return the one-armed station with two cameras."""
    embodiment = Embodiment(
        name="single_fr3",
        arms=(_arm("right", 0.0, _HOME_CENTRE_RAD),),
        cameras=(
            _scene_camera("scene_right_0", -1.0, (256, 192)),
            _wrist_camera("wrist_right_minus", "right", -1.0, (128, 96)),
        ),
        chunk=ChunkSpec(length=8, past=1, execute=4, rate_hz=5.0),
    )
    title = "Simulated station with one arm"
    return StationDescription(
        "simulated-single", title, True, embodiment, _SAFETY, tuple(Measurement)
    )


STATIONS: Mapping[str, Callable[[], StationDescription]] = {
    "simulated": dual_fr3,
    "simulated-single": single_fr3,
}
"""The stations by name."""


def find_station(name: str) -> StationDescription:
    """Return the description of a simulated station.

    Raises:
        UnknownNameError: there is no such station.
    """
    if name not in STATIONS:
        raise UnknownNameError("station", name, STATIONS)
    return STATIONS[name]()


def _arm(name: str, base_y_m: float, home_joints_rad: tuple[float, ...]) -> ArmDescription:
    base = Pose(np.array([_BASE_X_M, base_y_m, 0.0]), np.eye(3))
    return ArmDescription(name, base, home_joints_rad, _GRIPPER_MAX_WIDTH_M)


def _scene_camera(name: str, side: float, size_px: tuple[int, int]) -> CameraDescription:
    """A camera beyond the work area, on the side ``side`` of the y axis, looking back at it."""
    x, y, z = _SCENE_POSITION_M
    target_x, target_y, target_z = _SCENE_TARGET_M
    target = (target_x, side * target_y, target_z)
    pose = _look_at((x, side * y, z), target, up=(0.0, 0.0, 1.0))
    return CameraDescription(name, Mount.SCENE, None, *size_px, _SCENE_FOV_RAD, pose)


def _wrist_camera(name: str, arm: str, side: float, size_px: tuple[int, int]) -> CameraDescription:
    """A camera beside the hand, on the side ``side`` of its x axis, looking past the fingers."""
    position = (side * _WRIST_OFFSET_M, 0.0, _WRIST_HEIGHT_M)
    x, y, z = _WRIST_TARGET_M
    pose = _look_at(position, (side * x, y, z), up=(-side, 0.0, 0.0))
    return CameraDescription(name, Mount.WRIST, arm, *size_px, _WRIST_FOV_RAD, pose)


def _look_at(position: ArrayLike, target: ArrayLike, *, up: ArrayLike) -> Pose:
    """Return the pose of a camera at ``position`` that looks at ``target`` (along -z, y up)."""
    origin = np.asarray(position, dtype=np.float64)
    back = origin - np.asarray(target, dtype=np.float64)
    back /= np.linalg.norm(back)
    right = np.cross(np.asarray(up, dtype=np.float64), back)
    right /= np.linalg.norm(right)
    return Pose(origin, np.stack([right, np.cross(back, right), back], axis=1))
