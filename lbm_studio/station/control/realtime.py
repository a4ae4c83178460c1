"""Real time: periods that begin when they are due, and what is done in between."""

from collections.abc import Callable

from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, Clock

SLICE_S = 0.02
"""Longest time between two looks at what else there is to do [s]."""

_SLACK = 0.05
"""Part of a period by which the next one may come early to make up for a late one."""


class Metronome:
    """Begins a period every ``period_s``, and between two beginnings lets time pass in slices.

    A period that begins late is not made up for, beyond jitter: the next one comes a whole period
    after it, so that arms never move faster to catch up.

    Args:
        clock: the time.
        period_s: duration of a period [s].
        begin: does what has to be done at the beginning of a period; is told when it was due [ns].
        pass_slice: called for every slice with its duration [s], e.g. to advance a simulation.
    """

    def __init__(
        self,
        clock: Clock,
        period_s: float,
        *,
        begin: Callable[[int], object],
        pass_slice: Callable[[float], object],
    ) -> None:
        self._clock = clock
        self._begin = begin
        self._pass_slice = pass_slice
        self._period_ns = round(period_s * NANOSECONDS_PER_SECOND)
        self._slack_ns = round(_SLACK * self._period_ns)
        self._slices = max(1, round(period_s / SLICE_S))
        self._slice_s = period_s / self._slices

    def run(self, is_over: Callable[[], bool]) -> None:
        """Keep the beat until ``is_over``, which is asked once a slice."""
        due_ns = self._clock.now_ns()
        while not is_over():
            start_ns = max(due_ns, self._clock.now_ns() - self._slack_ns)
            self._begin(due_ns)
            for number in range(1, self._slices + 1):
                self._pass_slice(self._slice_s)
                if is_over():
                    return
                self._clock.sleep_until_ns(start_ns + number * self._period_ns // self._slices)
            due_ns = self._next_due_ns(start_ns)

    def _next_due_ns(self, start_ns: int) -> int:
        next_ns = start_ns + self._period_ns
        now_ns = self._clock.now_ns()
        return now_ns if now_ns - next_ns > self._period_ns else next_ns
