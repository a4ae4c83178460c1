"""The latch: falls at once, in any thread; opens on purpose, and only when its cause is gone."""

import threading

import pytest

from lbm_studio.core.clock import ManualClock
from lbm_studio.core.errors import StationError
from lbm_studio.station.latch import StopLatch


def test_a_new_latch_lets_the_arms_move():
    latch = StopLatch(ManualClock())

    assert not latch.is_latched
    assert latch.stop is None
    assert latch.reason == ""


def test_it_remembers_why_who_and_when():
    clock = ManualClock(5_000)
    latch = StopLatch(clock)

    latch.trip("Stopped by the gamepad.", "gamepad")
    clock.advance_s(1.0)

    stop = latch.stop
    assert latch.is_latched
    assert stop
    assert (stop.reason, stop.who, stop.latched_ns) == ("Stopped by the gamepad.", "gamepad", 5_000)


def test_further_stops_do_not_hide_the_first():
    latch = StopLatch(ManualClock())

    latch.trip("First.", "a")
    latch.trip("Second.", "b")

    assert latch.reason == "First."


def test_one_reset_answers_all_stops_so_far():
    latch = StopLatch(ManualClock())
    latch.trip("First.", "a")
    latch.trip("Second.", "b")

    latch.reset()

    assert not latch.is_latched


def test_resetting_an_open_latch_does_nothing():
    latch = StopLatch(ManualClock())

    latch.reset()

    assert not latch.is_latched


def test_it_stays_latched_while_a_cause_lasts():
    latch = StopLatch(ManualClock())
    causes = ["The right arm is in a fault."]
    latch.trip("Pressed.", "STOP window")
    latch.trip("Fault.", "station", lambda: causes[0])

    with pytest.raises(StationError, match="cannot be reset yet: The right arm is in a fault"):
        latch.reset()
    assert latch.reason == "Pressed."

    causes[0] = ""
    latch.reset()
    assert not latch.is_latched


def test_a_stop_during_a_reset_stays_latched():
    latch = StopLatch(ManualClock())

    def press_again() -> str:
        latch.trip("Again.", "STOP window")
        return ""

    latch.trip("First.", "station", press_again)
    latch.reset()

    assert latch.reason == "Again."


def test_a_reset_asked_for_before_the_stop_does_not_release_it():
    clock = ManualClock(1_000)
    latch = StopLatch(clock)
    latch.trip("Before.", "a")
    clock.advance_s(1.0)
    asked_ns = clock.now_ns()
    clock.advance_s(1.0)
    latch.trip("After.", "b")

    latch.reset(asked_ns)

    assert latch.reason == "After."


def test_stops_from_many_threads_are_all_kept():
    latch = StopLatch(ManualClock())
    together = threading.Barrier(8)

    def press() -> None:
        together.wait()
        for _ in range(100):
            latch.trip("Pressed.", "thread")

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert latch.is_latched
    latch.reset()
    assert not latch.is_latched
