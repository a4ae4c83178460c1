"""A real station process in a session of its own, and what a window would do with it."""

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self, TypeVar

import numpy as np

from lbm_studio.core.errors import StationError
from lbm_studio.link.bus import TICK_TOPIC, Requester, Subscriber
from lbm_studio.link.messages import (
    Accepted,
    Describe,
    Description,
    Heartbeat,
    LoadScene,
    Message,
    Refused,
    StartDemonstration,
    Tick,
)
from lbm_studio.link.session import Session

M = TypeVar("M", bound=Message)

PATIENCE_S = 20.0
BEAT_EVERY_S = 0.1
RUN_STATION = (
    "import sys; from lbm_studio.workers.station import main; sys.exit(main(sys.argv[1:]))"
)


class LiveStation:
    """Starts a station process, beats for it like a window, asks it things and hears its ticks.

    Args:
        session: where it is reached.
        command: what to start; the session folder is appended.
        patience_s: how long it may take to start, or to answer [s].
    """

    def __init__(
        self,
        session: Session,
        command: Sequence[str] | None = None,
        *,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.session = session
        self._patience_s = patience_s
        self.is_beating = True
        self._command = command or (sys.executable, "-c", RUN_STATION, "--session")
        self._done = threading.Event()

    def __enter__(self) -> Self:
        self.process = subprocess.Popen([*self._command, str(self.session.folder)])
        self._requester = Requester(self.session.station_commands)
        self._ticks = Subscriber(self.session.station_events, TICK_TOPIC)
        self._beats = threading.Thread(target=self._beat, name="beats")
        self._beats.start()
        self.description = self.ask_until(Describe(), Description)
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._beats.join()
        self._requester.close()
        self._ticks.close()
        self.process.kill()
        self.process.wait()

    def ask(self, message: Message) -> Message:
        return self._requester.ask(message, self._patience_s)

    def order(self, message: Message) -> None:
        assert self.ask(message) == Accepted()

    def refusal(self, message: Message) -> str:
        answer = self.ask(message)
        assert isinstance(answer, Refused)
        return answer.reason

    def ask_until(self, message: Message, kind: type[M]) -> M:
        """Ask again and again while the process is starting."""
        for _ in range(int(self._patience_s)):
            try:
                return self._requester.ask_for(kind, message, 1.0)
            except StationError:
                assert self.process.poll() is None, "the station process ended"
        raise AssertionError("the station process does not answer")

    def tick(self) -> Tick:
        tick = self._ticks.receive(self._patience_s)
        assert isinstance(tick, Tick), "there are no ticks"
        return tick

    def newest_tick(self) -> Tick:
        """Return a tick that began after this call."""
        self._ticks.latest()
        return self.tick()

    def ticks_until(self, is_done: Callable[[Tick], bool], most: int = 400) -> list[Tick]:
        """Return all ticks up to the one for which ``is_done``."""
        ticks: list[Tick] = []
        while len(ticks) < most:
            ticks.append(self.tick())
            if is_done(ticks[-1]):
                return ticks
        raise AssertionError(f"it never happened; last: {ticks[-1]}")

    def demonstrate(self, skill: str = "put_cube_in_tray", seed: int = 3) -> None:
        """Lay out a scene, let the demonstrator begin and wait until the arms move."""
        self.order(LoadScene(skill=skill, seed=seed))
        self.order(StartDemonstration())
        start = np.array(self.newest_tick().joints)
        self.ticks_until(lambda tick: np.abs(np.array(tick.joints) - start).max() > 0.05)

    def travel_rad(self, ticks: int) -> float:
        """Return how far any joint gets in some ticks from now [rad]."""
        joints = np.array([self.newest_tick().joints, *(self.tick().joints for _ in range(ticks))])
        return float(np.ptp(joints, axis=0).max())

    def _beat(self) -> None:
        with Requester(self.session.station_commands) as line:
            while not self._done.wait(BEAT_EVERY_S):
                if self.is_beating:
                    try:
                        line.ask(Heartbeat(sent_ns=0), 0.5)
                    except StationError:
                        continue  # it has not begun, hangs, or was killed: what the test is about


def make_session(folder: Path) -> Session:
    """Return a session below ``folder``, with a short path as local sockets need it."""
    return Session(folder / "s")
