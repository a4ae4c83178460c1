"""One camera in a process of its own: whatever its library does, all other cameras go on.

The process reads, rectifies and writes into a frame ring of its own, from which the process of all
cameras takes the newest picture. It never mends anything: it ends, with a sentence, and is started
anew.
"""

import signal
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import FrameType

from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, MonotonicClock, seconds_between
from lbm_studio.core.embodiment import CameraDescription
from lbm_studio.core.errors import StationError, StudioError
from lbm_studio.core.station_file import CameraSetup
from lbm_studio.link.frames import FrameReader, FrameRing, Image
from lbm_studio.station.cameras.attached import camera_source
from lbm_studio.station.cameras.pipeline import PicturePipeline
from lbm_studio.station.cameras.source import CameraSource, RawPicture
from lbm_studio.station.cameras.timing import DeviceClock
from lbm_studio.workers.pool import join_pool

SLOTS = 4
"""Pictures of one camera that are kept: enough not to be overtaken while one is read."""

FIRST_WITHIN_S = 10.0
"""How long a camera may take until its first picture [s]."""

SILENT_S = 2.0
"""A camera that has given nothing for so long is let go of and opened anew [s]."""

_READ_S = 0.2


@dataclass(frozen=True, eq=False)
class GrabbedPicture:
    """One picture of a camera, as a policy sees it.

    Attributes:
        image: (H, W, 3) uint8 RGB, as described.
        taken_ns: when it was taken, on this machine's clock [ns].
        arrived_ns: when it was there [ns].
        device_ns: when it was taken, on the device's own clock; 0 where it has none [ns].
    """

    image: Image
    taken_ns: int
    arrived_ns: int
    device_ns: int


def grab(setup: CameraSetup, camera: CameraDescription, ring_name: str, words: Connection) -> None:
    """Fill a ring with the pictures of a camera until told to end (SIGTERM).

    Args:
        setup: the slot.
        camera: what the policy sees.
        ring_name: the ring to be made.
        words: where it is told why the camera cannot be read.
    """
    join_pool()
    signal.signal(signal.SIGTERM, _end)
    try:
        source = camera_source(setup)
        with closing(source), FrameRing.create(ring_name, [camera], SLOTS) as ring:
            try:
                source.open()
                _fill(ring, source, setup)
            finally:
                ring.unlink()
    except StudioError as error:
        words.send(str(error))


def newest_picture(reader: FrameReader, camera: str) -> GrabbedPicture | None:
    """Return the newest picture in the ring of a camera; None while there is none."""
    frames = reader.read()
    if frames is None:
        return None
    taken_ns = frames.images_captured_ns[camera]
    return GrabbedPicture(frames.images[camera], taken_ns, frames.stored_ns, frames.captured_ns)


def _fill(ring: FrameRing, source: CameraSource, setup: CameraSetup) -> None:
    clock, device, pipeline = MonotonicClock(), DeviceClock(), PicturePipeline(setup)
    latency_ns = round(setup.latency_s * NANOSECONDS_PER_SECOND)
    heard_ns, patience_s, number = clock.now_ns(), FIRST_WITHIN_S, 0
    while True:
        picture = source.read(_READ_S)
        if picture is not None:
            taken_ns = device.taken_ns(picture) - latency_ns
            _store(ring, number, picture, pipeline(picture.image), taken_ns)
            heard_ns, patience_s, number = picture.arrived_ns, SILENT_S, number + 1
        elif seconds_between(heard_ns, clock.now_ns()) > patience_s:
            raise StationError(
                f"It gives no pictures: {source.identity.words}. Check its cable and its power."
            )


def _store(ring: FrameRing, number: int, raw: RawPicture, image: Image, taken_ns: int) -> None:
    """Write one picture; the ring's time of the tick is the device's own here."""
    (name,) = ring.layout.sizes
    ring.write(
        number,
        raw.device_ns or 0,
        {name: image},
        images_captured_ns={name: taken_ns},
        stored_ns=raw.arrived_ns,
    )


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)  # closes the camera on its way out
