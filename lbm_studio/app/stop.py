"""The stop as the window presses it: at once, from any thread, whatever else is stuck."""

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from lbm_studio.app.events import Signal
from lbm_studio.core.clock import Clock, MonotonicClock
from lbm_studio.link.session import Session
from lbm_studio.link.stop import StopOutcome, StopReport, StopSupervisor

logger = logging.getLogger(__name__)

_WORDS = {
    StopOutcome.KILLED: "The station did not answer the stop and was ended; its arms stand still. "
    "Start it again on the panel Station.",
    StopOutcome.UNREACHABLE: "The station's machine did not answer the stop. The link was "
    "cut, upon which the station stops by itself within a second. See that it does, or press the "
    "hardware stop.",
}


class Presser(Protocol):
    """The part of :class:`lbm_studio.link.stop.StopSupervisor` that is used here."""

    def press(self, source: str, pressed_ns: int | None = None) -> StopReport:
        """Stop the arms; kill the station when it does not obey."""
        ...

    def rehearse(self, source: str, pressed_ns: int | None = None) -> StopReport:
        """Stop the arms; leave the station alone when it does not obey."""
        ...


@dataclass(frozen=True)
class Rehearsal:
    """What became of a stop that was pressed to see whether it works.

    Attributes:
        pressed_ns: when the first datagram was about to be sent [ns].
        report: its outcome.
    """

    pressed_ns: int
    report: StopReport


class StopButton:
    """Presses stop on the station of a session.

    Each press runs in a thread of its own, so that neither a busy window nor an earlier press that
    still waits can delay it.

    Signals:
        pressed: the source, at once, in the thread that pressed.
        reported: what became of a press, in words; emitted by ``poll``. A harmless outcome says
            nothing.
        rehearsed: what became of a rehearsal; emitted by ``poll``.
    """

    def __init__(
        self,
        presser_for: Callable[[Session], Presser] = StopSupervisor,
        clock: Clock | None = None,
    ) -> None:
        self.pressed: Signal[str] = Signal()
        self.reported: Signal[str] = Signal()
        self.rehearsed: Signal[Rehearsal] = Signal()
        self._presser_for = presser_for
        self._clock = clock or MonotonicClock()
        self._presser: Presser | None = None
        self._reports: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._rehearsals: queue.SimpleQueue[Rehearsal] = queue.SimpleQueue()

    @property
    def is_reachable(self) -> bool:
        """Whether there is a session to be stopped."""
        return self._presser is not None

    def attach(self, session: Session) -> None:
        """From now on stop the station of this session."""
        self._presser = self._presser_for(session)

    def detach(self) -> None:
        """There is no station any more."""
        self._presser = None

    def press(self, source: str, pressed_ns: int | None = None) -> None:
        """Stop now; never blocks.

        Args:
            source: what was pressed, e.g. ``"window button"``, ``"Esc"``; shown to people.
            pressed_ns: when, now by default [ns].
        """
        presser = self._presser
        pressed_ns = self._clock.now_ns() if pressed_ns is None else pressed_ns
        if presser is not None:
            threading.Thread(
                target=self._press, args=(presser, source, pressed_ns), name="press", daemon=True
            ).start()
        self.pressed.emit(source)

    def rehearse(self, source: str) -> None:
        """Stop now, and have the time taken; never blocks.

        Unlike a press it leaves a station alive that does not acknowledge it: before a connection
        nothing moves yet, and whoever asked wants to know.
        """
        presser = self._presser
        if presser is not None:
            threading.Thread(
                target=self._rehearse, args=(presser, source), name="rehearsal", daemon=True
            ).start()

    def poll(self) -> None:
        """Say what became of the presses."""
        while not self._reports.empty():
            self.reported.emit(self._reports.get())
        while not self._rehearsals.empty():
            self.rehearsed.emit(self._rehearsals.get())

    def _rehearse(self, presser: Presser, source: str) -> None:
        pressed_ns = self._clock.now_ns()
        self._rehearsals.put(Rehearsal(pressed_ns, presser.rehearse(source, pressed_ns)))

    def _press(self, presser: Presser, source: str, pressed_ns: int) -> None:
        report = presser.press(source, pressed_ns)
        logger.info("stop by %s: %s after %.3f s", source, report.outcome, report.after_s)
        if words := report_words(report):
            self._reports.put(words)


def report_words(report: StopReport) -> str:
    """Return what became of a press, for people; empty when it is not worth a word."""
    return _WORDS.get(report.outcome, "")
