"""Studies: one policy after the other is trained and rolled out, and it can be interrupted.

What is measured stands in one small file, so that a study goes on wherever that file is; the
demonstrations are recorded again from their seeds, and weights are not kept.
"""

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path

from safetensors.numpy import load_file

from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.errors import StudioError
from lbm_studio.core.runs import SPEC_FILE, write_json
from lbm_studio.core.shift import Shift
from lbm_studio.evaluation.cells import Cell, CellResult
from lbm_studio.policy.manifest import WEIGHTS_FILE, resolve_checkpoint
from lbm_studio.workers.stages import Say, Stages, record_missing

RESULTS_FILE, REPORT_FILE, FIGURE_FILE = "results.json", "results.md", "results.png"
WORK, RUN = "work", "run"


@dataclass(frozen=True)
class Study:
    """What is compared.

    Attributes:
        cells: in the order in which they are measured.
        start: what the command ``train`` is told of where a cell begins; may refuse.
        in_words: the report, as Markdown.
        draw: writes the figure.
        shifts: under which a cell is rolled out as well.
        origin: which weights a cell begins with, by digest; empty for none.
    """

    cells: tuple[Cell, ...]
    start: Callable[[Cell], tuple[str, ...]]
    in_words: Callable[[Sequence[CellResult]], str]
    draw: Callable[[Path, Sequence[CellResult]], None]
    shifts: Callable[[Cell], tuple[Shift, ...]] = lambda cell: ()
    origin: Callable[[Cell], str] = lambda cell: ""


@dataclass(frozen=True)
class StudySpec:
    """How every cell is measured.

    Attributes:
        minutes: of training.
        trials: rollouts.
        station: station description by name.
        processes: that record and roll out.
        budget_minutes: no new cell begins after so long; None goes on to the end.
    """

    minutes: float
    trials: int
    station: str = "simulated"
    processes: int = 2
    budget_minutes: float | None = None


def run_study(study: Study, spec: StudySpec, folder: Path, say: Say) -> tuple[CellResult, ...]:
    """Measure the cells that are not in ``folder`` yet; write results, report and figure there.

    Raises:
        StudioError: a cell cannot be measured, or the folder holds what was measured otherwise.
    """
    results = list(read_results(folder))
    _check_comparable(study, results, spec, folder)
    known = {result.cell for result in results}
    starts = {cell: study.start(cell) for cell in study.cells if cell not in known}
    _publish(study, results, folder)
    begun_s = time.monotonic()
    for number, (cell, start) in enumerate(starts.items(), start=1):
        spent_minutes = (time.monotonic() - begun_s) / 60.0
        if spec.budget_minutes is not None and spent_minutes > spec.budget_minutes:
            say("The time is up; started again, the study goes on here.")
            break
        say(f"{cell.name}: cell {len(study.cells) - len(starts) + number} of {len(study.cells)}")
        result = _Measurement(spec, cell, folder, say).result(start, study.shifts(cell))
        results.append(replace(result, origin=study.origin(cell)))
        _publish(study, results, folder)
    return tuple(results)


def read_results(folder: Path) -> tuple[CellResult, ...]:
    """Return what has been measured so far."""
    file = folder / RESULTS_FILE
    if not file.exists():
        return ()
    raw = json.loads(file.read_text(encoding="utf-8"))
    return tuple(from_json(CellResult, one, where=RESULTS_FILE) for one in raw)


def _check_comparable(
    study: Study, results: Sequence[CellResult], spec: StudySpec, folder: Path
) -> None:
    for result in results:
        if (result.minutes, result.trials) != (spec.minutes, spec.trials):
            raise StudioError(
                f"{folder} holds results of {result.minutes:g} minutes of training and "
                f"{result.trials} trials. Ask for the same, or choose another folder."
            )
        if result.origin != study.origin(result.cell):
            raise StudioError(
                f"{folder} holds results of another checkpoint ({result.origin or 'none'}). "
                "Choose another folder."
            )


def _publish(study: Study, results: Sequence[CellResult], folder: Path) -> None:
    """Write what is known; nothing as long as that is nothing."""
    if results:
        write_json(folder / RESULTS_FILE, [to_json(result) for result in results])
        (folder / REPORT_FILE).write_text(study.in_words(results), encoding="utf-8")
        study.draw(folder / FIGURE_FILE, results)


class _Measurement:
    """Measures one cell, in a folder of its own that is gone when it is done."""

    def __init__(self, spec: StudySpec, cell: Cell, folder: Path, say: Say) -> None:
        self._spec, self._cell = spec, cell
        self._dataset = folder / WORK / f"{cell.skill}-{cell.demonstrations}"
        self._work = folder / WORK / cell.name
        self._run = self._work / RUN
        self._stages = Stages(self._work, say)

    def result(self, start: Sequence[str], shifts: Sequence[Shift]) -> CellResult:
        """Record, train and roll out, or go on with it."""
        spec, stages = self._spec, self._stages
        self._work.mkdir(parents=True, exist_ok=True)
        self._record()
        training = stages.run("train", self._train_arguments(start))
        plain = stages.run("rollout", self._rollout_arguments())
        shifted = {
            shift.value: stages.run(
                f"rollout-{shift}", [*self._rollout_arguments(), "--shift", shift]
            )["successes"]
            for shift in shifts
        }
        result = CellResult(
            cell=self._cell,
            successes=plain["successes"],
            trials=plain["trials"],
            minutes=spec.minutes,
            train_s=stages.seconds().get("train"),
            steps=training.get("step"),
            parameters=_count_parameters(self._run),
            localisation_median_cm=_finite(training.get("localisation_median_cm")),
            shifted=shifted,
        )
        shutil.rmtree(self._work)
        return result

    def _record(self) -> None:
        record_missing(
            self._stages,
            self._dataset,
            skill=self._cell.skill,
            episodes=self._cell.demonstrations,
            station=self._spec.station,
            processes=self._spec.processes,
        )

    def _train_arguments(self, start: Sequence[str]) -> list[str]:
        if (self._run / SPEC_FILE).exists():  # begun before: goes on where it was
            return ["train", "--out", str(self._run)]
        return [
            *("train", str(self._dataset), "--out", str(self._run)),
            *("--minutes", f"{self._spec.minutes:g}", "--seed", str(self._cell.seed), *start),
        ]

    def _rollout_arguments(self) -> list[str]:
        spec = self._spec
        return [
            *("rollout", str(self._run), "--skill", self._cell.skill),
            *("--trials", str(spec.trials), "--station", spec.station),
            *("--processes", str(spec.processes)),
        ]


def _count_parameters(run: Path) -> int:
    """Return how many numbers the newest checkpoint of a run consists of."""
    weights = load_file(resolve_checkpoint(run) / WEIGHTS_FILE)
    return sum(array.size for array in weights.values())


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None
