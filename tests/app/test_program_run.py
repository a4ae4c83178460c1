import os
import sys

import pytest

from lbm_studio.app.program_run import BESIDE_THE_STATION, ChildProgramRun
from lbm_studio.core.errors import StudioError
from tests.app.children import CHILD
from tests.app.waiting import wait_until

PRINTS_NICENESS = "import os; print(os.getpriority(os.PRIO_PROCESS, 0))"


def outcome_of(run):
    outcomes = []
    wait_until(lambda: outcomes.extend(filter(None, [run.poll()])) or outcomes)
    return outcomes[0]


def test_a_command_that_ends_well_brings_its_figures():
    run = ChildProgramRun(CHILD)
    run.start(("say", "done"))

    assert outcome_of(run).result == {"success": True}
    assert not run.is_running


def test_a_command_gives_way_to_the_station():
    run = ChildProgramRun([sys.executable, "-c", PRINTS_NICENESS])
    run.start(())

    beside_us = os.getpriority(os.PRIO_PROCESS, 0) + BESIDE_THE_STATION
    assert outcome_of(run).sentence == str(min(beside_us, 19))


def test_a_command_that_fails_brings_its_last_words():
    run = ChildProgramRun(CHILD)
    run.start(("fail", "There is no episode 7."))

    outcome = outcome_of(run)

    assert outcome.result is None
    assert outcome.sentence == "There is no episode 7."


def test_only_one_command_runs_at_a_time_and_it_can_be_stopped(tmp_path):
    run = ChildProgramRun(CHILD)
    run.start(("stay", str(tmp_path / "marker")))
    with pytest.raises(StudioError):
        run.start(("say", "done"))

    run.stop()

    assert not run.is_running
    assert run.poll() is None
