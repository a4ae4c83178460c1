"""Station files to test with: small, complete, not those of any product."""

from dataclasses import replace

import numpy as np

from lbm_studio.core.pose import Pose, rotation_from_vector
from lbm_studio.core.station_file import (
    CalibrationRecord,
    CameraKind,
    Driver,
    Intrinsics,
    StationFile,
    station_file_of,
)
from tests.core.stations import make_station


def make_station_file(name: str = "bench") -> StationFile:
    """Return a station of two arms and two cameras with every field told."""
    file = station_file_of(make_station("right", "left"), driver=Driver.FRANKA)
    base = Pose(np.array([-0.5, 0.3, 0.0]), rotation_from_vector(np.array([0.0, 0.1, 0.2])))
    arms = tuple(
        replace(arm, address=f"127.0.0.{number}", base=base)
        for number, arm in enumerate(file.arms, start=1)
    )
    scene, wrist = file.cameras
    scene = replace(
        scene,
        kind=CameraKind.GENICAM,
        serial="SN-1",
        producer="/opt/vendor.cti",
        rotation_deg=90,
        mirror=True,
        crop_px=(0, 8, 64, 48),
        exposure_us=8000.0,
        intrinsics=Intrinsics(60.0, 60.5, 31.5, 23.5, (0.1, -0.02, 0.0, 0.0)),
    )
    calibration = CalibrationRecord("intrinsics of scene", "2026-11-20", 0.21, "px", 30)
    return replace(file, name=name, arms=arms, cameras=(scene, wrist), calibrations=(calibration,))
