"""The self-test of the stop: how long a press takes to reach the arms, and to bring them to rest.

It presses the stop as a person would, through the datagram, but lives on with a station that does
not answer, to say so. The arms should be at rest.
"""

from dataclasses import dataclass

from lbm_studio.app.live import StationLink
from lbm_studio.app.stop import StopButton
from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, seconds_between
from lbm_studio.link.messages import Tick
from lbm_studio.link.stop import ACKNOWLEDGE_WITHIN_S, StopOutcome, StopReport

SELF_TEST = "self-test"
PRESSES = 3
"""A press that a machine busy with starting leaves unanswered is repeated, so often in all."""

LATCH_WITHIN_S = 5.0
REST_WITHIN_S = 5.0
AT_REST_RAD = 0.002
"""Between two ticks no joint of a resting arm turns further [rad]."""


@dataclass(frozen=True)
class StopFigures:
    """What a self-test found.

    Attributes:
        trouble: what is the matter, a sentence; empty when the stop works.
        told_ms: from the press to every arm having been told [ms].
        rest_ms: from the press to a measurement that shows all arms at rest [ms].
        told_ns: when every arm had been told [ns].
    """

    trouble: str = ""
    told_ms: float = 0.0
    rest_ms: float = 0.0
    told_ns: int = 0


class StopTest:
    """Presses the stop once and follows what becomes of it.

    Args:
        live: shows that the stop latched, and whether the arms rest.
        stop: is pressed.
    """

    def __init__(self, live: StationLink, stop: StopButton) -> None:
        self._live = live
        self._stop = stop
        self._presses = 0
        self._began_ns: int | None = None
        self._pressed_ns = 0
        self._report: StopReport | None = None
        self._last: Tick | None = None
        stop.rehearsed.connect(self._take)

    @property
    def is_running(self) -> bool:
        """Whether a test is under way."""
        return self._began_ns is not None

    def begin(self) -> None:
        """Press."""
        self._presses, self._report = 0, None
        self._press()
        self._began_ns = self._pressed_ns

    def cancel(self) -> None:
        """Follow the press no more."""
        self._began_ns = None

    def poll(self, now_ns: int) -> StopFigures | None:
        """Return what was found, once; None before that."""
        if self._began_ns is None:
            return None
        found = self._look(seconds_between(self._began_ns, now_ns))
        if found is not None:
            self._began_ns = None
        return found

    def _take(self, report: StopReport) -> None:
        if self._began_ns is None:
            return
        if report.outcome is not StopOutcome.STOPPED and self._presses < PRESSES:
            self._press()
        else:
            self._report = report

    def _press(self) -> None:
        self._presses += 1
        self._last = self._live.tick
        self._pressed_ns = self._stop.rehearse(SELF_TEST)

    def _look(self, waited_s: float) -> StopFigures | None:
        report, tick = self._report, self._live.tick
        if report is None:
            return _failed("did not come back") if waited_s > LATCH_WITHIN_S else None
        if report.outcome is not StopOutcome.STOPPED:
            return _failed(f"was not acknowledged within {1000 * ACKNOWLEDGE_WITHIN_S:.0f} ms")
        if tick is None or not tick.stop_reason:
            return _failed("did not latch") if waited_s > LATCH_WITHIN_S else None
        if self._is_at_rest(tick):
            told_ns = self._pressed_ns + round(report.after_s * NANOSECONDS_PER_SECOND)
            rest_ms = 1000 * seconds_between(self._pressed_ns, max(tick.captured_ns, told_ns))
            return StopFigures("", 1000 * report.after_s, rest_ms, told_ns)
        return _failed("did not bring the arms to rest") if waited_s > REST_WITHIN_S else None

    def _is_at_rest(self, tick: Tick) -> bool:
        """Whether a tick since the press shows the joints where the one before it did."""
        last = self._last
        if last is None or last.number == tick.number:
            self._last = tick
            return False
        turns_rad = (abs(a - b) for a, b in zip(tick.joints, last.joints, strict=True))
        self._last = tick
        return tick.captured_ns > self._pressed_ns and max(turns_rad, default=0.0) < AT_REST_RAD


def _failed(what: str) -> StopFigures:
    return StopFigures(f"The stop {what}. Do not use this station.")
