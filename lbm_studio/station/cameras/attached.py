"""Which cameras there are, and how the one that a slot names is opened."""

import logging
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from lbm_studio.core.attached_camera import AttachedCamera, CameraListing
from lbm_studio.core.clock import Clock
from lbm_studio.core.errors import StationError
from lbm_studio.core.station_file import CameraKind, CameraSetup
from lbm_studio.station.cameras.genicam import GenicamCamera, installed_producers, list_genicam
from lbm_studio.station.cameras.opencv import VideoFile, Webcam, list_webcams
from lbm_studio.station.cameras.realsense import RealSenseCamera, list_realsense
from lbm_studio.station.cameras.source import CameraSource, Timing

_LOG = logging.getLogger(__name__)


def list_cameras(producers: Iterable[str] = ()) -> CameraListing:
    """Return all that is attached; nothing is opened, and no library has to be there.

    Args:
        producers: GenICam producers beside those that their makers have installed.
    """
    found: list[AttachedCamera] = []
    troubles: list[str] = []
    each = dict.fromkeys([*producers, *installed_producers()])
    ways: list[Callable[[], tuple[AttachedCamera, ...]]] = [list_webcams, list_realsense]
    ways += [partial(list_genicam, [producer]) for producer in each]
    for way in ways:
        try:
            found += way()
        except StationError as error:
            troubles.append(str(error))
        except Exception as error:  # noqa: BLE001 - one maker's fault hides no other's camera
            _LOG.info("Cameras could not be listed.", exc_info=True)
            troubles.append(f"Some cameras could not be listed: {error}")
    return CameraListing(tuple(found), tuple(troubles))


def camera_source(setup: CameraSetup, clock: Clock | None = None) -> CameraSource:
    """Return the camera that fills a slot, not yet opened.

    Raises:
        StationError: the slot is not filled, or by a simulated camera, which is drawn instead.
    """
    if setup.kind is CameraKind.SIMULATED:
        raise StationError(f"The camera “{setup.name}” is simulated: it has no device.")
    if not (setup.serial or (setup.kind is CameraKind.FILE and setup.producer)):
        raise StationError(
            f"No camera fills the slot “{setup.name}” yet. Choose one on the Station panel."
        )
    camera = AttachedCamera(setup.kind, setup.serial, "", setup.producer)
    return source_of(camera, Timing(setup.rate_hz, setup.exposure_us), clock)


def source_of(camera: AttachedCamera, timing: Timing, clock: Clock | None = None) -> CameraSource:
    """Return a camera, not yet opened; not a simulated one.

    Args:
        camera: which device.
        timing: of its pictures; a file has its own.
        clock: stamps pictures.
    """
    serial = camera.serial
    match camera.kind:
        case CameraKind.FILE:
            return VideoFile(Path(camera.producer), clock=clock)
        case CameraKind.GENICAM:
            return GenicamCamera(camera.producer, serial, timing, clock=clock)
        case CameraKind.REALSENSE:
            return RealSenseCamera(serial, timing, clock=clock)
        case _:
            return Webcam(serial, timing, clock=clock)
