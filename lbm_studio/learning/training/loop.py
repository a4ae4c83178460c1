"""The training job.

Datasets in, checkpoints and events out. It can be stopped and taken up again at any moment.
"""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from lbm_studio import __version__
from lbm_studio.core.action import ActionConvention
from lbm_studio.core.codec import to_json
from lbm_studio.core.embodiment import Embodiment, StationDescription
from lbm_studio.core.errors import DatasetError
from lbm_studio.core.runs import EventKind, EventLog
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.learning.model.network import LargeBehaviorModel, image_groups
from lbm_studio.learning.model.normaliser import Normaliser, PolicyNormaliser, rotation_dimensions
from lbm_studio.learning.model.prompt import build_reader
from lbm_studio.learning.training.batches import BatchMaker
from lbm_studio.learning.training.checkpoint import (
    LoadedPolicy,
    has_state,
    load_checkpoint,
    save_checkpoint,
    widen_vocabulary,
)
from lbm_studio.learning.training.learner import Learner, native_low_precision
from lbm_studio.learning.training.localisation import Localisation, measure_localisation
from lbm_studio.learning.training.memory import SightMemory, remember
from lbm_studio.learning.training.plan import TrainingPlan, draw_plan, read_plan, write_plan
from lbm_studio.learning.training.samples import EpisodeReference, Samples, load_samples
from lbm_studio.learning.training.spec import TrainSpec
from lbm_studio.learning.training.step import Losses, LossSettings
from lbm_studio.learning.training.threads import ThreadChooser
from lbm_studio.policy.manifest import CheckpointManifest, check_fits

CACHE_FOLDER = "cache"
PROGRESS_EVERY_S = 2.0


@dataclass(frozen=True)
class Material:
    """What is trained on."""

    embodiment: Embodiment
    plan: TrainingPlan
    training: Samples
    held_out: Samples


def run_training(
    spec: TrainSpec, run: Path, events: EventLog, should_stop: Callable[[], bool]
) -> bool:
    """Train until the budget is spent; True when it is, False when somebody stopped it.

    Raises:
        StudioError: the datasets, the checkpoint to start from, or the disk forbid it.
    """
    torch.manual_seed(spec.seed)
    parent = None
    if spec.start_from and not has_state(run):
        parent = load_checkpoint(Path(spec.start_from))
    try:
        material = _load_material(spec, run, events, parent)
        job = _TrainingJob(spec, run, events, material, parent)
        return job.run(should_stop)
    finally:
        shutil.rmtree(run / CACHE_FOLDER, ignore_errors=True)


class _TrainingJob:
    def __init__(
        self,
        spec: TrainSpec,
        run: Path,
        events: EventLog,
        material: Material,
        parent: LoadedPolicy | None,
    ) -> None:
        self._spec, self._run, self._events, self._material = spec, run, events, material
        self._groups = image_groups(material.embodiment)
        self._reader = build_reader(material.plan.model.text, material.plan.words)
        self._told = 0.0
        self._memory: SightMemory | None = None
        self._build(parent)
        self._training = self._batches(material.training)
        self._held_out = self._batches(material.held_out)

    def _build(self, parent: LoadedPolicy | None) -> None:
        spec, material = self._spec, self._material
        network, self._measured = self._network(), self._network()
        if parent is not None:
            weights = parent.network.state_dict()
            network.load_state_dict(widen_vocabulary(weights, len(material.plan.words)))
        self._normaliser = self._decide_normaliser(network)
        settings = LossSettings(
            normaliser=self._normaliser,
            weights=spec.weights,
            noise_draws=spec.noise_draws,
            low_precision=native_low_precision(),
        )
        self._learner = Learner(network, settings, spec.optimiser, spec.seed)
        if self._learner.resume(self._run):
            self._events.emit(EventKind.MESSAGE, text=f"Resumed at step {self._learner.step}.")

    def _network(self) -> LargeBehaviorModel:
        plan = self._material.plan
        return LargeBehaviorModel(plan.model, self._material.embodiment, len(plan.words))

    def _decide_normaliser(self, network: LargeBehaviorModel) -> PolicyNormaliser:
        plan = self._material.plan
        if not plan.normaliser:
            plan = plan.with_normaliser(_fit(network, self._material.training).as_json())
        write_plan(self._run, plan)
        return PolicyNormaliser.from_json(plan.normaliser)

    def _batches(self, samples: Samples) -> BatchMaker:
        length = self._learner.network.config.prompt_words
        return BatchMaker(samples, self._groups, self._reader, words=length)

    def run(self, should_stop: Callable[[], bool]) -> bool:
        learner, spec = self._learner, self._spec
        generator = np.random.default_rng((spec.seed, learner.step))
        threads = ThreadChooser(spec.threads)
        losses: list[dict[str, float]] = []
        saved = reported = time.monotonic()
        begin = saved - learner.seconds
        while self._progress() < 1.0:
            if self._is_head_phase() and self._memory is None:
                self._memory = self._remember(generator)
                begin = time.monotonic() - learner.seconds
            threads.begin()
            losses.append(self._step(generator).as_numbers())
            threads.end()
            learner.seconds = time.monotonic() - begin
            self._tell_progress()
            if time.monotonic() - reported > spec.report_every_s:
                self._report(losses)
                losses.clear()
                reported = time.monotonic()
                begin = reported - learner.seconds
            if should_stop():
                self._save()
                return False
            if time.monotonic() - saved > spec.save_every_s:
                self._save()
                saved = time.monotonic()
                begin = saved - learner.seconds
        self._report(losses)
        self._save()
        return True

    def _step(self, generator: np.random.Generator) -> Losses:
        learner, spec, progress = self._learner, self._spec, self._progress()
        looking = 1.0 - spec.head_share
        if self._memory is None:
            batch = self._training.random(spec.batch, generator)
            return learner.train_step(batch, progress / looking)
        sight, batch = self._memory.draw(
            learner.network, self._training, spec.head_batch, generator
        )
        return learner.train_head_step(sight, batch, (progress - looking) / spec.head_share)

    def _is_head_phase(self) -> bool:
        return self._spec.head_share > 0 and self._progress() >= 1.0 - self._spec.head_share

    def _remember(self, generator: np.random.Generator) -> SightMemory:
        learner = self._learner
        learner.freeze_encoders()
        count = min(self._spec.remembered_frames, len(self._material.training))
        rows = self._training.draw_rows(count, generator)
        return remember(
            learner.network,
            self._training,
            rows,
            low_precision=learner.settings.low_precision,
            progress=_Progress(self._events, "looking"),
        )

    def _progress(self) -> float:
        if self._spec.minutes is None:
            return self._learner.step / self._spec.steps
        return self._learner.seconds / (60.0 * self._spec.minutes)

    def _report(self, losses: Sequence[dict[str, float]]) -> None:
        learner = self._learner
        means = {k: float(np.mean([one[k] for one in losses])) for k in losses[0]} if losses else {}
        self._events.emit(
            EventKind.METRICS, step=learner.step, **means, **self._localisation().as_numbers()
        )

    def _tell_progress(self) -> None:
        now = time.monotonic()
        progress = min(1.0, self._progress())
        if now - self._told < PROGRESS_EVERY_S and progress < 1.0:
            return
        self._told = now
        learner = self._learner
        self._events.emit(
            EventKind.PROGRESS,
            stage="training",
            done=learner.step,
            total=round(learner.step / max(progress, 1e-9)),
            remaining_s=learner.seconds * (1 / max(progress, 1e-9) - 1),
        )

    def _localisation(self) -> Localisation:
        self._measured.load_state_dict(self._learner.average)
        return measure_localisation(
            self._measured.eval(), self._normaliser, self._material.held_out, self._held_out
        )

    def _save(self) -> None:
        learner = self._learner
        learner.save(self._run)
        manifest = CheckpointManifest(
            embodiment=self._material.embodiment,
            convention=ActionConvention(self._material.embodiment.arm_names),
            goals=self._material.plan.goals,
            words=self._reader.words,
            model=to_json(learner.network.config),
            normaliser=self._normaliser.as_json(),
            provenance=self._provenance(),
            metrics=self._localisation().as_numbers(),
        )
        save_checkpoint(self._run, f"{learner.step:08d}", manifest, learner.average)

    def _provenance(self) -> dict[str, object]:
        material = self._material
        return {
            "datasets": list(self._spec.datasets),
            "episodes": len(material.training.goals),
            "held_out_episodes": len(material.held_out.goals),
            "frames": len(material.training),
            "steps": self._learner.step,
            "seconds": round(self._learner.seconds, 1),
            "start_from": self._spec.start_from,
            "seed": self._spec.seed,
            "version": __version__,
        }


def _load_material(
    spec: TrainSpec, run: Path, events: EventLog, parent: LoadedPolicy | None
) -> Material:
    datasets = [Dataset.open(Path(path)) for path in spec.datasets]
    embodiment = _common_station(datasets).embodiment
    if parent is not None:
        check_fits(parent.manifest, embodiment)
    plan = read_plan(run) or draw_plan(spec, datasets, parent)
    parts = {"held_out": plan.held_out, "training": plan.training}
    loaded = {
        name: load_samples(
            [EpisodeReference(datasets[e.dataset], e.index, e.goal) for e in entries],
            embodiment,
            config=plan.model,
            folder=run / CACHE_FOLDER / name,
            progress=_Progress(events, "reading"),
            workers=max(1, torch.get_num_threads()),
        )
        for name, entries in parts.items()
    }
    return Material(embodiment, plan, loaded["training"], loaded["held_out"])


class _Progress:
    """Tells how far a stage is, once a second."""

    def __init__(self, events: EventLog, stage: str) -> None:
        self._events = events
        self._stage = stage
        self._told_s = 0.0

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self._told_s > 1.0 or done == total:
            self._told_s = time.monotonic()
            self._events.emit(EventKind.PROGRESS, stage=self._stage, done=done, total=total)


def _common_station(datasets: Sequence[Dataset]) -> StationDescription:
    stations = [dataset.station for dataset in datasets]
    first = stations[0]
    if first is None:
        raise DatasetError("The dataset does not say which station it was recorded on.")
    for station, dataset in zip(stations, datasets, strict=True):
        if station is None or to_json(station.embodiment) != to_json(first.embodiment):
            raise DatasetError(
                f"The datasets cannot be mixed: {dataset.root} was recorded with other arms, "
                "cameras or rates than the first one."
            )
        known = ActionConvention(first.embodiment.arm_names)
        if dataset.convention is not None and dataset.convention != known:
            raise DatasetError(
                f"{dataset.root} cannot be learned from: its action convention is "
                f"{dataset.convention.in_words()}; {known.in_words()} is needed."
            )
    return first


def _fit(network: LargeBehaviorModel, samples: Samples) -> PolicyNormaliser:
    arms = network.arms
    proprio = network.proprioception(torch.from_numpy(samples.states)).numpy()
    return PolicyNormaliser(
        actions=Normaliser.fit(samples.chunks, rotation_dimensions(arms, arms)),
        proprioception=Normaliser.fit(proprio, rotation_dimensions(arms, arms * arms)),
    )
