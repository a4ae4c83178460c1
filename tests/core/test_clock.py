"""Clocks: the machine's and the one tests move by hand."""

import pytest

from lbm_studio.core.clock import Clock, ManualClock, MonotonicClock, seconds_between


def test_the_machines_clock_never_goes_back_and_sleeps_until_the_deadline() -> None:
    clock: Clock = MonotonicClock()
    start_ns = clock.now_ns()
    deadline_ns = start_ns + 2_000_000

    clock.sleep_until_ns(deadline_ns)

    assert clock.now_ns() >= deadline_ns


def test_a_deadline_that_has_passed_costs_no_time() -> None:
    clock = MonotonicClock()
    start_ns = clock.now_ns()

    clock.sleep_until_ns(start_ns - 10_000_000_000)

    assert seconds_between(start_ns, clock.now_ns()) < 1.0


def test_a_manual_clock_moves_only_when_told_or_slept_on() -> None:
    clock = ManualClock(start_ns=5)
    assert clock.now_ns() == clock.now_ns() == 5

    clock.advance_s(0.25)
    assert clock.now_ns() == 250_000_005

    clock.sleep_until_ns(400_000_005)
    assert clock.now_ns() == 400_000_005

    clock.sleep_until_ns(7)
    assert clock.now_ns() == 400_000_005


def test_seconds_between_two_times_are_signed() -> None:
    assert seconds_between(1_000_000_000, 3_500_000_000) == pytest.approx(2.5)
    assert seconds_between(3_500_000_000, 1_000_000_000) == pytest.approx(-2.5)
