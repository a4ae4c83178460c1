"""What a run learns from: its sources opened, split, read, and measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from lbm_studio.core.embodiment import Embodiment
from lbm_studio.core.errors import CheckpointError
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.quality.report import check_before_training
from lbm_studio.learning.model.normaliser import PolicyNormaliser
from lbm_studio.learning.model.statistics import (
    Measurement,
    SourceStatistics,
    Statistics,
    merged_normaliser,
    statistics_as_json,
    statistics_from_json,
)
from lbm_studio.learning.training.checkpoint import LoadedPolicy
from lbm_studio.learning.training.plan import (
    EpisodeEntry,
    TrainingPlan,
    draw_plan,
    read_plan,
    write_plan,
)
from lbm_studio.learning.training.samples import (
    EpisodeReference,
    FrameChoice,
    Progress,
    Samples,
    load_samples,
)
from lbm_studio.learning.training.source import Source
from lbm_studio.learning.training.spec import TrainSpec
from lbm_studio.learning.training.views import DatasetViews, embodiment_of, view_dataset
from lbm_studio.policy.manifest import CheckpointManifest, check_fits

CACHE_FOLDER = "cache"


@dataclass(frozen=True)
class Material:
    """What is trained on.

    Attributes:
        embodiment: the body that is trained for.
        plan: what was decided when the run began.
        training: frames to learn from.
        held_out: frames to measure on.
        statistics: in the order of their numbers.
        remarks: sentences on how sources are read, and on what is doubtful about them.
    """

    embodiment: Embodiment
    plan: TrainingPlan
    training: Samples
    held_out: Samples
    statistics: Statistics
    remarks: tuple[str, ...]

    @property
    def normalisers(self) -> PolicyNormaliser:
        """Those of all sources, stacked by the number of their statistics."""
        return PolicyNormaliser.stack([one.normaliser for one in self.statistics.values()])


@dataclass(frozen=True)
class _Shelf:
    """One dataset of one source, ready to be read."""

    number: int
    source: Source
    dataset: Dataset
    views: DatasetViews
    statistics: str


def load_material(
    spec: TrainSpec, run: Path, progress: Progress, parent: LoadedPolicy | None
) -> Material:
    """Open and read the sources; decide what is not decided yet, and keep that in the run folder.

    Args:
        spec: what is asked for.
        run: its folder.
        progress: is told (done, total) episodes.
        parent: the checkpoint to start from.

    Raises:
        StudioError: the sources cannot be mixed, do not fit the checkpoint, or would ruin the
            training without a word.
    """
    opened = [[Dataset.open(Path(path)) for path in one.datasets] for one in spec.all_sources]
    body = embodiment_of(opened[0][0])
    if parent is not None:
        check_fits(parent.manifest, body)
    shelves = [
        _shelf(number, source, dataset, body)
        for number, source in enumerate(spec.all_sources)
        for dataset in opened[number]
    ]
    plan, doubts = read_plan(run), ()
    if plan is None:
        doubts = check_before_training([dataset for source in opened for dataset in source])
        plan = draw_plan(spec, opened, parent)
    names = tuple(dict.fromkeys(shelf.statistics for shelf in shelves))
    read = _Reader(shelves, names, body, plan, run / CACHE_FOLDER, progress)
    held_out, training = read("held_out", plan.held_out), read("training", plan.training)
    statistics = _decide_statistics(plan, shelves, names, training, parent)
    if not plan.normaliser:
        plan = replace(
            plan,
            normaliser=merged_normaliser(statistics).as_json(),
            statistics=statistics_as_json(statistics),
        )
    write_plan(run, plan)
    return Material(body, plan, training, held_out, statistics, (*_remarks(shelves), *doubts))


def _shelf(number: int, source: Source, dataset: Dataset, body: Embodiment) -> _Shelf:
    views = view_dataset(dataset, body)
    station = dataset.station.name if dataset.station else ""
    return _Shelf(number, source, dataset, views, source.statistics or station)


@dataclass(frozen=True)
class _Reader:
    """Reads parts of the plan."""

    shelves: Sequence[_Shelf]
    statistics: tuple[str, ...]
    body: Embodiment
    plan: TrainingPlan
    folder: Path
    progress: Progress

    def __call__(self, part: str, entries: Sequence[EpisodeEntry]) -> Samples:
        return load_samples(
            [self._reference(entry, is_training=part == "training") for entry in entries],
            self.body,
            config=self.plan.model,
            folder=self.folder / part,
            progress=self.progress,
            workers=max(1, torch.get_num_threads()),
        )

    def _reference(self, entry: EpisodeEntry, *, is_training: bool) -> EpisodeReference:
        shelf = self.shelves[entry.dataset]
        source = shelf.source
        choice = FrameChoice(source.frames_per_episode, source.skip_idle_start)
        return EpisodeReference(
            dataset=shelf.dataset,
            index=entry.index,
            goals=entry.goals,
            views=shelf.views,
            source=shelf.number,
            statistics=self.statistics.index(shelf.statistics),
            choice=choice if is_training else FrameChoice(),
            first=entry.first,
            last=entry.last,
        )


def _decide_statistics(
    plan: TrainingPlan,
    shelves: Sequence[_Shelf],
    names: Sequence[str],
    training: Samples,
    parent: LoadedPolicy | None,
) -> Statistics:
    """Return the statistics of every name; what was decided holds, whatever the data say now."""
    if plan.statistics:
        return statistics_from_json({name: plan.statistics[name] for name in names})
    number = training.statistics[training.episode]
    decided: dict[str, SourceStatistics] = {}
    for n, name in enumerate(names):
        recorded = embodiment_of(next(s.dataset for s in shelves if s.statistics == name))
        if plan.normaliser:  # a run that an earlier version began
            known = SourceStatistics(recorded.name, PolicyNormaliser.from_json(plan.normaliser))
        else:
            known = _inherited(name, recorded, parent)
        decided[name] = known or _measured(training, number == n, recorded)
    return decided


def _inherited(
    name: str, recorded: Embodiment, parent: LoadedPolicy | None
) -> SourceStatistics | None:
    """Return the statistics that come with the weights a run starts from; None to measure anew.

    Weights keep the scales they were trained with: those of the source of that name, else, for any
    station they can drive, those they act with. Only another body is measured anew. Twenty
    demonstrations of one skill would give narrower scales, and take all other motion away.
    """
    if parent is None:
        return None
    if name in parent.statistics:
        return parent.statistics[name]
    if not _can_drive(parent.manifest, recorded):
        return None
    return SourceStatistics(recorded.name, parent.normaliser)


def _can_drive(manifest: CheckpointManifest, embodiment: Embodiment) -> bool:
    try:
        check_fits(manifest, embodiment)
    except CheckpointError:
        return False
    return True


def _measured(
    samples: Samples, chosen: NDArray[np.bool_], recorded: Embodiment
) -> SourceStatistics:
    measurement = Measurement.of(samples.chunks[chosen], samples.states[chosen])
    return SourceStatistics(recorded.name, measurement.normaliser(), measurement)


def _remarks(shelves: Sequence[_Shelf]) -> tuple[str, ...]:
    return tuple(
        f"{shelf.dataset.root} has no camera {', '.join(shelf.views.missing)}: "
        "its demonstrations are learned without."
        for shelf in shelves
        if shelf.views.missing
    )


def describe_sources(spec: TrainSpec, samples: Samples) -> list[Mapping[str, object]]:
    """Return what was learned from each source, for the record."""
    source = samples.source[samples.episode]
    return [
        {
            "name": one.name,
            "datasets": list(one.datasets),
            "weight": one.weight,
            "episodes": int((samples.source == number).sum()),
            "frames": int((source == number).sum()),
        }
        for number, one in enumerate(spec.all_sources)
    ]
