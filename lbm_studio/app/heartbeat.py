"""Tells the station that the window is alive, and stops telling it when the window hangs.

The beat leaves from a thread of its own, so that a window busy for a moment does not stop the arms;
the thread beats only while the window's thread has called :meth:`Heartbeat.alive` lately.
"""

import threading
from collections.abc import Callable

from lbm_studio.app.commands import FIRE_AND_FORGET_S, Line
from lbm_studio.core.clock import Clock, MonotonicClock, seconds_between
from lbm_studio.link import messages

ALIVE_WITHIN_S = 0.4
BEAT_EVERY_S = 0.1


class Heartbeat:
    """Sends beats from its own thread while the window lives.

    Args:
        make_line: opens the connection to the station; called in the thread, which owns it.
        clock: measures how long ago the window was alive.
    """

    def __init__(self, make_line: Callable[[], Line], clock: Clock | None = None) -> None:
        self._make_line = make_line
        self._clock = clock or MonotonicClock()
        self._alive_ns = self._clock.now_ns()
        self._is_closing = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def alive(self) -> None:
        """The window's thread is alive at this moment."""
        self._alive_ns = self._clock.now_ns()

    def close(self) -> None:
        """Beat no more."""
        self._is_closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def beat(self, line: Line) -> bool:
        """Send one beat if the window was alive lately; return whether it was."""
        now_ns = self._clock.now_ns()
        if seconds_between(self._alive_ns, now_ns) > ALIVE_WITHIN_S:
            return False
        line.send(messages.Heartbeat(sent_ns=now_ns), FIRE_AND_FORGET_S)
        while line.poll() is not None:
            pass  # the answers are of no interest
        return True

    def _loop(self) -> None:
        line = self._make_line()
        try:
            while not self._is_closing.wait(BEAT_EVERY_S):
                self.beat(line)
        finally:
            line.close()
