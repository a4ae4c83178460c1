"""Slots, and pictures of a world that is known everywhere, to test cameras with."""

from math import pi
from pathlib import Path

import cv2
import numpy as np

from lbm_studio.core.embodiment import Mount
from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.core.station_file import CameraKind, CameraSetup, Intrinsics
from lbm_studio.station.calibration.lens import lens_matrix
from lbm_studio.station.cameras.source import Image


def slot(name: str = "scene", **changes: object) -> CameraSetup:
    """Return a slot; what is not told is as plain as can be."""
    values: dict[str, object] = {
        "name": name,
        "mount": Mount.SCENE,
        "arm": None,
        "kind": CameraKind.FILE,
        "serial": "",
        "producer": "",
        "width_px": 64,
        "height_px": 48,
        "vertical_fov_rad": 0.8,
        "pose": Pose.identity(),
        "latency_s": 0.0,
        "rate_hz": 25.0,
    }
    return CameraSetup(**(values | changes))  # pyright: ignore[reportArgumentType]


def world(rays: FloatArray) -> Image:
    """Return (..., 3) colours of a smooth world in the directions (..., 2): x/z and y/z."""
    x, y = rays[..., 0], rays[..., 1]
    waves = [np.sin(2 * pi * 3 * x), np.cos(2 * pi * 2 * y), np.sin(2 * pi * 2 * (x + y))]
    return (127.5 + 100.0 * np.stack(waves, axis=-1)).round().astype(np.uint8)


def seen_through(lens: Intrinsics, width: int, height: int) -> Image:
    """Return (height, width, 3) of the world through a lens."""
    x, y = np.meshgrid(np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64))
    pixels = np.stack([x, y], axis=-1).reshape(-1, 1, 2)
    distortion = np.array(lens.distortion or (0.0,) * 5)
    criteria = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 100, 1e-10)
    rays = cv2.undistortPoints(pixels, lens_matrix(lens), distortion, criteria=criteria)
    return world(np.asarray(rays, np.float64).reshape(height, width, 2))


def write_video(path: Path, pictures: list[Image], rate_hz: float) -> Path:
    """Write a video without loss of more than its encoder's."""
    height, width = pictures[0].shape[:2]
    fourcc = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(path), fourcc, rate_hz, (width, height))
    assert writer.isOpened()
    for picture in pictures:
        writer.write(np.ascontiguousarray(picture[..., ::-1]))
    writer.release()
    return path
