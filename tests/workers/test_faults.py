"""Faults that are really caused: each ends safe, latched and explained, and can be gone on from."""

import subprocess
from pathlib import Path

import pytest

from lbm_studio.link.session import Session
from tests.benchmarks.faulting import FAULTS, ROBOT_FAULTS, LearnedBench, judged
from tests.benchmarks.full_disk import APART, fill_the_disk
from tests.benchmarks.stop import CONDITIONS
from tests.benchmarks.stopping.bench import Bench
from tests.benchmarks.stopping.robots import Rest, Robots

PRESSES = 2


@pytest.mark.slow
def test_a_simulated_station_ends_each_fault_safe_latched_and_explained(tmp_path: Path) -> None:
    with LearnedBench(tmp_path) as bench:
        outcomes = [fault.run(bench) for fault in FAULTS]

    assert [outcome for outcome in outcomes if outcome.trouble] == []


@pytest.mark.slow
def test_a_full_disk_ends_the_recording_in_words_and_nothing_else(tmp_path: Path) -> None:
    if subprocess.run([*APART, "true"], capture_output=True, check=False).returncode:
        pytest.skip("This machine lets nobody mount a small disk.")

    with LearnedBench(tmp_path) as bench:
        outcome = fill_the_disk(bench)

    assert outcome.trouble == ""
    assert not outcome.is_latched


@pytest.mark.slow
def test_arms_driven_as_real_ones_end_each_fault_and_the_loss_of_their_station(
    tmp_path: Path,
) -> None:
    with (
        Robots(tmp_path) as robots,
        Bench(Session(tmp_path / "s"), robots.station_command) as bench,
    ):
        outcomes = [fault.run(bench, robots) for fault in ROBOT_FAULTS]
        bench.move(0.5)
        robots.watch()
        rest = robots.rest_since(bench.kill_station())

    assert [outcome for outcome in outcomes if outcome.trouble] == []
    assert rest.travel_mm < 50.0


@pytest.mark.slow
def test_no_press_is_missed_whatever_makes_it_hard(tmp_path: Path) -> None:
    with Bench(Session(tmp_path / "s")) as bench:
        rows = [
            bench.press_often(title, condition(), PRESSES)
            for title, condition in CONDITIONS.items()
        ]

    assert [(row.presses, row.missed) for row in rows] == [(PRESSES, 0)] * len(CONDITIONS)


@pytest.mark.parametrize(
    ("after_ms", "sentence", "is_latched", "trouble"),
    [
        (100.0, "It is the reason.", True, ""),
        (100.0, "Something.", True, "it is not explained"),
        (100.0, "It is the reason.", False, "nothing latched"),
        (9e3, "It is the reason.", True, "the arms moved on for too long"),
    ],
)
def test_a_fault_ends_well_only_at_rest_latched_and_explained(
    after_ms: float, sentence: str, is_latched: bool, trouble: str
) -> None:
    rest = Rest(after_ms, travel_mm=0.0)

    assert judged("fault", rest, sentence, "the reason", is_latched=is_latched).trouble == trouble
