"""Station descriptions to test with: small, complete, not those of any product."""

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


def make_station(*arm_names: str) -> StationDescription:
    """Return a station with the given arms, a scene camera and a camera on the first arm."""
    arms = tuple(ArmDescription(name, Pose.identity(), (0.0,) * 7, 0.08) for name in arm_names)
    cameras = (
        CameraDescription("scene", Mount.SCENE, None, 64, 48, 0.8, Pose.identity()),
        CameraDescription("wrist", Mount.WRIST, arm_names[0], 32, 24, 1.1, Pose.identity()),
    )
    embodiment = Embodiment("tiny", arms, cameras, ChunkSpec(6, 1, 3, 5.0))
    return StationDescription("bench", "Bench", True, embodiment, SafetyCard())
