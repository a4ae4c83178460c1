"""The training job.

Demonstrations in, checkpoints and events out. It can be stopped and taken up again at any moment.
"""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from lbm_studio import __version__
from lbm_studio.core.action import ActionConvention
from lbm_studio.core.codec import to_json
from lbm_studio.core.runs import EventKind, EventLog
from lbm_studio.learning.model.network import LargeBehaviorModel, image_groups
from lbm_studio.learning.model.prompt import build_reader
from lbm_studio.learning.training.batches import Batch, BatchMaker
from lbm_studio.learning.training.checkpoint import (
    LoadedPolicy,
    has_state,
    load_checkpoint,
    save_checkpoint,
    widen_vocabulary,
)
from lbm_studio.learning.training.learner import Learner, native_low_precision
from lbm_studio.learning.training.localisation import Localisation, measure_localisation
from lbm_studio.learning.training.material import (
    CACHE_FOLDER,
    Material,
    describe_sources,
    load_material,
)
from lbm_studio.learning.training.memory import Recollection, SightMemory, remember
from lbm_studio.learning.training.prefetch import Prefetcher
from lbm_studio.learning.training.samples import Samples
from lbm_studio.learning.training.spec import TrainSpec
from lbm_studio.learning.training.step import LossSettings
from lbm_studio.learning.training.telling import StageProgress, Teller
from lbm_studio.learning.training.threads import ThreadChooser
from lbm_studio.policy.manifest import CheckpointManifest

GOALS_COMPARED = 64
"""Goals of a batch that the prompt encoder learns to tell apart, each in two ways."""

T = TypeVar("T")
StepTaker = Callable[[list[T]], dict[str, float]]


def run_training(
    spec: TrainSpec, run: Path, events: EventLog, should_stop: Callable[[], bool]
) -> bool:
    """Train until the budget is spent; True when it is, False when somebody stopped it.

    Raises:
        StudioError: the sources, the checkpoint to start from, or the disk forbid it.
    """
    torch.manual_seed(spec.seed)
    parent = None
    if spec.start_from and not has_state(run):
        parent = load_checkpoint(Path(spec.start_from))
    try:
        material = load_material(spec, run, StageProgress(events, "reading"), parent)
        for remark in material.remarks:
            events.emit(EventKind.MESSAGE, text=remark)
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
        model = material.plan.model
        self._reader = build_reader(model.text, material.plan.words, model.clip.tokeniser)
        self._threads = ThreadChooser(spec.threads)
        self._learner = self._build(parent)
        self._measured = self._network()
        self._training = self._batches(material.training)
        self._held_out = self._batches(material.held_out)
        self._teller = Teller(events, self._learner, spec.report_every_s)
        self._saved = time.monotonic()

    def _build(self, parent: LoadedPolicy | None) -> Learner:
        spec, network = self._spec, self._network()
        if parent is not None:
            weights = parent.network.state_dict()
            network.load_state_dict(widen_vocabulary(weights, len(self._material.plan.words)))
        settings = LossSettings(
            normalisers=self._material.normalisers,
            weights=spec.weights,
            noise_draws=spec.noise_draws,
            low_precision=native_low_precision(),
        )
        fraction = spec.encoder_fraction
        learner = Learner(network, settings, spec.rates, spec.seed, encoder_fraction=fraction)
        if learner.resume(self._run):
            self._say(f"Resumed at step {learner.step}.")
        elif parent is None:
            for remark in network.load_pretrained(spec.pretrained):
                self._say(remark)
            learner.begin_average()
        elif spec.goes_on:
            learner.go_on_after(parent.manifest.provenance)
            self._say(f"Goes on after step {learner.step} of {spec.start_from}.")
        return learner

    def _network(self) -> LargeBehaviorModel:
        plan = self._material.plan
        return LargeBehaviorModel(plan.model, self._material.embodiment, len(plan.words))

    def _batches(self, samples: Samples) -> BatchMaker:
        model = self._material.plan.model
        weights = [source.weight or 0.0 for source in self._spec.all_sources]
        return BatchMaker(
            samples,
            self._groups,
            self._reader,
            words=model.prompt_words,
            weights=weights if any(weights) else None,
            looks=model.observation_steps,
            look_gap=self._material.embodiment.chunk.execute,
            augmentation=self._spec.augmentation,
            goals_compared=GOALS_COMPARED if self._spec.weights.paraphrase else 0,
        )

    def _say(self, text: str) -> None:
        self._events.emit(EventKind.MESSAGE, text=text)

    # --- learning --------------------------------------------------------------------------------

    def run(self, should_stop: Callable[[], bool]) -> bool:
        """Let the whole network learn, then the head alone on what the finished encoder sees."""
        spec = self._spec
        generator = self._generator()
        looking = 1.0 - spec.head_share
        is_done = self._learn(
            lambda: self._training.random(spec.batch, generator),
            lambda batches: self._look_and_learn(batches, looking),
            looking,
            should_stop,
        )
        if is_done and self._progress() < 1.0:
            generator = self._generator()  # how far the first one got depends on the timing
            memory = self._remember(generator)
            is_done = self._learn(
                lambda: memory.draw(self._training, spec.head_batch, generator),
                lambda seen: self._learn_from_memory(seen, looking),
                1.0,
                should_stop,
            )
        if is_done:
            self._report()
        self._save()
        return is_done

    def _generator(self) -> np.random.Generator:
        return np.random.default_rng((self._spec.seed, self._learner.step))

    def _learn(
        self,
        draw: Callable[[], T],
        take_step: StepTaker[T],
        until: float,
        should_stop: Callable[[], bool],
    ) -> bool:
        """Take steps until that share of the budget is spent; False when it was stopped."""
        if self._progress() >= until:
            return True
        with Prefetcher(draw) as ahead:
            while self._progress() < until:
                self._take_step(ahead, take_step)
                if should_stop():
                    return False
                if time.monotonic() - self._saved > self._spec.save_every_s:
                    self._save()
        return True

    def _take_step(self, ahead: Prefetcher[T], take_step: StepTaker[T]) -> None:
        learner, begin_s = self._learner, time.monotonic()
        waited_s = ahead.waited_s
        self._threads.begin()
        losses = take_step([ahead.take() for _ in range(self._spec.accumulation)])
        self._threads.end()
        learner.seconds += time.monotonic() - begin_s
        learner.waited_s += ahead.waited_s - waited_s
        self._teller.tell(losses, self._progress())
        if self._teller.is_report_due:
            self._report()

    def _look_and_learn(self, batches: list[Batch], looking: float) -> dict[str, float]:
        return self._learner.train_step(batches, self._progress() / looking)

    def _learn_from_memory(self, seen: list[Recollection], looking: float) -> dict[str, float]:
        sights = [(one.sight(self._learner.network), one.batch) for one in seen]
        progress = (self._progress() - looking) / self._spec.head_share
        return self._learner.train_head_step(sights, progress)

    def _remember(self, generator: np.random.Generator) -> SightMemory:
        learner, most = self._learner, self._spec.remembered_frames
        learner.freeze_encoders()
        count = min(most, len(self._material.training))
        return remember(
            learner.network,
            self._training,
            self._training.draw_rows(count, generator),
            views=max(1, min(self._spec.remembered_views, most // count)),
            generator=generator,
            low_precision=learner.settings.low_precision,
            progress=StageProgress(self._events, "looking"),
        )

    def _progress(self) -> float:
        if self._spec.minutes is None:
            return self._learner.step / self._spec.steps
        return self._learner.seconds / (60.0 * self._spec.minutes)

    # --- telling and keeping ---------------------------------------------------------------------

    def _report(self) -> None:
        self._teller.report(self._localisation().as_numbers())

    def _localisation(self) -> Localisation:
        self._measured.load_state_dict(self._learner.average)
        return measure_localisation(
            self._measured.eval(),
            self._material.normalisers,
            self._material.held_out,
            self._held_out,
            [source.name for source in self._spec.all_sources],
        )

    def _save(self) -> None:
        learner, material = self._learner, self._material
        learner.save(self._run)
        manifest = CheckpointManifest(
            embodiment=material.embodiment,
            convention=ActionConvention(material.embodiment.arm_names),
            goals=material.plan.goals,
            words=self._reader.words,
            model=to_json(learner.network.config),
            normaliser=material.plan.normaliser,
            statistics=material.plan.statistics,
            provenance=self._provenance(),
            metrics=self._localisation().as_numbers(),
        )
        save_checkpoint(self._run, f"{learner.step:08d}", manifest, learner.average)
        self._saved = time.monotonic()

    def _provenance(self) -> dict[str, object]:
        material, learner = self._material, self._learner
        return {
            "datasets": [path for one in self._spec.all_sources for path in one.datasets],
            "sources": describe_sources(self._spec, material.training),
            "episodes": len(material.training.goals),
            "held_out_episodes": len(material.held_out.goals),
            "frames": len(material.training),
            "steps": learner.step,
            "seconds": round(learner.seconds, 3),
            "waiting_share": round(learner.waited_s / max(learner.seconds, 1e-9), 4),
            "start_from": self._spec.start_from,
            "goes_on": self._spec.goes_on,
            "seed": self._spec.seed,
            "version": __version__,
        }
