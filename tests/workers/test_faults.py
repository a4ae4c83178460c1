"""Faults that are really caused: each ends safe, latched and explained, and can be gone on from."""

import subprocess
from collections.abc import Iterator

import pytest

from lbm_studio.link.session import Session
from tests.benchmarks.faulting import (
    FAULTS,
    ROBOT_FAULTS,
    Fault,
    LearnedBench,
    Outcome,
    RobotFault,
    judged,
)
from tests.benchmarks.full_disk import APART, fill_the_disk
from tests.benchmarks.stop import CONDITIONS
from tests.benchmarks.stopping.bench import Bench
from tests.benchmarks.stopping.robots import Rest, Robots

pytestmark = pytest.mark.slow

PRESSES = 2


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LearnedBench]:
    with LearnedBench(tmp_path_factory.mktemp("faults")) as running:
        yield running


@pytest.fixture(scope="module")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with Bench(Session(tmp_path_factory.mktemp("pressed") / "s")) as running:
        yield running


@pytest.fixture(scope="module")
def robots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bench, Robots]]:
    folder = tmp_path_factory.mktemp("robots")
    with (
        Robots(folder) as controllers,
        Bench(Session(folder / "s"), controllers.station_command) as running,
    ):
        yield running, controllers


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.title)
def test_a_simulated_station_ends_each_fault_safe_latched_and_explained(
    bench: LearnedBench, fault: Fault
) -> None:
    assert fault.run(bench).trouble == ""


def test_a_full_disk_ends_the_recording_in_words_and_nothing_else(bench: LearnedBench) -> None:
    if subprocess.run([*APART, "true"], capture_output=True, check=False).returncode:
        pytest.skip("This machine lets nobody mount a small disk.")

    outcome = fill_the_disk(bench)

    assert outcome.trouble == ""
    assert not outcome.is_latched


@pytest.mark.parametrize("fault", ROBOT_FAULTS, ids=lambda fault: fault.title)
def test_arms_that_are_driven_as_real_ones_end_each_fault_safe_latched_and_explained(
    robots: tuple[Bench, Robots], fault: RobotFault
) -> None:
    assert fault.run(*robots).trouble == ""


def test_arms_whose_station_is_killed_come_to_rest_by_themselves(
    robots: tuple[Bench, Robots],
) -> None:
    bench, controllers = robots
    bench.move(0.5)
    controllers.watch()

    rest = controllers.rest_since(bench.kill_station())
    bench.start_station()

    assert rest.after_ms < 500.0
    assert rest.travel_mm < 50.0


@pytest.mark.parametrize("title", CONDITIONS)
def test_no_press_is_missed_whatever_makes_it_hard(pressed: Bench, title: str) -> None:
    row = pressed.press_often(title, CONDITIONS[title](), PRESSES)

    assert (row.presses, row.missed) == (PRESSES, 0)


def test_an_outcome_that_is_not_explained_is_no_good_end() -> None:
    def judge(after_ms: float, sentence: str, *, is_latched: bool) -> Outcome:
        return judged("fault", Rest(after_ms, 0.0), sentence, "the reason", is_latched=is_latched)

    assert judge(100.0, "It is the reason.", is_latched=True).trouble == ""
    assert judge(100.0, "Something.", is_latched=True).trouble == "it is not explained"
    assert judge(100.0, "It is the reason.", is_latched=False).trouble == "nothing latched"
    assert judge(9e3, "It is the reason.", is_latched=True).trouble.startswith("the arms moved on")
