"""What a training run decides once, when it begins, and keeps however often it is taken up again.

Datasets grow and their labels change while a run is stopped. Which episodes are learned from, which
are held out, the vocabulary and the normaliser must not change under weights that were trained.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.errors import DatasetError, StudioError
from lbm_studio.core.runs import write_json
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.labels import EditLog
from lbm_studio.learning.model.config import ModelConfig
from lbm_studio.learning.model.prompt import build_reader
from lbm_studio.learning.training.checkpoint import LoadedPolicy
from lbm_studio.learning.training.spec import TrainSpec

PLAN_FILE = "plan.json"
FEWEST_EPISODES = 2


@dataclass(frozen=True)
class EpisodeEntry:
    """One episode.

    Attributes:
        dataset: which of the datasets of the specification.
        index: its place in the dataset, which never changes.
        goal: the prompt that held for it when the run began.
    """

    dataset: int
    index: int
    goal: str


@dataclass(frozen=True)
class TrainingPlan:
    """The decisions.

    Attributes:
        training: episodes to learn from.
        held_out: episodes to measure on.
        words: the vocabulary, in order; empty when any word can be read.
        model: sizes of the network.
        normaliser: as JSON; empty until the episodes have been read.
    """

    training: tuple[EpisodeEntry, ...]
    held_out: tuple[EpisodeEntry, ...]
    words: tuple[str, ...]
    model: ModelConfig
    normaliser: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def goals(self) -> tuple[str, ...]:
        """All prompts, each once."""
        return tuple(sorted({entry.goal for entry in (*self.training, *self.held_out)}))

    def with_normaliser(self, normaliser: Mapping[str, Any]) -> "TrainingPlan":
        """Return the plan with its last decision taken."""
        return replace(self, normaliser=normaliser)


def draw_plan(
    spec: TrainSpec, datasets: Sequence[Dataset], parent: LoadedPolicy | None
) -> TrainingPlan:
    """Decide for a new run; a checkpoint to start from brings its sizes, words and normaliser.

    Raises:
        DatasetError: there are too few episodes.
    """
    training, held_out = split_episodes(datasets, spec.held_out, spec.seed)
    plan = TrainingPlan(training, held_out, (), parent.network.config if parent else spec.model)
    known = parent.reader if parent else build_reader(plan.model.text)
    normaliser = parent.normaliser.as_json() if parent else {}
    return replace(plan, words=known.extended(plan.goals).words, normaliser=normaliser)


def read_plan(run: Path) -> TrainingPlan | None:
    """Return what a run folder has decided; None when it has not begun.

    Raises:
        StudioError: the plan is damaged.
    """
    path = run / PLAN_FILE
    if not path.exists():
        return None
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StudioError(f"{path} is damaged: {error}.") from error
    return from_json(TrainingPlan, raw, where=PLAN_FILE)


def write_plan(run: Path, plan: TrainingPlan) -> None:
    """Keep the decisions in the run folder."""
    write_json(run / PLAN_FILE, to_json(plan))


def split_episodes(
    datasets: Sequence[Dataset], held_out: float, seed: int
) -> tuple[tuple[EpisodeEntry, ...], tuple[EpisodeEntry, ...]]:
    """Split into training and held-out episodes; failures and deleted ones are left out.

    The lot falls on an episode's uuid, so an episode held out once is likely to stay so when others
    are added, and when a policy is fine-tuned.

    Raises:
        DatasetError: there are too few.
    """
    usable = [
        (_lot(seed, dataset.episodes[entry.index].metadata.uuid), entry)
        for number, dataset in enumerate(datasets)
        for entry in _usable_episodes(number, dataset)
    ]
    if len(usable) < FEWEST_EPISODES:
        raise DatasetError(
            f"Training needs at least {FEWEST_EPISODES} successful episodes; "
            f"there are {len(usable)}."
        )
    count = min(len(usable) - 1, max(1, round(held_out * len(usable))))
    chosen = {id(entry) for _, entry in sorted(usable, key=lambda one: one[0])[:count]}
    entries = [entry for _, entry in usable]
    return (
        tuple(entry for entry in entries if id(entry) not in chosen),
        tuple(entry for entry in entries if id(entry) in chosen),
    )


def _usable_episodes(number: int, dataset: Dataset) -> list[EpisodeEntry]:
    edits = EditLog(dataset.root)
    labels = [edits.labels(episode.metadata) for episode in dataset.episodes]
    return [
        EpisodeEntry(number, index, label.goal)
        for index, label in enumerate(labels)
        if label.success is not False and not label.deleted
    ]


def _lot(seed: int, uuid: str) -> str:
    return hashlib.sha256(f"{seed}:{uuid}".encode()).hexdigest()
