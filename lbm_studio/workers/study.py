"""The data-efficiency study: trains and rolls out one cell after the other, and can be interrupted.

What is measured stands in one small file, so that the study goes on wherever that file is; the
demonstrations are recorded again from their seeds, and weights are not kept.
"""

import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.runs import SPEC_FILE, write_json
from lbm_studio.core.shift import Shift
from lbm_studio.evaluation.data_efficiency import Cell, CellResult, Start, cells, in_words
from lbm_studio.station.simulation.catalogue import SKILLS, find_skill
from lbm_studio.workers.stages import Say, Stages, record_missing

RESULTS_FILE = "results.json"
REPORT_FILE = "results.md"
WORK = "work"
PRESET = "pretrained"
"""Training from nothing begins with the settings that the shipped policy was trained with."""


@dataclass(frozen=True)
class StudySpec:
    """How the study is done.

    Attributes:
        checkpoint: the shipped policy.
        skills: unseen skills; empty for all that the catalogue keeps for teaching later.
        minutes: training time of each cell.
        trials: rollouts of each cell.
        station: station description by name.
        processes: that record and roll out.
        budget_minutes: no new cell begins after so long; None goes on to the end.
    """

    checkpoint: str
    skills: tuple[str, ...] = ()
    minutes: float = 10.0
    trials: int = 50
    station: str = "simulated"
    processes: int = 2
    budget_minutes: float | None = None


def run_study(spec: StudySpec, folder: Path, say: Say) -> tuple[CellResult, ...]:
    """Measure the cells that are not in ``folder`` yet, and write results and report there.

    Raises:
        StudioError: a stage failed.
    """
    skills = [find_skill(name).name for name in spec.skills] or unseen_skills()
    results = list(read_results(folder))
    begun_s = time.monotonic()
    for cell in cells(skills):
        if any(result.cell == cell for result in results):
            continue
        spent_minutes = (time.monotonic() - begun_s) / 60.0
        if spec.budget_minutes is not None and spent_minutes > spec.budget_minutes:
            say("The time is up; started again, the study goes on here.")
            break
        say(f"{cell.name}: cell {len(results) + 1} of {len(cells(skills))}")
        results.append(_measure(spec, cell, folder, say))
        _write(folder, results)
    return tuple(results)


def unseen_skills() -> list[str]:
    """Return the skills that pretraining never saw."""
    return [skill.name for skill in SKILLS if not skill.pretraining]


def read_results(folder: Path) -> tuple[CellResult, ...]:
    """Return what has been measured so far."""
    file = folder / RESULTS_FILE
    if not file.exists():
        return ()
    raw = json.loads(file.read_text(encoding="utf-8"))
    return tuple(from_json(CellResult, one, where=RESULTS_FILE) for one in raw)


def _write(folder: Path, results: Sequence[CellResult]) -> None:
    write_json(folder / RESULTS_FILE, [to_json(result) for result in results])
    (folder / REPORT_FILE).write_text(in_words(results), encoding="utf-8")


def _measure(spec: StudySpec, cell: Cell, folder: Path, say: Say) -> CellResult:
    work = folder / WORK / cell.name
    work.mkdir(parents=True, exist_ok=True)
    stages = Stages(work, say)
    _record(spec, cell, folder, stages)
    training = stages.run("train", _train_arguments(spec, cell, folder))
    plain = stages.run("rollout", _rollout_arguments(spec, cell, work))
    shifted = {
        shift.value: stages.run(
            f"rollout-{shift}", [*_rollout_arguments(spec, cell, work), "--shift", shift]
        )["successes"]
        for shift in (Shift if cell.is_shifted_too else ())
    }
    shutil.rmtree(work)
    return CellResult(
        cell=cell,
        successes=plain["successes"],
        trials=plain["trials"],
        minutes=spec.minutes,
        localisation_median_cm=training.get("localisation_median_cm"),
        shifted=shifted,
    )


def _dataset(cell: Cell, folder: Path) -> Path:
    return folder / WORK / f"{cell.skill}-{cell.demonstrations}"


def _record(spec: StudySpec, cell: Cell, folder: Path, stages: Stages) -> None:
    record_missing(
        stages,
        _dataset(cell, folder),
        skill=cell.skill,
        episodes=cell.demonstrations,
        station=spec.station,
        processes=spec.processes,
    )


def _train_arguments(spec: StudySpec, cell: Cell, folder: Path) -> list[str]:
    run = folder / WORK / cell.name / "run"
    if (run / SPEC_FILE).exists():  # begun before: goes on where it was
        return ["train", "--out", str(run)]
    arguments: list[Any] = ["train", _dataset(cell, folder), "--out", run]
    arguments += ["--minutes", f"{spec.minutes:g}", "--seed", cell.seed]
    both = ("--from", spec.checkpoint) if cell.start is Start.SHIPPED else ("--preset", PRESET)
    arguments += both
    return [str(argument) for argument in arguments]


def _rollout_arguments(spec: StudySpec, cell: Cell, work: Path) -> list[str]:
    return [
        *("rollout", str(work / "run"), "--skill", cell.skill, "--trials", str(spec.trials)),
        *("--station", spec.station, "--processes", str(spec.processes)),
    ]
