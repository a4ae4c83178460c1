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
from lbm_studio.episodes.labels import EditLog
from lbm_studio.learning.model.network import LargeBehaviorModel, image_groups
from lbm_studio.learning.model.normaliser import Normaliser, PolicyNormaliser, rotation_dimensions
from lbm_studio.learning.model.objective import build_objective
from lbm_studio.learning.model.prompt import Vocabulary
from lbm_studio.learning.training.batches import BatchMaker
from lbm_studio.learning.training.checkpoint import (
    load_checkpoint,
    save_checkpoint,
    widen_vocabulary,
)
from lbm_studio.learning.training.learner import Learner, native_low_precision
from lbm_studio.learning.training.localisation import Localisation, measure_localisation
from lbm_studio.learning.training.samples import EpisodeReference, Samples, load_samples
from lbm_studio.learning.training.spec import TrainSpec
from lbm_studio.learning.training.step import LossSettings
from lbm_studio.learning.training.threads import ThreadChooser
from lbm_studio.policy.manifest import CheckpointManifest, check_fits

CACHE_FOLDER = "cache"
FEWEST_EPISODES = 2
PROGRESS_EVERY_S = 2.0


@dataclass(frozen=True)
class Material:
    """What is trained on."""

    embodiment: Embodiment
    goals: tuple[str, ...]
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
    try:
        material = _load_material(spec, run, events)
        job = _TrainingJob(spec, run, events, material)
        return job.run(should_stop)
    finally:
        shutil.rmtree(run / CACHE_FOLDER, ignore_errors=True)


class _TrainingJob:
    def __init__(self, spec: TrainSpec, run: Path, events: EventLog, material: Material) -> None:
        self._spec, self._run, self._events, self._material = spec, run, events, material
        self._groups = image_groups(material.embodiment)
        self._told = 0.0
        self._build()
        self._training = self._batches(material.training)
        self._held_out = self._batches(material.held_out)

    def _build(self) -> None:
        spec, material = self._spec, self._material
        parent = load_checkpoint(Path(spec.start_from)) if spec.start_from else None
        if parent is not None:
            check_fits(parent.manifest, material.embodiment)
        config = parent.network.config if parent else spec.model
        known = parent.vocabulary if parent else Vocabulary()
        self._vocabulary = known.extended(material.goals)
        network = LargeBehaviorModel(config, material.embodiment, len(self._vocabulary.words))
        if parent is not None:
            weights = parent.network.state_dict()
            network.load_state_dict(widen_vocabulary(weights, len(self._vocabulary.words)))
        self._normaliser = parent.normaliser if parent else _fit(network, material.training)
        settings = LossSettings(
            normaliser=self._normaliser,
            objective=build_objective(config.objective),
            weights=spec.weights,
            noise_draws=spec.noise_draws,
            low_precision=native_low_precision(),
        )
        self._learner = Learner(network, settings, spec.optimiser, spec.seed)
        self._measured = LargeBehaviorModel(
            config, material.embodiment, len(self._vocabulary.words)
        )
        if self._learner.resume(self._run):
            self._events.emit(EventKind.MESSAGE, text=f"Resumed at step {self._learner.step}.")

    def _batches(self, samples: Samples) -> BatchMaker:
        length = self._learner.network.config.prompt_words
        return BatchMaker(samples, self._groups, self._vocabulary, words=length)

    def run(self, should_stop: Callable[[], bool]) -> bool:
        learner, spec = self._learner, self._spec
        generator = np.random.default_rng((spec.seed, learner.step))
        threads = ThreadChooser(spec.threads)
        losses: list[dict[str, float]] = []
        saved = reported = time.monotonic()
        begin = saved - learner.seconds
        while self._progress() < 1.0:
            threads.begin()
            batch = self._training.random(spec.batch, generator)
            losses.append(learner.train_step(batch, self._progress()).as_numbers())
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
            goals=self._material.goals,
            words=self._vocabulary.words,
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


def _load_material(spec: TrainSpec, run: Path, events: EventLog) -> Material:
    datasets = [Dataset.open(Path(path)) for path in spec.datasets]
    embodiment = _common_station(datasets).embodiment
    training, held_out = split_episodes(datasets, spec.held_out, spec.seed)
    last = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last > 1.0 or done == total:
            last = time.monotonic()
            events.emit(EventKind.PROGRESS, stage="reading", done=done, total=total)

    scale = spec.model.image_scale
    loaded = [
        load_samples(
            part,
            embodiment,
            scale=scale,
            folder=run / CACHE_FOLDER / name,
            progress=progress,
            workers=max(1, torch.get_num_threads()),
        )
        for name, part in (("held_out", held_out), ("training", training))
    ]
    goals = tuple(sorted({episode.goal for episode in (*training, *held_out)}))
    return Material(embodiment, goals, loaded[1], loaded[0])


def split_episodes(
    datasets: Sequence[Dataset], held_out: float, seed: int
) -> tuple[list[EpisodeReference], list[EpisodeReference]]:
    """Split into training and held-out episodes; failures and deleted ones are left out.

    Raises:
        DatasetError: there are too few.
    """
    usable = [episode for dataset in datasets for episode in _usable_episodes(dataset)]
    if len(usable) < FEWEST_EPISODES:
        raise DatasetError(
            f"Training needs at least {FEWEST_EPISODES} successful episodes; "
            f"there are {len(usable)}."
        )
    order = np.random.default_rng(seed).permutation(len(usable))
    count = min(len(usable) - 1, max(1, round(held_out * len(usable))))
    return [usable[i] for i in sorted(order[count:])], [usable[i] for i in sorted(order[:count])]


def _usable_episodes(dataset: Dataset) -> list[EpisodeReference]:
    edits = EditLog(dataset.root)
    labels = [edits.labels(episode.metadata) for episode in dataset.episodes]
    return [
        EpisodeReference(dataset, index, label.goal)
        for index, label in enumerate(labels)
        if label.success is not False and not label.deleted
    ]


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
