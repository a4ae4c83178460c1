"""Periods begin when they are due; lost ones stay lost."""

import pytest

from lbm_studio.core.clock import ManualClock
from lbm_studio.station.control.realtime import SLICE_S, Metronome

PERIOD_S = 0.1


class Beats:
    """Notes when periods begin, and lets the second one take ``delay_s`` too long."""

    def __init__(self, *, periods: int, delay_s: float = 0.0, period_s: float = PERIOD_S) -> None:
        self.clock = ManualClock()
        self.due_s: list[float] = []
        self.begun_s: list[float] = []
        self.slices_s: list[float] = []
        self._periods = periods
        self._delay_s = delay_s
        self.metronome = Metronome(
            self.clock, period_s, begin=self._begin, pass_slice=self.slices_s.append
        )

    def run(self) -> "Beats":
        self.metronome.run(lambda: len(self.begun_s) >= self._periods)
        return self

    def _begin(self, due_ns: int) -> None:
        self.due_s.append(due_ns / 1e9)
        self.begun_s.append(self.clock.now_ns() / 1e9)
        if len(self.begun_s) == 2:
            self.clock.advance_s(self._delay_s)


@pytest.mark.parametrize("period_s", [0.1, 0.2, 1 / 30, 0.01])
def test_periods_begin_on_time_and_time_passes_in_small_slices(period_s: float):
    beats = Beats(periods=5, period_s=period_s).run()

    assert beats.begun_s == pytest.approx([k * period_s for k in range(5)], abs=1e-6)
    assert beats.due_s == pytest.approx(beats.begun_s)
    assert max(beats.slices_s) <= SLICE_S * 1.5
    whole = round(period_s / beats.slices_s[0])
    assert sum(beats.slices_s[: 4 * whole]) == pytest.approx(4 * period_s)


def test_a_late_period_is_followed_by_a_whole_one():
    beats = Beats(periods=5, delay_s=0.13).run()

    assert beats.begun_s == pytest.approx([0.0, 0.1, 0.23, 0.325, 0.425])
    assert beats.due_s == pytest.approx([0.0, 0.1, 0.2, 0.325, 0.425])


def test_jitter_does_not_shift_the_beat():
    beats = Beats(periods=4, delay_s=0.104).run()

    assert beats.begun_s == pytest.approx([0.0, 0.1, 0.204, 0.3])
    assert beats.due_s == pytest.approx([0.0, 0.1, 0.2, 0.3])


def test_after_a_long_delay_the_beat_starts_anew():
    beats = Beats(periods=4, delay_s=1.0).run()

    assert beats.begun_s == pytest.approx([0.0, 0.1, 1.1, 1.2])
    assert beats.due_s == pytest.approx(beats.begun_s)
