"""The self-test of the stop: how long a press takes to reach the arms, and to bring them to rest.

It presses the stop as a person would, through the datagram, but lives on with a station that does
not answer, to say so. The arms should be at rest.
"""

from dataclasses import dataclass

from lbm_studio.app.live import StationLink
from lbm_studio.app.stop import Rehearsal, StopButton
from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, seconds_between
from lbm_studio.link.messages import Tick
from lbm_studio.link.stop import ACKNOWLEDGE_WITHIN_S, StopOutcome, StopReport

SELF_TEST = "self-test"
SELF_TEST_REASON = f"Stopped by {SELF_TEST}."
"""What the station says of it."""

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
        self._is_running = False
        self._presses = 0
        self._began_ns: int | None = None
        self._rehearsal: Rehearsal | None = None
        self._last: Tick | None = None
        stop.rehearsed.connect(self._take)

    @property
    def is_running(self) -> bool:
        """Whether a test is under way."""
        return self._is_running

    def begin(self) -> None:
        """Press."""
        self._is_running, self._began_ns = True, None
        self._presses, self._rehearsal = 0, None
        self._press()

    def cancel(self) -> None:
        """Follow the press no more."""
        self._is_running = False

    def poll(self, now_ns: int) -> StopFigures | None:
        """Return what was found, once; None before that."""
        if not self._is_running:
            return None
        self._began_ns = now_ns if self._began_ns is None else self._began_ns
        found = self._look(seconds_between(self._began_ns, now_ns))
        self._is_running = found is None
        return found

    def _take(self, rehearsal: Rehearsal) -> None:
        if not self._is_running:
            return
        if not _is_in_time(rehearsal.report) and self._presses < PRESSES:
            self._press()
        else:
            self._rehearsal = rehearsal

    def _press(self) -> None:
        self._presses += 1
        self._last = self._live.tick
        self._stop.rehearse(SELF_TEST)

    def _look(self, waited_s: float) -> StopFigures | None:
        rehearsal, tick = self._rehearsal, self._live.tick
        if rehearsal is None:
            return _failed("did not come back") if waited_s > LATCH_WITHIN_S else None
        report, pressed_ns = rehearsal.report, rehearsal.pressed_ns
        if not _is_in_time(report):
            return StopFigures(
                f"The stop was not acknowledged within {1000 * ACKNOWLEDGE_WITHIN_S:.0f} ms. "
                "Close other programs and try again; while it stays so, do not use this station."
            )
        if tick is None or not tick.stop_reason:
            return _failed("did not latch") if waited_s > LATCH_WITHIN_S else None
        if self._is_at_rest(tick, pressed_ns):
            told_ns = pressed_ns + round(report.after_s * NANOSECONDS_PER_SECOND)
            rest_ms = 1000 * seconds_between(pressed_ns, max(tick.captured_ns, told_ns))
            return StopFigures("", 1000 * report.after_s, rest_ms, told_ns)
        return _failed("did not bring the arms to rest") if waited_s > REST_WITHIN_S else None

    def _is_at_rest(self, tick: Tick, pressed_ns: int) -> bool:
        """Whether a tick since the press shows the joints where the one before it did."""
        last, self._last = self._last, tick
        if last is None or last.number == tick.number:
            return False
        turns_rad = (abs(a - b) for a, b in zip(tick.joints, last.joints, strict=True))
        return tick.captured_ns > pressed_ns and max(turns_rad, default=0.0) < AT_REST_RAD


def _is_in_time(report: StopReport) -> bool:
    return report.outcome is StopOutcome.STOPPED and report.after_s <= ACKNOWLEDGE_WITHIN_S


def _failed(what: str) -> StopFigures:
    return StopFigures(f"The stop {what}. Do not use this station.")
