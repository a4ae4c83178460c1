"""Cameras that OpenCV reads: webcams (UVC, through Video4Linux), and video files in their place."""

from pathlib import Path
from typing import Any

from lbm_studio.core.attached_camera import AttachedCamera
from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, Clock, MonotonicClock, seconds_between
from lbm_studio.core.errors import StationError
from lbm_studio.core.station_file import CameraKind
from lbm_studio.station.cameras.source import RawPicture, Timing, exposure_refused, pick
from lbm_studio.station.opencv import load_opencv

VIDEO_DEVICES = Path("/sys/class/video4linux")
"""Where Linux tells of cameras."""

_MS_PER_S = 1000
_EXPOSURE_STEP_US = 100.0  # of Video4Linux
_MANUAL, _AUTOMATIC = 1, 3  # values of Video4Linux for V4L2_CID_EXPOSURE_AUTO


def list_webcams(devices: Path = VIDEO_DEVICES) -> tuple[AttachedCamera, ...]:
    """Return the webcams that are plugged in; one without a serial number goes by its port.

    Args:
        devices: where Linux tells of cameras.
    """
    return tuple(camera for camera, _ in _webcams(devices))


def _webcams(devices: Path) -> list[tuple[AttachedCamera, Path]]:
    """Return the webcams and their device files."""
    found: list[tuple[AttachedCamera, Path]] = []
    for node in sorted(devices.glob("video*"), key=lambda path: (len(path.name), path.name)):
        if _line(node / "index") not in ("", "0"):
            continue  # a second stream of the same camera: its metadata
        usb = (node / "device").resolve().parent
        serial = _line(usb / "serial") or usb.name
        model = _line(node / "name") or "Webcam"
        camera = AttachedCamera(CameraKind.OPENCV, serial, model)
        found.append((camera, Path("/dev") / node.name))
    return found


def _line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


class Webcam:
    """One webcam.

    Args:
        serial: which one, as :func:`list_webcams` calls it.
        timing: of its pictures.
        clock: stamps arrivals.
        devices: where Linux tells of cameras.
    """

    def __init__(
        self,
        serial: str,
        timing: Timing,
        *,
        clock: Clock | None = None,
        devices: Path = VIDEO_DEVICES,
    ) -> None:
        self.identity = AttachedCamera(CameraKind.OPENCV, serial, "Webcam")
        self._timing = timing
        self._clock = clock or MonotonicClock()
        self._devices = devices
        self._capture: Any = None

    def open(self) -> None:
        self.close()
        cv2 = load_opencv()
        self.identity, path = pick(self.identity.serial, _webcams(self._devices))
        capture = cv2.VideoCapture(str(path), cv2.CAP_V4L2)
        if not capture.isOpened():
            capture.release()
            raise StationError(
                f"The camera {self.identity.serial} cannot be opened. Close other programs that "
                "use it, and let this user into the group “video”."
            )
        self._capture = capture
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        capture.set(cv2.CAP_PROP_FPS, self._timing.rate_hz)
        self._expose(cv2, capture)

    def read(self, timeout_s: float) -> RawPicture | None:
        if self._capture is None:
            return None
        cv2 = load_opencv()
        is_there, image = self._capture.read()  # OpenCV has a time-out of its own
        if not is_there:
            raise StationError(f"The camera {self.identity.serial} does not answer any more.")
        arrived_ns = self._clock.now_ns()
        taken_ms = self._capture.get(cv2.CAP_PROP_POS_MSEC)
        taken_ns = round(taken_ms * (NANOSECONDS_PER_SECOND / _MS_PER_S)) or None
        return RawPicture(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), arrived_ns, taken_ns)

    def close(self) -> None:
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _expose(self, cv2: Any, capture: Any) -> None:
        exposure_us = self._timing.exposure_us
        if exposure_us is None:
            capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, _AUTOMATIC)
            return
        capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, _MANUAL)
        if not capture.set(cv2.CAP_PROP_EXPOSURE, round(exposure_us / _EXPOSURE_STEP_US)):
            self.close()
            raise exposure_refused(self.identity)


class VideoFile:
    """A video that is played at its own rate, as if it were a camera.

    Args:
        path: the file.
        is_looping: whether it begins again after its end, or else is gone like a camera.
        clock: the time by which it is played.
    """

    def __init__(self, path: Path, *, is_looping: bool = True, clock: Clock | None = None) -> None:
        self.identity = AttachedCamera(CameraKind.FILE, path.name, "Video file", str(path))
        self._path = path
        self._is_looping = is_looping
        self._clock = clock or MonotonicClock()
        self._capture: Any = None
        self._begun_ns = 0
        self._played = 0  # pictures since it was opened
        self._place = 0  # of the next picture in the file

    def open(self) -> None:
        self.close()
        cv2 = load_opencv()
        capture = cv2.VideoCapture(str(self._path)) if self._path.is_file() else None
        self._rate_hz = capture.get(cv2.CAP_PROP_FPS) if capture is not None else 0.0
        self._length = int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) if capture is not None else 0
        if capture is None or self._rate_hz <= 0.0 or self._length < 1:
            raise StationError(f"The video file {self._path} cannot be played.")
        self._capture = capture
        self._begun_ns = self._clock.now_ns()
        self._played = self._place = 0

    def read(self, timeout_s: float) -> RawPicture | None:
        if self._capture is None:
            return None
        due_ns = self._due_ns(self._played)
        until_ns = self._clock.now_ns() + round(timeout_s * NANOSECONDS_PER_SECOND)
        self._clock.sleep_until_ns(min(due_ns, until_ns))
        if self._clock.now_ns() < due_ns:
            return None
        elapsed_s = seconds_between(self._begun_ns, self._clock.now_ns())
        newest = max(self._played, int(elapsed_s * self._rate_hz))
        while self._played < newest:  # what should have been shown meanwhile
            self._step()
        taken_ns = self._due_ns(newest)
        image = self._step(decode=True)
        return RawPicture(image, self._clock.now_ns(), taken_ns - self._begun_ns)

    def close(self) -> None:
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _due_ns(self, number: int) -> int:
        return self._begun_ns + round(number / self._rate_hz * NANOSECONDS_PER_SECOND)

    def _step(self, *, decode: bool = False) -> Any:
        cv2 = load_opencv()
        if self._place >= self._length:
            if not self._is_looping:
                raise StationError(f"The video file {self._path.name} has come to its end.")
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            self._place = 0
        if not self._capture.grab():
            raise StationError(f"The video file {self._path.name} is damaged.")
        self._played += 1
        self._place += 1
        return cv2.cvtColor(self._capture.retrieve()[1], cv2.COLOR_BGR2RGB) if decode else None
