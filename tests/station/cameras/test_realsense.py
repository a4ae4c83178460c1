"""RealSense through librealsense's own software device, which is fed with pictures here."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyrealsense2 as rs
import pytest

from lbm_studio.core.clock import ManualClock
from lbm_studio.core.errors import StationError
from lbm_studio.core.station_file import CameraKind
from lbm_studio.station.cameras.realsense import RealSenseCamera, list_realsense
from lbm_studio.station.cameras.source import Image, Timing

PATIENCE_S = 20.0
# The bindings carry no type information.
SDK: Any = rs


@dataclass
class SoftwareCamera:
    """A device that shows what it is told to."""

    device: Any
    sensor: Any
    profiles: dict[tuple[int, int], Any]

    def show(self, image: Image, taken_ms: float) -> None:
        height, width = image.shape[:2]
        frame = SDK.software_video_frame()
        frame.pixels, frame.stride, frame.bpp = image, 3 * width, 3
        frame.timestamp, frame.domain = taken_ms, SDK.timestamp_domain.hardware_clock
        frame.frame_number = round(taken_ms)
        frame.profile = self.profiles[width, height].as_video_stream_profile()
        self.sensor.on_video_frame(frame)


def software_camera(*sizes: tuple[int, int]) -> SoftwareCamera:
    device = SDK.software_device()
    device.register_info(SDK.camera_info.serial_number, "SW-7")
    device.register_info(SDK.camera_info.name, "Software D4xx")
    sensor = device.add_sensor("RGB Camera")
    profiles = {}
    for number, (width, height) in enumerate(sizes):
        stream = SDK.video_stream()
        stream.type, stream.fmt = SDK.stream.color, SDK.format.rgb8
        stream.index, stream.uid, stream.fps, stream.bpp = 0, number, 30, 3
        stream.width, stream.height = width, height
        stream.intrinsics = SDK.intrinsics()
        profiles[width, height] = sensor.add_video_stream(stream)
    return SoftwareCamera(device, sensor, profiles)


@pytest.fixture
def software() -> SoftwareCamera:
    return software_camera((64, 48), (1280, 720), (640, 480))


@pytest.fixture
def camera(software: SoftwareCamera) -> Iterator[RealSenseCamera]:
    clock = ManualClock(55)
    camera = RealSenseCamera("SW-7", Timing(20.0), clock=clock, device=software.device)
    yield camera
    camera.close()


def picture(level: int) -> Image:
    return np.full((480, 640, 3), (level, 0, 255 - level), np.uint8)


def test_a_camera_gives_its_colour_pictures_with_both_times(
    software: SoftwareCamera, camera: RealSenseCamera
) -> None:
    camera.open()

    software.show(picture(40), taken_ms=12.5)
    seen = camera.read(PATIENCE_S)

    assert seen is not None
    assert np.array_equal(seen.image, picture(40))
    assert (seen.arrived_ns, seen.device_ns) == (55, 12_500_000)
    assert camera.identity.words == "Software D4xx, serial SW-7"
    assert camera.identity.kind is CameraKind.REALSENSE


def test_only_the_newest_picture_is_given_and_only_once(
    software: SoftwareCamera, camera: RealSenseCamera
) -> None:
    camera.open()

    for level in (1, 2, 3):
        software.show(picture(level), taken_ms=100.0 * level)
    seen = camera.read(PATIENCE_S)

    assert seen is not None
    assert seen.image[0, 0, 0] == 3
    assert camera.read(0.01) is None


def test_a_picture_stays_as_it_was_when_the_next_one_arrives(
    software: SoftwareCamera, camera: RealSenseCamera
) -> None:
    camera.open()
    software.show(picture(9), taken_ms=1.0)
    first = camera.read(PATIENCE_S)
    software.show(picture(200), taken_ms=2.0)
    camera.read(PATIENCE_S)

    assert first is not None
    assert np.array_equal(first.image, picture(9))


def test_an_exposure_that_cannot_be_set_is_refused(software: SoftwareCamera) -> None:
    camera = RealSenseCamera("SW-7", Timing(20.0, 8000.0), device=software.device)

    with pytest.raises(StationError, match="exposure of the camera SW-7 cannot be set"):
        camera.open()
    camera.close()


def test_the_exposure_is_set_in_steps_of_the_device(software: SoftwareCamera) -> None:
    limits = SDK.option_range()
    limits.min, limits.max, limits.step, limits.default = 1.0, 10000.0, 1.0, 166.0
    software.sensor.add_option(SDK.option.exposure, limits, True)
    camera = RealSenseCamera("SW-7", Timing(20.0, 8000.0), device=software.device)

    camera.open()

    assert software.sensor.get_option(SDK.option.exposure) == 80.0
    camera.close()


def test_a_camera_that_is_not_attached_is_named() -> None:
    with pytest.raises(StationError, match="serial 404 is not attached; there is none of its kind"):
        RealSenseCamera("404", Timing(30.0)).open()


def test_no_hardware_is_an_empty_list() -> None:
    assert list_realsense() == ()
