"""The latched stop: nothing moves until somebody resets it and its cause is gone."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile

from lbm_studio.core.clock import Clock
from lbm_studio.core.errors import StationError

Cause = Callable[[], str]
"""Returns why the station must stay stopped, as a sentence; empty once the cause is gone."""


def no_lasting_cause() -> str:
    """The cause of a stop that lasts no longer than the press itself, e.g. of a button."""
    return ""


@dataclass(frozen=True)
class Stop:
    """One reason to stand still.

    Attributes:
        reason: a sentence for people.
        who: what asked for it, e.g. ``"gamepad"``.
        latched_ns: when the latch fell [ns].
    """

    reason: str
    who: str
    latched_ns: int


class StopLatch:
    """Remembers that the station was stopped, why, by whom and when.

    Any thread may call any method. Nothing here takes a lock, so :meth:`trip` never waits: it rests
    on ``deque.append`` and ``deque.popleft`` being atomic. A stop that arrives while another is
    being reset stays latched.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stops: deque[tuple[Stop, Cause]] = deque()

    @property
    def is_latched(self) -> bool:
        """Whether the station must stand still."""
        return bool(self._stops)

    @property
    def stop(self) -> Stop | None:
        """The stop that came first; None when nothing is latched."""
        try:
            return self._stops[0][0]
        except IndexError:
            return None

    @property
    def reason(self) -> str:
        """Why the station stands still; empty when nothing is latched."""
        stop = self.stop
        return stop.reason if stop else ""

    def trip(self, reason: str, who: str, cause: Cause = no_lasting_cause) -> None:
        """Latch. While it is latched, the first reason is the one that is shown.

        Args:
            reason: a sentence for people.
            who: what asked for it.
            cause: asked at a reset; as long as it returns a sentence the latch stays.
        """
        self._stops.append((Stop(reason, who, self._clock.now_ns()), cause))

    def reset(self, asked_ns: int | None = None) -> None:
        """Release the latch. Does nothing when it is not latched.

        Args:
            asked_ns: when somebody decided to reset, now by default [ns]; later stops stay latched.

        Raises:
            StationError: the cause of a stop is still there; everything stays latched.
        """
        asked_ns = self._clock.now_ns() if asked_ns is None else asked_ns
        known = list(takewhile(lambda entry: entry[0].latched_ns <= asked_ns, self._stops.copy()))
        for _, cause in known:
            still_there = cause()
            if still_there:
                raise StationError(f"The stop cannot be reset yet: {still_there}")
        for _ in known:
            self._stops.popleft()
