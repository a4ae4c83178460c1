"""Pretraining: record what a mixture lacks, train on all of it, roll every skill out.

Each stage is finished when its figures are on disk; started again, pretraining goes on with the
first that is not. Nothing it needs has to be kept but the mixture and a checkpoint: demonstrations
are recorded anew from their seeds, and a training goes on from averaged weights.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.errors import StudioError
from lbm_studio.core.runs import (
    SPEC_FILE,
    JobStatus,
    add_rollout,
    forget_stop,
    job_status,
    read_rollouts,
    write_json,
)
from lbm_studio.evaluation.statistics import PromptFollowing, SuccessRate
from lbm_studio.learning.training.mixture import Mixture, Recording, RolloutPlan, read_mixture
from lbm_studio.learning.training.spec import TrainSpec
from lbm_studio.policy.manifest import read_manifest
from lbm_studio.station.choice import find_simulated_station
from lbm_studio.station.simulation.catalogue import find_skill
from lbm_studio.workers.record import RecordSpec, held_episodes, record
from lbm_studio.workers.rollouts import RolloutSpec, rollout
from lbm_studio.workers.train import prepare_run, train

MIXTURE_FILE = "mixture.toml"
DATASETS_FOLDER = "datasets"
REPORT_FILE = "report.json"
ALL = "all"

Say = Callable[[str], None]
ShouldStop = Callable[[], bool]


@dataclass(frozen=True)
class PretrainSpec:
    """What to pretrain.

    Attributes:
        mixture: file.
        run: run folder.
        start_from: checkpoint to start from; None: from scratch, or where the folder is.
        goes_on: whether the training that left it goes on, instead of being fine-tuned.
        recordings: folder for what is recorded; None: in the run folder.
        processes: layouts recorded and rolled out at a time.
    """

    mixture: Path
    run: Path
    start_from: str | None = None
    goes_on: bool = False
    recordings: Path | None = None
    processes: int = 2

    @property
    def recorded(self) -> Path:
        """Folder of what is recorded."""
        return self.recordings or self.run / DATASETS_FOLDER


@dataclass(frozen=True)
class PretrainReport:
    """What came of it.

    Attributes:
        run: the run folder.
        stopped: whether it was asked to stop before all was done.
        steps: the policy was trained for.
        seconds: the training took [s].
        waiting_share: of them it waited for data.
        localisation_median_cm: held-out error of the coming key points [cm].
        skills: success on unseen layouts of each simulated skill.
        overall: of all together; None without rollouts.
        prompts: whether prompts were followed, for each skill whose scene allows other goals.
        prompts_overall: the same for all of them together; None where it was not looked at.
    """

    run: str
    stopped: bool
    steps: int = 0
    seconds: float = 0.0
    waiting_share: float = 0.0
    localisation_median_cm: float | None = None
    skills: Mapping[str, SuccessRate] | None = None
    overall: SuccessRate | None = None
    prompts: Mapping[str, PromptFollowing] | None = None
    prompts_overall: PromptFollowing | None = None

    def in_words(self) -> str:
        """Return the report for people."""
        if self.stopped:
            return f"Pretraining is stopped in {self.run}. Started again, it goes on there."
        told = f"Pretrained for {self.steps} steps ({self.seconds / 60:.0f} min) in {self.run}."
        if not self.skills or self.overall is None:
            return told
        success = {**self.skills, ALL: self.overall}
        lines = [told, *_in_lines(success)]
        if self.prompts and self.prompts_overall is not None:
            lines += ["Prompt followed:", *_in_lines({**self.prompts, ALL: self.prompts_overall})]
        return "\n".join(lines)


def _in_lines(figures: Mapping[str, SuccessRate | PromptFollowing]) -> Iterator[str]:
    width = max(len(name) for name in figures)
    return (f"{name:<{width}}  {figure.in_words()}" for name, figure in figures.items())


def pretrain(
    spec: PretrainSpec, say: Say, should_stop: ShouldStop = lambda: False
) -> PretrainReport:
    """Go through the stages, or on with them.

    Args:
        spec: what to do.
        say: is told what begins.
        should_stop: polled; what is done by then stays.

    Raises:
        StudioError: a stage cannot be done; the sentence says why.
    """
    mixture = read_mixture(spec.mixture)
    for recording in mixture.recordings.values():
        find_skill(recording.skill)
        find_simulated_station(recording.station)
    asked = mixture.spec(spec.recorded, spec.start_from, goes_on=spec.goes_on)
    if spec.start_from is not None:
        read_manifest(Path(spec.start_from))
    _claim_folder(spec)
    for name, recording in mixture.recordings.items():
        if not _record(spec, spec.recorded / name, recording, say, should_stop):
            return PretrainReport(str(spec.run), stopped=True)
    if not _train(spec.run, asked, say, should_stop):
        return PretrainReport(str(spec.run), stopped=True)
    lines = _roll_out(spec, mixture, say, should_stop)
    if lines is None:
        return PretrainReport(str(spec.run), stopped=True)
    report = _report(spec.run, lines)
    write_json(spec.run / REPORT_FILE, to_json(report))
    return report


def _claim_folder(spec: PretrainSpec) -> None:
    """Keep the mixture with the run; refuse to go on with another one."""
    kept = spec.run / MIXTURE_FILE
    if not kept.exists():
        if (spec.run / SPEC_FILE).exists():
            raise StudioError(f"{spec.run} holds another training. Choose another folder.")
        spec.run.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(spec.mixture, kept)
    elif kept.read_bytes() != spec.mixture.read_bytes():
        raise StudioError(
            f"{spec.run} was begun with another mixture, kept there as {MIXTURE_FILE}. "
            "Go on with that one, or choose another folder."
        )


def _record(
    spec: PretrainSpec, dataset: Path, recording: Recording, say: Say, should_stop: ShouldStop
) -> bool:
    """Record what a dataset still lacks; False when it was stopped."""
    missing = recording.episodes - held_episodes(dataset)
    if missing <= 0:
        return True
    say(f"record: {missing} demonstrations of {recording.skill} into {dataset}")
    asked = RecordSpec(
        dataset=str(dataset),
        skill=recording.skill,
        episodes=missing,
        seed=recording.seed,
        station=recording.station,
        processes=spec.processes,
    )
    return not record(asked, should_stop=should_stop).stopped


def _train(run: Path, asked: TrainSpec, say: Say, should_stop: ShouldStop) -> bool:
    """Train to the end of the budget; False when it was stopped."""
    if not (run / SPEC_FILE).exists():
        prepare_run(run, asked)
    if job_status(run) is JobStatus.DONE:
        return True
    say(f"train: in {run}")
    forget_stop(run)
    return train(run, should_stop) is JobStatus.DONE


def _roll_out(
    spec: PretrainSpec, mixture: Mixture, say: Say, should_stop: ShouldStop
) -> dict[str, Mapping[str, Any]] | None:
    """Roll every simulated skill out, but not again.

    Returns what is kept of each; None when it was stopped.
    """
    step = _steps(spec.run)
    plan = mixture.rollouts
    for name, recording in mixture.recordings.items() if plan.trials else ():
        if name not in _rollouts_at(spec.run, step):
            say(f"rollout: {plan.trials} unseen layouts of {recording.skill}")
            report = rollout(_rollout_spec(spec, plan, recording), lambda _: None, should_stop)
            if report.trials < plan.trials:
                return None
            add_rollout(spec.run, step, to_json(report), skill=name)
    known = _rollouts_at(spec.run, step)
    each = {name: known[name] for name in mixture.recordings if name in known}
    if each and "" not in known:
        rate, prompts = _rates_together(_rates(each)), _prompts_together(_prompts(each))
        figures = {**to_json(rate), "interval95": rate.interval, "seconds": None}
        add_rollout(spec.run, step, {**figures, "prompt": to_json(prompts)})
    return each


def _rollout_spec(spec: PretrainSpec, plan: RolloutPlan, recording: Recording) -> RolloutSpec:
    asked = RolloutSpec(
        skill=recording.skill,
        trials=plan.trials,
        checkpoint=str(spec.run),
        station=recording.station,
        execute=plan.execute,
        processes=spec.processes,
    )
    return asked if plan.time_limit_s is None else replace(asked, time_limit_s=plan.time_limit_s)


def _rollouts_at(run: Path, step: int) -> dict[str, Mapping[str, Any]]:
    """Return the newest line of each skill at a step."""
    lines = (line for line in read_rollouts(run) if line.get("step") == step)
    return {str(line.get("skill")): line for line in lines}


def _steps(run: Path) -> int:
    return int(read_manifest(run).provenance.get("steps", 0))


def _rates(lines: Mapping[str, Mapping[str, Any]]) -> dict[str, SuccessRate]:
    return {n: SuccessRate.of(line["successes"], line["trials"]) for n, line in lines.items()}


def _prompts(lines: Mapping[str, Mapping[str, Any]]) -> dict[str, PromptFollowing]:
    """Return how prompts were followed; earlier versions did not look."""
    known = {name: line["prompt"] for name, line in lines.items() if line.get("prompt")}
    return {name: from_json(PromptFollowing, prompt) for name, prompt in known.items()}


def _rates_together(rates: Mapping[str, SuccessRate]) -> SuccessRate:
    return SuccessRate.of(
        sum(rate.successes for rate in rates.values()), sum(rate.trials for rate in rates.values())
    )


def _prompts_together(prompts: Mapping[str, PromptFollowing]) -> PromptFollowing | None:
    return PromptFollowing.together(prompts.values()) if prompts else None


def _report(run: Path, lines: Mapping[str, Mapping[str, Any]]) -> PretrainReport:
    manifest = read_manifest(run)
    error_cm = manifest.metrics.get("localisation_median_cm")
    rates, prompts = _rates(lines), _prompts(lines)
    return PretrainReport(
        run=str(run),
        stopped=False,
        steps=int(manifest.provenance.get("steps", 0)),
        seconds=float(manifest.provenance.get("seconds", 0.0)),
        waiting_share=float(manifest.provenance.get("waiting_share", 0.0)),
        localisation_median_cm=error_cm if error_cm is not None and isfinite(error_cm) else None,
        skills=rates,
        overall=_rates_together(rates) if rates else None,
        prompts=prompts,
        prompts_overall=_prompts_together(prompts),
    )
