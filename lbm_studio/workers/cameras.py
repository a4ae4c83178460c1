"""The process of all real cameras: at every tick the newest picture of each, as the renderer does.

Every camera is read by a child of its own (:mod:`lbm_studio.workers.grabber`), so that one that
hangs or crashes its library delays nobody; its last picture stays, with the time when it was taken,
and so is soon too old to act on. Its child is started anew until it comes back.

A station whose cameras are missing, or have changed places, is refused before anything moves.
"""

import argparse
import logging
import multiprocessing
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, Clock, MonotonicClock, seconds_between
from lbm_studio.core.embodiment import CameraDescription, Mount
from lbm_studio.core.errors import StationError, UnknownNameError
from lbm_studio.core.station_file import (
    CameraSetup,
    StationFile,
    find_station_file,
    station_names,
)
from lbm_studio.link.bus import FRAMES_TOPIC, TICK_TOPIC, Publisher, Subscriber
from lbm_studio.link.frames import FrameReader, FrameRing, Image, remove_stale_rings
from lbm_studio.link.messages import FramesReady, Tick
from lbm_studio.link.session import Session
from lbm_studio.station.cameras.drift import measure_drift
from lbm_studio.station.cameras.memory import CameraMemory, check_pictures, check_serials
from lbm_studio.workers.grabber import FIRST_WITHIN_S, GrabbedPicture, grab, newest_picture
from lbm_studio.workers.lifetime import Lifetime

LATE_S = 0.5
"""A camera whose newest picture is so old is named: nobody acts on it any more [s]."""

HUNG_S = 5.0
"""A child that neither gives pictures nor ends for so long hangs, and is killed [s]."""

START_WITHIN_S = 3 * FIRST_WITHIN_S
"""How long a child may take to start and to give its first picture [s]."""

REFUSED_AFTER_S = 4.0
"""A camera that somebody is only just letting go of is free within so long [s]."""

_AGAIN_AFTER_NS = NANOSECONDS_PER_SECOND
_END_WITHIN_S = 2.0
_KILLED_WITHIN_S = 0.2  # one that is stuck in a driver ends later, and is not waited for
_PRIORITY = -5  # as the renderer's
_WAIT_S = 0.05

_LOG = logging.getLogger(__name__)


class CameraChild:
    """The child that reads one camera, started anew whenever it ends or hangs.

    Args:
        setup: the slot.
        camera: what the policy sees.
        ring_name: of the child's own ring.
        clock: the time.
    """

    def __init__(
        self, setup: CameraSetup, camera: CameraDescription, ring_name: str, clock: Clock
    ) -> None:
        self.setup = setup
        self.newest: GrabbedPicture | None = None
        self.trouble = ""
        """Why there are no fresh pictures; empty while there are."""
        self._camera = camera
        self._ring_name = ring_name
        self._clock = clock
        self._reader = FrameReader(ring_name)
        self._context = multiprocessing.get_context("spawn")
        self._start()

    def follow(self) -> None:
        """Take the newest picture, and see to it that the child works; never waits long."""
        now_ns = self._clock.now_ns()
        picture = newest_picture(self._reader, self.setup.name)
        if picture is not None and (self.newest is None or self.newest.taken_ns < picture.taken_ns):
            self.newest, self._heard_ns, self._patience_s = picture, now_ns, HUNG_S
            self._tell("")
        if not self._process.is_alive():
            self._follow_end(now_ns)
        elif seconds_between(self._heard_ns, now_ns) > self._patience_s:
            self._give_up("It hangs, and is started anew.", now_ns)
        elif self.newest and seconds_between(self.newest.arrived_ns, now_ns) > LATE_S:
            self._tell(self.trouble or "It has fallen silent.")

    def close(self) -> None:
        """Let go of the camera."""
        self._end(_END_WITHIN_S)
        self._reader.close()
        remove_stale_rings()  # that of a child that had to be killed

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self) -> None:
        self._words, words = self._context.Pipe(duplex=False)
        arguments = (self.setup, self._camera, self._ring_name, words)
        self._process = self._context.Process(
            target=grab, args=arguments, name=self.setup.name, daemon=True
        )
        self._process.start()
        words.close()
        self._heard_ns, self._patience_s = self._clock.now_ns(), START_WITHIN_S
        self._again_ns: int | None = None

    def _follow_end(self, now_ns: int) -> None:
        if self._again_ns is None:
            self._give_up(self._last_words() or "Its library has crashed.", now_ns)
        elif now_ns >= self._again_ns:
            self._start()

    def _give_up(self, trouble: str, now_ns: int) -> None:
        """End the child, to start another one soon."""
        self._tell(trouble)
        self._end(0.0)
        self._again_ns = now_ns + _AGAIN_AFTER_NS

    def _last_words(self) -> str:
        with suppress(EOFError, OSError):  # it ended without any
            if self._words.poll():
                return str(self._words.recv())
        return ""

    def _end(self, patience_s: float) -> None:
        if patience_s > 0.0:
            self._process.terminate()
            self._process.join(patience_s)
        self._process.kill()
        self._process.join(_KILLED_WITHIN_S)
        self._words.close()

    def _tell(self, trouble: str) -> None:
        """Note what is the matter with the camera, and log it once."""
        if trouble != self.trouble:
            named = f"The camera “{self.setup.name}”, serial {self.setup.serial or 'unknown'}"
            _LOG.warning("%s: %s", named, trouble or "it gives pictures again.")
        self.trouble = trouble


def run(session: Session, file: StationFile, is_over: Callable[[], bool]) -> None:
    """Publish the pictures of every tick, until it is over.

    Raises:
        StationError: a camera is missing, or has changed places with another.
    """
    clock, memory = MonotonicClock(), CameraMemory(file.name)
    embodiment = file.description.embodiment
    check_serials(file.cameras, memory)
    with ExitStack() as stack:
        ring = stack.enter_context(FrameRing.create(session.ring_name, embodiment.cameras))
        stack.callback(ring.unlink)
        publisher = stack.enter_context(Publisher(session.frame_events))
        ticks = stack.enter_context(Subscriber(session.station_events, TICK_TOPIC))
        children = [
            stack.enter_context(
                CameraChild(setup, camera, f"{session.ring_name}-{setup.name}", clock)
            )
            for setup, camera in zip(file.cameras, embodiment.cameras, strict=True)
        ]
        pictures = _first_pictures(children, clock, is_over)
        if pictures is None:
            return
        check_pictures(file.cameras, pictures, memory)
        _compare(file.cameras, pictures, memory)
        while not is_over():
            tick = ticks.receive(_WAIT_S)
            for child in children:
                child.follow()
            while isinstance(tick, Tick):
                publisher.publish(FRAMES_TOPIC, assemble(tick, children, ring, clock))
                tick = ticks.receive()


def assemble(
    tick: Tick, children: Sequence[CameraChild], ring: FrameRing, clock: Clock
) -> FramesReady:
    """Store the newest picture of every camera as those of a tick; each has given one."""
    begun_ns = clock.now_ns()
    newest = {child.setup.name: child.newest for child in children if child.newest}
    slot = ring.write(
        tick.number,
        tick.captured_ns,
        {name: picture.image for name, picture in newest.items()},
        images_captured_ns={name: picture.taken_ns for name, picture in newest.items()},
        stored_ns=begun_ns,
    )
    return FramesReady(
        number=tick.number,
        captured_ns=tick.captured_ns,
        slot=slot,
        seconds=seconds_between(begun_ns, clock.now_ns()),
        devices_ns={name: p.device_ns for name, p in newest.items() if p.device_ns},
        troubles={child.setup.name: child.trouble for child in children if child.trouble},
    )


def _first_pictures(
    children: Sequence[CameraChild], clock: Clock, is_over: Callable[[], bool]
) -> dict[str, Image] | None:
    """Return a picture of every camera as soon as there is one; None when over before.

    Raises:
        StationError: a camera cannot be used, and not only for a moment.
    """
    troubled_ns: int | None = None
    while not is_over():
        for child in children:
            child.follow()
        if troubles := [
            f"The camera “{child.setup.name}” cannot be used. {child.trouble}"
            for child in children
            if child.trouble
        ]:
            troubled_ns = troubled_ns or clock.now_ns()
            if seconds_between(troubled_ns, clock.now_ns()) > REFUSED_AFTER_S:
                raise StationError(" ".join(troubles))
        pictures = {c.setup.name: c.newest.image for c in children if c.newest is not None}
        if len(pictures) == len(children):
            return pictures
        clock.sleep_until_ns(clock.now_ns() + round(_WAIT_S * NANOSECONDS_PER_SECOND))
    return None


def _compare(
    cameras: Sequence[CameraSetup], pictures: Mapping[str, Image], memory: CameraMemory
) -> None:
    """Remember cameras that are new, and say which of the old ones have moved."""
    for setup in cameras:
        reference = memory.reference(setup)
        if reference is None:
            memory.remember(setup, pictures[setup.name])
        elif setup.mount is Mount.SCENE:
            drift = measure_drift(reference, pictures[setup.name])
            if drift.has_moved:
                _LOG.warning("The camera “%s” %s.", setup.name, drift.words)


def main(arguments: list[str]) -> int:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(prog="lbm-studio worker cameras", description=__doc__)
    parser.add_argument("--session", type=Path, required=True, help="folder of the session")
    parser.add_argument("--station", required=True, help="name or path of the station file")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO)
    file = find_station_file(options.station)
    if file is None:
        raise UnknownNameError("station file", options.station, station_names())
    session = Session(options.session)
    with suppress(PermissionError):  # helps on a busy machine, where it is allowed
        os.setpriority(os.PRIO_PROCESS, 0, _PRIORITY)
    with Lifetime(session, "cameras") as lifetime:
        run(session, file, lifetime.is_over)
    return 0
