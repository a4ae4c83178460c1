"""RealSense cameras: the colour pictures of D4xx by USB.

``pyrealsense2`` as it comes from PyPI serves cameras on USB. FRAMOS's GigE cameras (D400e) need
their CameraSuite and FRAMOS's own build of librealsense: install that, and put its Python module,
also called ``pyrealsense2``, in the place of the other one; nothing here changes.
"""

import importlib
from types import ModuleType
from typing import Any

import numpy as np

from lbm_studio.core.attached_camera import AttachedCamera
from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, Clock, MonotonicClock
from lbm_studio.core.errors import StationError
from lbm_studio.core.station_file import CameraKind
from lbm_studio.station.cameras.source import RawPicture, Timing, exposure_refused, pick

SMALLEST_HEIGHT_PX = 480
"""Streams are at least so high, so that a crop leaves enough [px]."""

_MS_PER_S = 1000
_COLOUR_STEP_US = 100.0
"""Unit of the exposure of colour modules; stereo modules, as the D405's, count in us [us]."""


def load_realsense() -> ModuleType:
    """Return the module ``pyrealsense2``.

    Raises:
        StationError: it is not installed, or lacks a system library; the sentence says how to.
    """
    try:
        return importlib.import_module("pyrealsense2")
    except ImportError as error:
        remedy = (
            "a system library. Install it with: sudo apt install libusb-1.0-0."
            if "libusb" in str(error)
            else "pyrealsense2. Install it with: pip install “lbm-studio[cameras]”."
        )
        raise StationError(f"RealSense cameras need {remedy}") from error


def list_realsense() -> tuple[AttachedCamera, ...]:
    """Return what is attached.

    Raises:
        StationError: pyrealsense2 is missing.
    """
    rs = load_realsense()
    return tuple(_identity(rs, device) for device in rs.context().query_devices())


class RealSenseCamera:
    """The colour stream of one device.

    Args:
        serial: which device.
        timing: of its pictures.
        clock: stamps arrivals.
        device: is used instead of looking for one.
    """

    def __init__(
        self,
        serial: str,
        timing: Timing,
        *,
        clock: Clock | None = None,
        device: Any = None,
    ) -> None:
        self.identity = AttachedCamera(CameraKind.REALSENSE, serial, "RealSense camera")
        self._timing = timing
        self._clock = clock or MonotonicClock()
        self._device = device
        self._sensor: Any = None
        self._queue: Any = None

    def open(self) -> None:
        self.close()
        rs = load_realsense()
        attached = [self._device] if self._device else rs.context().query_devices()
        those = [(_identity(rs, device), device) for device in attached]
        self.identity, device = pick(self.identity.serial, those)
        sensor, profile = self._choose(rs, device)
        try:
            sensor.open(profile)
            self._sensor = sensor
            self._queue = rs.frame_queue(1)
            sensor.start(self._queue)
            self._expose(rs, sensor)
        except RuntimeError as error:
            self.close()
            raise StationError(
                f"The camera {self.identity.serial} cannot be opened: {error}. "
                "Close other programs that use it, or plug it in anew."
            ) from error

    def read(self, timeout_s: float) -> RawPicture | None:
        if self._queue is None:
            return None
        is_there, frame = self._queue.try_wait_for_frame(round(timeout_s * _MS_PER_S))
        if not is_there:
            return None
        arrived_ns = self._clock.now_ns()
        taken_ns = round(frame.get_timestamp() * (NANOSECONDS_PER_SECOND / _MS_PER_S))
        return RawPicture(np.array(frame.get_data(), np.uint8), arrived_ns, taken_ns)

    def close(self) -> None:
        sensor, self._sensor, self._queue = self._sensor, None, None
        if sensor is None:
            return
        for release in (sensor.stop, sensor.close):
            try:
                release()
            except RuntimeError:
                continue  # it was pulled out, or was not started yet

    def _choose(self, rs: Any, device: Any) -> tuple[Any, Any]:
        """Return the sensor and the smallest, slowest stream that is large and fast enough."""
        streams = [
            (sensor, profile, profile.as_video_stream_profile())
            for sensor in device.query_sensors()
            for profile in sensor.get_stream_profiles()
            if profile.stream_type() == rs.stream.color and profile.format() == rs.format.rgb8
        ]
        if not streams:
            raise StationError(f"The camera {self.identity.serial} gives no colour pictures.")
        sensor, profile, _ = min(streams, key=lambda stream: self._unlike(stream[2]))
        return sensor, profile

    def _unlike(self, stream: Any) -> tuple[bool, bool, int, int]:
        too_small = stream.height() < SMALLEST_HEIGHT_PX
        too_slow = stream.fps() < self._timing.rate_hz
        return too_small, too_slow, stream.width() * stream.height(), stream.fps()

    def _expose(self, rs: Any, sensor: Any) -> None:
        exposure_us = self._timing.exposure_us
        automatic, exposure = rs.option.enable_auto_exposure, rs.option.exposure
        if sensor.supports(automatic):
            sensor.set_option(automatic, float(exposure_us is None))
        if exposure_us is None:
            return
        if not sensor.supports(exposure):
            raise exposure_refused(self.identity)
        unit_us = 1.0 if sensor.is_depth_sensor() else _COLOUR_STEP_US
        limits = sensor.get_option_range(exposure)
        steps = np.clip(round(exposure_us / unit_us), limits.min, limits.max)
        sensor.set_option(exposure, float(steps))


def _identity(rs: Any, device: Any) -> AttachedCamera:
    info = rs.camera_info
    serial, model = (
        str(device.get_info(what)) if device.supports(what) else ""
        for what in (info.serial_number, info.name)
    )
    return AttachedCamera(CameraKind.REALSENSE, serial, model or "RealSense camera")
