"""The study goes on where it was, and keeps only what is small."""

import json
import sys
from pathlib import Path

import pytest

from lbm_studio.core.errors import StudioError, UnknownNameError
from lbm_studio.evaluation.data_efficiency import Cell, CellResult, Start
from lbm_studio.workers import stages
from lbm_studio.workers.study import StudySpec, read_results, run_study, unseen_skills

PROGRAM = """
import json, pathlib, sys
command, file = sys.argv[1], pathlib.Path(sys.argv[sys.argv.index("--json") + 1])
study = file.parents[2]
with (study / "calls").open("a") as calls:
    print(*sys.argv[1:], file=calls)
if (study / f"{command}-breaks").exists():
    sys.exit(1)
figures = {
    "record": {"episodes": 3},
    "train": {"localisation_median_cm": 0.4},
    "rollout": {"successes": 2 if "--shift" in sys.argv else 3, "trials": 4},
}
file.write_text(json.dumps(figures[command]))
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for the study, whose commands are done by a stand-in that notes how it was called."""
    stand_in = tmp_path / "program.py"
    stand_in.write_text(PROGRAM)
    monkeypatch.setattr(stages, "program", lambda: (sys.executable, str(stand_in)))
    (tmp_path / "study").mkdir()
    return tmp_path / "study"


def run(folder: Path, budget_minutes: float | None = None) -> tuple[CellResult, ...]:
    spec = StudySpec("shipped", (unseen_skills()[0],), trials=4, budget_minutes=budget_minutes)
    return run_study(spec, folder, say=lambda sentence: None)


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text().splitlines()


def test_a_budget_ends_it_between_two_cells_and_the_next_run_goes_on(folder: Path) -> None:
    first = run(folder, budget_minutes=1e-9)

    assert first == read_results(folder) == ()
    whole = run(folder)
    assert whole == read_results(folder)
    asked = len(calls(folder))
    assert run(folder) == whole
    assert len(calls(folder)) == asked


def test_the_claim_is_fine_tuned_and_its_opponent_is_not(folder: Path) -> None:
    results = run(folder)

    trainings = [line for line in calls(folder) if line.startswith("train")]
    assert "--from shipped" in trainings[0]
    assert "--from" not in trainings[1]
    assert "--preset pretrained" in trainings[1]
    assert all("--minutes 10" in line for line in trainings)
    claim = results[0]
    assert (claim.cell.start, claim.cell.demonstrations) == (Start.SHIPPED, 20)
    assert (claim.successes, claim.trials, claim.localisation_median_cm) == (3, 4, 0.4)
    assert set(claim.shifted.values()) == {2}
    assert not results[1].shifted


def test_what_is_large_is_not_kept_and_the_report_is_written(folder: Path) -> None:
    results = run(folder)

    assert not list((folder / "work").glob("*-shipped-*"))
    assert "| **mean** | shipped |" in (folder / "results.md").read_text()
    assert len(json.loads((folder / "results.json").read_text())) == len(results)


def test_a_stage_that_failed_loses_nothing(folder: Path) -> None:
    (folder / "rollout-breaks").touch()
    with pytest.raises(StudioError, match="ended at the stage “rollout”"):
        run(folder)
    (folder / "rollout-breaks").unlink()

    run(folder)

    cell = Cell(unseen_skills()[0], Start.SHIPPED, 20)
    trained = [line for line in calls(folder) if line.startswith("train") and cell.name in line]
    assert len(trained) == 1


def test_an_unknown_skill_is_answered_with_the_known_ones(folder: Path) -> None:
    with pytest.raises(UnknownNameError, match="no skill called “juggle”"):
        run_study(StudySpec("shipped", ("juggle",)), folder, say=lambda sentence: None)
