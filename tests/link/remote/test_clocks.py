"""The clock of another machine is found through slow, uneven and lying answers."""

import random

import pytest

from lbm_studio.link.remote.clocks import ClockBridge, ClockOffset, TimeAnswer

MS = 1_000_000
SECOND = 1000 * MS


def answers(ahead_ns: int, count: int, *, seed: int = 0, drift: float = 0.0) -> list[TimeAnswer]:
    """Return answers over a link whose two ways take 0.2 ms and now and then much longer."""
    random_source = random.Random(seed)
    told = []
    for number in range(count):
        asked_ns = SECOND + number * 200 * MS
        there_ns, back_ns = (
            round(
                0.2 * MS + random_source.expovariate(1 / (8 * MS)) * (random_source.random() < 0.8)
            )
            for _ in range(2)
        )
        now_ns = asked_ns + there_ns
        told_ns = now_ns + ahead_ns + round(drift * now_ns)
        told.append(TimeAnswer(asked_ns, told_ns, now_ns + back_ns))
    return told


@pytest.mark.parametrize("ahead_ns", [0, 1, 3 * MS, -7 * SECOND, 86_400 * SECOND])
def test_an_offset_is_recovered_within_what_is_said_to_be_uncertain(ahead_ns: int):
    offset = ClockOffset()

    for answer in answers(ahead_ns, 40):
        offset.add(answer)

    assert offset.ahead_ns is not None
    assert abs(offset.ahead_ns - ahead_ns) <= offset.uncertain_s * SECOND
    assert abs(offset.ahead_ns - ahead_ns) < 0.5 * MS


def test_a_clock_that_runs_fast_is_followed():
    offset = ClockOffset()
    told = answers(5 * SECOND, 600, drift=50e-6)

    for answer in told:
        offset.add(answer)

    truth_ns = 5 * SECOND + round(50e-6 * told[-1].heard_ns)
    assert offset.ahead_ns is not None
    assert abs(offset.ahead_ns - truth_ns) < 1 * MS


def test_without_an_answer_nothing_is_known():
    offset = ClockOffset()
    offset.add(TimeAnswer(asked_ns=10, told_ns=5, heard_ns=9))  # heard before it was asked

    assert offset.ahead_ns is None
    assert offset.uncertain_s == float("inf")


def test_a_moment_keeps_its_number_while_the_clocks_become_better_known():
    ahead = [7 * SECOND]
    bridge = ClockBridge(lambda: ahead[0])
    first = bridge.here(100 * SECOND)
    ahead[0] += 2 * MS

    assert first == 93 * SECOND
    assert bridge.here(100 * SECOND) == first
    assert bridge.there(first) == 100 * SECOND
    assert bridge.here(101 * SECOND) == 94 * SECOND - 2 * MS
    assert bridge.there(50 * SECOND) == 57 * SECOND + 2 * MS


def test_only_the_latest_moments_are_remembered():
    bridge = ClockBridge(lambda: 0)

    for moment_ns in range(10_000):
        bridge.here(moment_ns)
        bridge.there(-moment_ns)

    assert sum(len(memory) for memory in vars(bridge).values() if hasattr(memory, "popitem")) < 1000
