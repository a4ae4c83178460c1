"""Station descriptions to test with: small, complete, not those of any product."""

import numpy as np

from lbm_studio.core.embodiment import (
    ArmDescription,
    CameraDescription,
    ChunkSpec,
    Embodiment,
    Mount,
    SafetyCard,
    StationDescription,
)
from lbm_studio.core.pose import Pose

FIRST_BASE_M = (-0.6, -0.15, 0.0)
BASE_SPACING_M = 0.6
HOME_RAD = (0.0, -0.643, 0.0, -2.584, 0.0, 1.946, 0.785)


def make_station(*arm_names: str) -> StationDescription:
    """Return a station with the given arms, a scene camera and a camera on the first arm."""
    arms = tuple(
        ArmDescription(name, Pose(np.add(FIRST_BASE_M, (0.0, y_m, 0.0)), np.eye(3)), HOME_RAD, 0.08)
        for y_m, name in zip(np.arange(len(arm_names)) * BASE_SPACING_M, arm_names, strict=True)
    )
    cameras = (
        CameraDescription("scene", Mount.SCENE, None, 64, 48, 0.8, Pose.identity()),
        CameraDescription("wrist", Mount.WRIST, arm_names[0], 32, 24, 1.1, Pose.identity()),
    )
    embodiment = Embodiment("tiny", arms, cameras, ChunkSpec(6, 1, 3, 5.0))
    return StationDescription("bench", "Bench", True, embodiment, SafetyCard())
