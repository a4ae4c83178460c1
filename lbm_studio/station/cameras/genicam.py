"""GenICam cameras, e.g. FLIR's, through harvesters and any maker's GenTL producer (a .cti file).

The producer belongs to the maker and is never part of this program: the station file names it
(``producer``), or the environment variable ``GENICAM_GENTL64_PATH``, which makers' installers set,
names its folder. For FLIR it comes with the Spinnaker SDK.

A producer can be asked anew what is plugged in only by letting go of all its cameras. So each
camera is to be read in a process of its own.
"""

import importlib
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from lbm_studio.core.attached_camera import AttachedCamera
from lbm_studio.core.clock import Clock, MonotonicClock
from lbm_studio.core.errors import StationError
from lbm_studio.core.station_file import CameraKind
from lbm_studio.station.cameras.source import Image, RawPicture, Timing, exposure_refused, pick
from lbm_studio.station.opencv import load_opencv

PRODUCERS_VARIABLE = "GENICAM_GENTL64_PATH"

_BUFFERS = 3
_DRAIN_S = 0.001  # how long a newer picture is looked for; 0 would mean for ever
_BAYER = {
    "BayerRG8": "COLOR_BayerRGGB2RGB",
    "BayerGB8": "COLOR_BayerGBRG2RGB",
    "BayerGR8": "COLOR_BayerGRBG2RGB",
    "BayerBG8": "COLOR_BayerBGGR2RGB",
}
_COLOURS = {
    "RGB8": None,
    "BGR8": "COLOR_BGR2RGB",
    "RGBa8": "COLOR_RGBA2RGB",
    "BGRa8": "COLOR_BGRA2RGB",
    "Mono8": "COLOR_GRAY2RGB",
}
_CONVERSIONS: dict[str, str | None] = _BAYER | _COLOURS
"""How each pixel format becomes RGB, best first: Bayer needs a third of the cable."""

_LOG = logging.getLogger(__name__)


def load_harvesters() -> ModuleType:
    """Return the module ``harvesters.core``.

    Raises:
        StationError: it is not installed; the sentence says how to.
    """
    try:
        return importlib.import_module("harvesters.core")
    except ImportError as error:
        raise StationError(
            "GenICam cameras need harvesters. Install it with: pip install “lbm-studio[cameras]”."
        ) from error


def installed_producers() -> tuple[str, ...]:
    """Return the .cti files in the folders that makers' installers have named."""
    folders = os.environ.get(PRODUCERS_VARIABLE, "").split(os.pathsep)
    files = (path for folder in folders if folder for path in Path(folder).glob("*.cti"))
    return tuple(sorted(str(path) for path in files))


def list_genicam(producers: Iterable[str]) -> tuple[AttachedCamera, ...]:
    """Return what producers can see.

    Raises:
        StationError: harvesters is missing, or a producer cannot be used.
    """
    found: list[AttachedCamera] = []
    for producer in dict.fromkeys(producers):
        with _harvester(producer) as harvester:
            found += [_identity(info, producer) for info in harvester.device_info_list]
    return tuple(found)


class GenicamCamera:
    """One camera behind a producer.

    Args:
        producer: the .cti file.
        serial: which camera.
        timing: of its pictures, where the camera can be told.
        clock: stamps arrivals.
    """

    def __init__(
        self,
        producer: str,
        serial: str,
        timing: Timing,
        *,
        clock: Clock | None = None,
    ) -> None:
        self.identity = AttachedCamera(CameraKind.GENICAM, serial, "GenICam camera", producer)
        self._timing = timing
        self._clock = clock or MonotonicClock()
        self._harvester: Any = None
        self._acquirer: Any = None

    def open(self) -> None:
        self.close()
        producer, serial = self.identity.producer, self.identity.serial
        if not producer:
            raise StationError(
                f"The station file names no GenICam producer for the camera {serial}. "
                "Give the maker's .cti file as its producer."
            )
        self._harvester = _opened(producer)
        try:
            self._acquirer = self._take_hold()
            self._arrange(self._acquirer)
            self._acquirer.start()
        except StationError:
            self.close()
            raise
        except Exception as error:  # producers raise what they like; all end here
            self.close()
            raise StationError(f"The camera {serial} cannot be opened: {error}") from error

    def read(self, timeout_s: float) -> RawPicture | None:
        if self._acquirer is None:
            return None
        try:
            return self._newest(timeout_s)
        except Exception as error:  # as in open
            raise StationError(
                f"The camera {self.identity.serial} does not answer any more: {error}"
            ) from error

    def close(self) -> None:
        acquirer, self._acquirer = self._acquirer, None
        harvester, self._harvester = self._harvester, None
        for release in (acquirer and acquirer.destroy, harvester and harvester.reset):
            if release is not None:
                with _logged("A GenICam camera was not let go of in order."):
                    release()

    def _newest(self, timeout_s: float) -> RawPicture | None:
        newest, wait_s = None, timeout_s
        for _ in range(self._acquirer.num_buffers):
            buffer = self._acquirer.try_fetch(timeout=wait_s)
            if buffer is None:
                break
            with buffer:
                newest = self._picture(buffer)
            wait_s = _DRAIN_S
        return newest

    def _take_hold(self) -> Any:
        producer, devices = self.identity.producer, self._harvester.device_info_list
        infos = [(_identity(info, producer), number) for number, info in enumerate(devices)]
        seen = f"{Path(producer).name} sees"
        self.identity, number = pick(self.identity.serial, infos, seen=seen)
        return self._harvester.create(number)

    def _arrange(self, acquirer: Any) -> None:
        nodes = acquirer.remote_device.node_map
        offered = nodes.PixelFormat.symbolics
        known = [name for name in _CONVERSIONS if name in offered]
        if not known:
            raise StationError(
                f"The camera {self.identity.serial} offers no pixel format that is understood: "
                f"it has {', '.join(offered)}; understood are {', '.join(_CONVERSIONS)}."
            )
        nodes.PixelFormat.value = known[0]
        _set_where_possible(nodes, "AcquisitionFrameRateEnable", True)
        _set_where_possible(nodes, "AcquisitionFrameRate", self._timing.rate_hz)
        self._expose(nodes)
        acquirer.num_buffers = max(_BUFFERS, acquirer.min_num_buffers)
        stream = acquirer.data_streams[0].node_map
        _set_where_possible(stream, "StreamBufferHandlingMode", "NewestOnly")

    def _expose(self, nodes: Any) -> None:
        exposure_us = self._timing.exposure_us
        if exposure_us is None:
            _set_where_possible(nodes, "ExposureAuto", "Continuous")
            return
        _set_where_possible(nodes, "ExposureAuto", "Off")
        names = ("ExposureTime", "ExposureTimeAbs")
        if not any(_set_where_possible(nodes, name, exposure_us) for name in names):
            raise exposure_refused(self.identity)

    def _picture(self, buffer: Any) -> RawPicture:
        arrived_ns = self._clock.now_ns()
        part = buffer.payload.components[0]
        image = _as_rgb(np.asarray(part.data), int(part.height), int(part.width), part.data_format)
        return RawPicture(image, arrived_ns, _device_ns(buffer))


def _as_rgb(data: np.ndarray, height: int, width: int, kind: str) -> Image:
    pixels = data.reshape(height, width, -1)
    name = _CONVERSIONS[kind]
    if name is None:
        return pixels.copy()
    cv2 = load_opencv()
    return cv2.cvtColor(pixels, getattr(cv2, name))


def _device_ns(buffer: Any) -> int | None:
    try:
        return int(buffer.timestamp_ns)
    except Exception:  # noqa: BLE001 - many producers have no time stamps: then there is none
        return None


def _identity(info: Any, producer: str) -> AttachedCamera:
    model = f"{info.vendor} {info.model}".strip()
    return AttachedCamera(CameraKind.GENICAM, str(info.serial_number), model, producer)


def _opened(producer: str) -> Any:
    harvester = load_harvesters().Harvester()
    try:
        harvester.add_file(producer, check_existence=True, check_validity=True)
        harvester.update()
    except Exception as error:  # a producer may fail in any way
        harvester.reset()
        raise StationError(
            f"The GenICam producer {producer} cannot be used: {error}. "
            "Install the maker's software, or correct the path in the station file."
        ) from error
    return harvester


@contextmanager
def _harvester(producer: str) -> Iterator[Any]:
    harvester = _opened(producer)
    try:
        yield harvester
    finally:
        harvester.reset()


@contextmanager
def _logged(sentence: str) -> Iterator[None]:
    try:
        yield
    except Exception:  # noqa: BLE001 - it is being let go of; nobody can do more about it
        _LOG.info(sentence, exc_info=True)


def _set_where_possible(nodes: Any, name: str, value: object) -> bool:
    """Set a feature if the device has it and takes the value; return whether it did."""
    with suppress(Exception):  # absent, read-only or out of range, each maker in its own way
        getattr(nodes, name).value = value
        return True
    return False
