"""Station files to test with: small, complete, not those of any product."""

from dataclasses import replace

import numpy as np

from lbm_studio.core.embodiment import CameraDescription, StationDescription
from lbm_studio.core.pose import Pose, rotation_from_vector
from lbm_studio.core.station_file import (
    ArmSetup,
    CalibrationRecord,
    CameraKind,
    CameraSetup,
    Driver,
    Intrinsics,
    StationFile,
)
from tests.core.stations import make_station


def station_file_of(description: StationDescription, *, driver: Driver) -> StationFile:
    """Return a described station as a file, with neither addresses nor serial numbers."""
    body = description.embodiment
    return StationFile(
        name=description.name,
        title=description.title,
        driver=driver,
        embodiment_name=body.name,
        chunk=body.chunk,
        arms=tuple(
            ArmSetup(arm.name, "", arm.base, arm.home_joints_rad, arm.gripper_max_width_m)
            for arm in body.arms
        ),
        cameras=tuple(_slot(camera, body.chunk.rate_hz) for camera in body.cameras),
        safety=description.safety,
        realtime=driver is not Driver.SIMULATED,
    )


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


def _slot(camera: CameraDescription, rate_hz: float) -> CameraSetup:
    return CameraSetup(
        name=camera.name,
        mount=camera.mount,
        arm=camera.arm,
        kind=CameraKind.SIMULATED,
        serial="",
        producer="",
        width_px=camera.width_px,
        height_px=camera.height_px,
        vertical_fov_rad=camera.vertical_fov_rad,
        pose=camera.pose,
        latency_s=camera.latency_s,
        rate_hz=rate_hz,
    )
