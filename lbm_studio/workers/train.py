"""The training process: reads ``spec.json`` of its run folder, writes events and checkpoints."""

import argparse
import json
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path

from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.errors import StudioError
from lbm_studio.core.runs import (
    SPEC_FILE,
    EventLog,
    JobStatus,
    claim,
    is_alive,
    release,
    stop_requested,
    write_json,
)
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.learning.training.loop import run_training
from lbm_studio.learning.training.presets import (
    DEFAULT_PRESET,
    REFERENCE_PRESET,
    Preset,
    find_preset,
)
from lbm_studio.learning.training.spec import TrainSpec
from lbm_studio.learning.training.views import embodiment_of
from lbm_studio.policy.shipped import Start, choose_start

NICENESS = 10

log = logging.getLogger(__name__)


def refuse_contradictions(
    run: Path,
    datasets: Sequence[str],
    start_from: str | None,
    *,
    minutes: float | None,
    steps: int | None,
    preset: str | None,
) -> None:
    """Refuse to be asked for what would be passed over in silence; None and nothing are not asked.

    Raises:
        StudioError: something was.
    """
    if minutes is not None and steps is not None:
        raise StudioError("Say how long to train with either --minutes or --steps, not with both.")
    if start_from is not None and not datasets:
        raise StudioError("Name the datasets to learn from: --from only says where to begin.")
    if not datasets and (minutes, steps, preset) != (None, None, None):
        raise StudioError(
            f"The run in {run} goes on as it was begun: leave out --minutes, --steps, --preset."
        )


def begin_run(run: Path, spec: TrainSpec, start_from: str | None, preset: str | None) -> str:
    """Write what is asked of a new run folder; return what it starts from, a sentence.

    Args:
        run: the folder.
        spec: its datasets, budget and seed.
        start_from: checkpoint, its short name, or ``scratch``; None starts from the policy that
            ships, where it fits the datasets.
        preset: settings by name; they describe a new network, so without ``start_from`` one is
            made. None takes the usual ones of a new network, or of a fine-tuned one.

    Raises:
        StudioError: a name is unknown, a checkpoint does not fit, or the folder belongs to a run.
    """
    if preset is not None and start_from is None:
        start = Start(None, f"Starts from scratch, with the settings “{preset}”.")
    else:
        start = choose_start(
            start_from, lambda: embodiment_of(Dataset.open(Path(spec.datasets[0])))
        )
    settings = find_preset(preset or _usual_preset(start.checkpoint)).applied_to(spec)
    prepare_run(run, replace(settings, start_from=start.checkpoint))
    return start.sentence


def _usual_preset(checkpoint: str | None) -> str:
    """Return the name of the settings of a fine-tuned network, or of a new one."""
    return REFERENCE_PRESET if checkpoint else DEFAULT_PRESET


def prepare_run(run: Path, spec: TrainSpec) -> None:
    """Write what is asked of a new run folder.

    Raises:
        StudioError: the folder already belongs to a run.
    """
    if (run / SPEC_FILE).exists():
        raise StudioError(
            f"{run} already holds a training run. Choose another folder, "
            "or name no dataset to go on with that run."
        )
    run.mkdir(parents=True, exist_ok=True)
    write_json(run / SPEC_FILE, to_json(spec))


def read_spec(run: Path) -> TrainSpec:
    """Return what was asked of a run folder; the usual settings where it names none.

    Raises:
        StudioError: it holds no readable ``spec.json``.
    """
    try:
        raw = json.loads((run / SPEC_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StudioError(f"{run} is not a training run: {SPEC_FILE} cannot be read.") from error
    spec = from_json(TrainSpec, raw, where=SPEC_FILE)
    names_settings = any(field.name in raw for field in fields(Preset))
    return spec if names_settings else find_preset(_usual_preset(spec.start_from)).applied_to(spec)


def train(run: Path, should_stop: Callable[[], bool] | None = None) -> JobStatus:
    """Run or go on with the training of a run folder until it is done, stopped or failed.

    Exactly one terminal event is written, whatever happens short of a kill.

    Raises:
        StudioError: somebody else works on the folder, or the training cannot be done.
    """
    spec = read_spec(run)
    if is_alive(run):
        raise StudioError(f"Another process is already training in {run}.")
    claim(run)
    asked = should_stop or (lambda: False)
    try:
        return _train(spec, run, EventLog(run), lambda: asked() or stop_requested(run))
    finally:
        release(run)


def _train(
    spec: TrainSpec, run: Path, events: EventLog, should_stop: Callable[[], bool]
) -> JobStatus:
    events.status(JobStatus.RUNNING)
    try:
        finished = run_training(spec, run, events, should_stop)
    except StudioError as error:
        events.status(JobStatus.FAILED, str(error))
        raise
    except (KeyboardInterrupt, SystemExit):
        events.status(JobStatus.STOPPED, "Interrupted; the last checkpoint is kept.")
        raise
    except Exception:  # whatever broke, the run folder must say that it ended
        log.exception("Training in %s broke off", run)
        events.status(JobStatus.FAILED, "Training broke off; the log has the details.")
        raise
    status = JobStatus.DONE if finished else JobStatus.STOPPED
    events.status(status)
    return status


def main(arguments: list[str]) -> int:
    """Entry point of the process, which gives way to the live station."""
    os.nice(NICENESS)
    parser = argparse.ArgumentParser(prog="lbm-studio worker train", description=__doc__)
    parser.add_argument("run", type=Path, help="run folder with spec.json")
    return 0 if train(parser.parse_args(arguments).run) is not JobStatus.FAILED else 1
