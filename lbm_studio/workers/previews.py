"""Shows the cameras that are attached, while they are being arranged: each in a small ring.

Every camera is read by a child of its own, as when a station runs; one that cannot be read is
listed with the reason. What is attached is looked up once, at the start.
"""

import argparse
import json
import logging
import multiprocessing
import signal
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType

from lbm_studio.core.attached_camera import (
    PREVIEWS_FILE,
    AttachedCamera,
    Preview,
    PreviewListing,
    preview_ring,
)
from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, MonotonicClock
from lbm_studio.core.codec import to_json
from lbm_studio.core.embodiment import CameraDescription, Mount
from lbm_studio.core.errors import StationError, StudioError
from lbm_studio.core.pose import Pose
from lbm_studio.core.runs import write_text
from lbm_studio.link.frames import FrameRing, Image
from lbm_studio.link.session import Session
from lbm_studio.station.cameras.attached import list_cameras, source_of
from lbm_studio.station.cameras.source import CameraSource, RawPicture, Timing
from lbm_studio.station.opencv import load_opencv
from lbm_studio.workers.grabber import FIRST_WITHIN_S, SLOTS
from lbm_studio.workers.lifetime import Lifetime
from lbm_studio.workers.pool import join_pool

WIDTH_PX = 320
"""A picture is at most so wide [px]."""

PREVIEW_HZ = 5.0

_END_WITHIN_S = 2.0
_LOOK_EVERY_NS = NANOSECONDS_PER_SECOND // 10
_NAME = "preview"


@dataclass
class _Child:
    process: BaseProcess
    news: Connection
    preview: Preview

    def listen(self) -> None:
        """Take in what the child has told: the size of its pictures, or its last words."""
        with suppress(EOFError, OSError):  # it has ended
            while self.news.poll():
                told: tuple[int, int] | str = self.news.recv()
                if isinstance(told, str):
                    self.preview = replace(self.preview, trouble=told)
                else:
                    self.preview = replace(self.preview, width_px=told[0], height_px=told[1])
        if not self.process.is_alive() and not self.preview.trouble:
            self.preview = replace(self.preview, trouble="Its library has crashed.")

    def end(self) -> None:
        self.process.join(_END_WITHIN_S)
        self.process.kill()
        self.process.join()
        self.news.close()


def show_camera(camera: AttachedCamera, ring_name: str, news: Connection) -> None:
    """Fill a ring with small pictures of a camera until told to end (SIGTERM)."""
    join_pool()
    signal.signal(signal.SIGTERM, _end)
    try:
        with closing(source_of(camera, Timing(PREVIEW_HZ))) as source:
            source.open()
            first = _await_picture(source)
            height, width = first.image.shape[:2]
            news.send((width, height))
            _fill(source, first, ring_name)
    except StudioError as error:
        news.send(str(error))


def _await_picture(source: CameraSource) -> RawPicture:
    picture = source.read(FIRST_WITHIN_S)
    if picture is None:
        raise StationError("It gives no pictures. Check its cable and its power.")
    return picture


def _fill(source: CameraSource, first: RawPicture, ring_name: str) -> None:
    clock, picture, number = MonotonicClock(), first, 0
    small = _small(picture.image)
    size = (small.shape[1], small.shape[0])
    camera = CameraDescription(_NAME, Mount.SCENE, None, *size, 1.0, Pose.identity())
    with FrameRing.create(ring_name, [camera], SLOTS) as ring:
        try:
            while True:
                ring.write(number, picture.arrived_ns, {_NAME: _small(picture.image)})
                number += 1
                wake_ns = picture.arrived_ns + round(NANOSECONDS_PER_SECOND / PREVIEW_HZ)
                clock.sleep_until_ns(wake_ns)
                picture = _await_picture(source)
        finally:
            ring.unlink()


def _small(image: Image) -> Image:
    height, width = image.shape[:2]
    if width <= WIDTH_PX:
        return image
    cv2 = load_opencv()
    size = (WIDTH_PX, max(1, round(height * WIDTH_PX / width)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def run(session: Session, producers: Sequence[str], is_over: Callable[[], bool]) -> None:
    """Show all cameras until it is over."""
    clock, listing = MonotonicClock(), list_cameras(producers)
    children = [
        _start(camera, preview_ring(session.ring_name, place))
        for place, camera in enumerate(listing.cameras)
    ]
    try:
        shown: tuple[Preview, ...] | None = None
        while not is_over():
            for child in children:
                child.listen()
            previews = tuple(child.preview for child in children)
            if previews != shown:
                shown = previews
                told = to_json(PreviewListing(previews, listing.troubles))
                write_text(session.folder / PREVIEWS_FILE, json.dumps(told))
            clock.sleep_until_ns(clock.now_ns() + _LOOK_EVERY_NS)
    finally:
        for child in children:
            child.process.terminate()  # all at once, so that they end side by side
        for child in children:
            child.end()


def _start(camera: AttachedCamera, ring_name: str) -> _Child:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    arguments = (camera, ring_name, there)
    process = context.Process(target=show_camera, args=arguments, name=camera.serial, daemon=True)
    process.start()
    there.close()
    return _Child(process, here, Preview(camera))


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)  # closes the camera on its way out


def main(arguments: list[str]) -> int:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(prog="lbm-studio worker previews", description=__doc__)
    parser.add_argument("--session", type=Path, required=True, help="folder of the session")
    parser.add_argument("--producer", action="append", default=[], metavar="FILE.cti")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO)
    session = Session(options.session)
    with Lifetime(session, "previews") as lifetime:
        run(session, options.producer, lifetime.is_over)
    return 0
