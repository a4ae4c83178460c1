"""Time: one monotonic clock, injected wherever time matters so that tests can replace it."""

import time
from typing import Protocol

NANOSECONDS_PER_SECOND = 1_000_000_000


class Clock(Protocol):
    """Monotonic time in nanoseconds. Values are comparable between processes of one machine."""

    def now_ns(self) -> int:
        """Return the time since an arbitrary origin [ns]."""
        ...

    def sleep_until_ns(self, deadline_ns: int) -> None:
        """Return once ``now_ns() >= deadline_ns``; at once if it has passed."""
        ...


class MonotonicClock:
    """The machine's own monotonic clock (CLOCK_MONOTONIC)."""

    def now_ns(self) -> int:
        return time.monotonic_ns()

    def sleep_until_ns(self, deadline_ns: int) -> None:
        remaining_ns = deadline_ns - time.monotonic_ns()
        if remaining_ns > 0:
            time.sleep(remaining_ns / NANOSECONDS_PER_SECOND)


class ManualClock:
    """A clock that moves only when told to, or when somebody sleeps on it."""

    def __init__(self, start_ns: int = 0) -> None:
        self._now_ns = start_ns

    def now_ns(self) -> int:
        return self._now_ns

    def sleep_until_ns(self, deadline_ns: int) -> None:
        self._now_ns = max(self._now_ns, deadline_ns)

    def advance_s(self, seconds: float) -> None:
        """Move the time forward [s]."""
        self._now_ns += round(seconds * NANOSECONDS_PER_SECOND)


def seconds_between(earlier_ns: int, later_ns: int) -> float:
    """Return ``later - earlier`` [s]."""
    return (later_ns - earlier_ns) / NANOSECONDS_PER_SECOND


def time_of_day() -> str:
    """Return what a clock on the wall shows, e.g. ``"14:03:22"``: for words, not to measure by."""
    return time.strftime("%H:%M:%S")
