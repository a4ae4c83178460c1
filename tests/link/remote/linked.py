"""Two machines on one: two session folders, two key rings, and a link over 127.0.0.1 between."""

import json
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from lbm_studio.core.clock import Clock, MonotonicClock
from lbm_studio.core.codec import to_json
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.network import LOOPBACK
from lbm_studio.link.bus import Publisher, Responder
from lbm_studio.link.messages import (
    Accepted,
    Describe,
    Description,
    Message,
    StationRequest,
)
from lbm_studio.link.remote.keys import KeyRing, PairedStation, PairedWorkstation
from lbm_studio.link.remote.picture_line import PictureLine
from lbm_studio.link.remote.station_end import StationEnd
from lbm_studio.link.remote.window_end import WindowEnd
from lbm_studio.link.session import Session
from tests.link.remote.wiretap import Wiretap

LOOK_EVERY_S = 0.02


class ShiftedClock:
    """The clock of another machine: this one's, and something more.

    Args:
        ahead_ns: how much [ns].
    """

    def __init__(self, ahead_ns: int) -> None:
        self._clock = MonotonicClock()
        self._ahead_ns = ahead_ns

    def now_ns(self) -> int:
        return self._clock.now_ns() + self._ahead_ns

    def sleep_until_ns(self, deadline_ns: int) -> None:
        self._clock.sleep_until_ns(deadline_ns - self._ahead_ns)


class FarStation:
    """Answers requests where a station process would, and remembers them all."""

    def __init__(self, session: Session, description: StationDescription) -> None:
        self.heard: list[Message] = []
        self.events = Publisher(session.station_events)
        self.frames = Publisher(session.frame_events)
        self._description = description
        self._responder = Responder(session.station_commands, StationRequest)

    def serve(self, is_over: Callable[[], bool]) -> None:
        self._responder.serve(self._answer, is_over, LOOK_EVERY_S)

    def close(self) -> None:
        self._responder.close()
        self.events.close()
        self.frames.close()

    def orders(self) -> list[Message]:
        """Return what was asked for but who it is."""
        return [message for message in self.heard if message != Describe()]

    def _answer(self, request: Message) -> Message:
        self.heard.append(request)
        if isinstance(request, Describe):
            return Description(station=json.dumps(to_json(self._description)), skills=())
        return Accepted()


class Linked:
    """A station on one machine, a session of a window on another, and the link between them.

    Args:
        folder: for everything.
        description: of the station.
        ahead_ns: how far the clock of the station's machine is ahead [ns].
        with_pictures: whether those are brought as well.
        via: makes somebody who listens on the way, given the port of the station's machine.
    """

    def __init__(
        self,
        folder: Path,
        description: StationDescription,
        *,
        ahead_ns: int = 0,
        with_pictures: bool = False,
        via: Callable[[int], Wiretap] | None = None,
    ) -> None:
        self.far, self.near = Session(folder / "far"), Session(folder / "near")
        self.far_clock: Clock = ShiftedClock(ahead_ns)
        self.far_keys, self.near_keys = pair(folder)
        self._description = description
        self._with_pictures = with_pictures
        self._via = via
        self._tap: Wiretap | None = None
        self._is_over = threading.Event()
        self._is_cut = threading.Event()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self.station = FarStation(self.far, self._description)
        self._stack.callback(self.station.close)
        self.station_end = StationEnd(self.far, self.far_keys, LOOPBACK, 0, self.far_clock)
        self._stack.callback(self.station_end.close)
        port = self.station_end.port
        if self._via is not None:
            self._tap = self._stack.enter_context(self._via(port))
            port = self._tap.port
        self.address = reach(self.near_keys, self.far_keys, port)
        own = self.near_keys.own()
        self.window_end = WindowEnd(self.near, self.address, own)
        self._stack.callback(self.window_end.close)
        self._stack.callback(self._join, self._start(self.station.serve))
        self._stack.callback(self._join, self._start(self.station_end.serve))
        self._relaying = self._start(self._relay)
        self._stack.callback(self._join, self._relaying)
        if self._with_pictures:
            end = self.window_end
            line = PictureLine(self.near, self.address, own, run=end.run, bridge=end.bridge)
            cameras = self._description.embodiment.cameras
            bring = self._start(lambda is_over: line.serve(cameras, is_over))
            self._stack.callback(self._join, bring)
        self.wait_for(lambda: self.window_end.is_connected or not self._relaying.is_alive())
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._stack.close()

    def overheard(self) -> list[bytearray]:
        """Return what went by on each connection to the station's machine."""
        return self._tap.streams if self._tap else []

    def cut(self) -> None:
        """Let the workstation's end of the link relay nothing any more."""
        self._is_cut.set()
        self._relaying.join()

    def look(self) -> None:
        """Let everybody else do something."""
        self._is_over.wait(LOOK_EVERY_S)

    def wait_for(self, condition: Callable[[], object]) -> None:
        """Return once the condition holds; the test's own time-out is the limit."""
        while not condition():
            self.look()

    def _relay(self, is_over: Callable[[], bool]) -> None:
        self.window_end.serve(lambda: self._is_cut.is_set() or is_over())

    def _start(self, serve: Callable[[Callable[[], bool]], None]) -> threading.Thread:
        thread = threading.Thread(target=serve, args=(self._is_over.is_set,))
        thread.start()
        return thread

    def _join(self, thread: threading.Thread) -> None:
        self._is_over.set()
        thread.join()


def pair(folder: Path) -> tuple[KeyRing, KeyRing]:
    """Return the keys of a station's machine, and of a workstation it knows."""
    far, near = KeyRing(folder / "far-keys"), KeyRing(folder / "near-keys")
    far.add(PairedWorkstation("desk", near.own().public))
    return far, near


def reach(near: KeyRing, far: KeyRing, port: int) -> PairedStation:
    """Return where the station is, and let the workstation know it."""
    station = PairedStation("lab", LOOPBACK, port, far.own().public)
    near.add(station)
    return station
