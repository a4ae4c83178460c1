"""Seconds counted down before a person moves the arms."""

from math import ceil

from lbm_studio.core.clock import seconds_between


class Countdown:
    """Counts whole seconds down; the first is counted when it is first polled.

    Attributes:
        left: seconds that are left, as they are called out; 0 while nothing is counted [s].
    """

    def __init__(self) -> None:
        self._seconds = 0
        self._began_ns: int | None = None
        self.left = 0

    @property
    def is_running(self) -> bool:
        """Whether it counts."""
        return self.left > 0

    def start(self, seconds: int) -> None:
        """Count down from so many [s]."""
        self._seconds = self.left = seconds
        self._began_ns = None

    def cancel(self) -> None:
        """Count no more."""
        self.left = 0

    def poll(self, now_ns: int) -> bool:
        """Go on counting; return whether the next second is to be called out, 0 included."""
        if not self.is_running:
            return False
        is_first = self._began_ns is None
        if self._began_ns is None:
            self._began_ns = now_ns
        left = max(0, ceil(self._seconds - seconds_between(self._began_ns, now_ns)))
        is_next, self.left = left != self.left, left
        return is_first or is_next
