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
from lbm_studio.core.episode import identity_of
from lbm_studio.core.errors import DatasetError, StudioError
from lbm_studio.core.runs import write_json
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.edits.projection import project_dataset
from lbm_studio.episodes.edits.view import EpisodeView
from lbm_studio.learning.model.config import ModelConfig
from lbm_studio.learning.model.prompt import build_reader
from lbm_studio.learning.training.checkpoint import LoadedPolicy
from lbm_studio.learning.training.spec import TrainSpec

PLAN_FILE = "plan.json"
FEWEST_EPISODES = 2


@dataclass(frozen=True)
class EpisodeEntry:
    """One episode, or a part of one.

    Attributes:
        dataset: which of the datasets of the specification.
        index: its place in the dataset, which never changes.
        goal: the prompt that held for it when the run began.
        paraphrases: other ways to ask for it.
        first: the first frame of the recording that is learned from.
        last: the last one; None: the last of the recording.
    """

    dataset: int
    index: int
    goal: str
    paraphrases: tuple[str, ...] = ()
    first: int = 0
    last: int | None = None

    @property
    def goals(self) -> tuple[str, ...]:
        """All ways to ask for it, the recorded one first."""
        return (self.goal, *self.paraphrases)


@dataclass(frozen=True)
class TrainingPlan:
    """The decisions.

    Attributes:
        training: episodes to learn from.
        held_out: episodes to measure on.
        words: the vocabulary, in order; empty when any word can be read.
        model: sizes of the network.
        normaliser: of all sources alike, as JSON; empty until the episodes have been read.
        statistics: by the name sources share them under, as JSON; empty in runs begun by earlier
            versions, whose sources all share ``normaliser``.
    """

    training: tuple[EpisodeEntry, ...]
    held_out: tuple[EpisodeEntry, ...]
    words: tuple[str, ...]
    model: ModelConfig
    normaliser: Mapping[str, Any] = field(default_factory=dict[str, Any])
    statistics: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def goals(self) -> tuple[str, ...]:
        """All prompts that were recorded, each once."""
        return tuple(sorted({entry.goal for entry in (*self.training, *self.held_out)}))

    @property
    def prompts(self) -> tuple[str, ...]:
        """All prompts with all their paraphrases, each once."""
        entries = (*self.training, *self.held_out)
        return tuple(sorted({goal for entry in entries for goal in entry.goals}))


def draw_plan(
    spec: TrainSpec, sources: Sequence[Sequence[Dataset]], parent: LoadedPolicy | None
) -> TrainingPlan:
    """Decide for a new run; a checkpoint to start from brings its sizes and words.

    Args:
        spec: what is asked for.
        sources: the datasets of each source.
        parent: the checkpoint.

    Raises:
        DatasetError: a source has too few episodes.
    """
    training: list[EpisodeEntry] = []
    held_out: list[EpisodeEntry] = []
    first = 0
    for datasets in sources:
        learned, measured = split_episodes(datasets, spec.held_out, spec.seed, first=first)
        training += learned
        held_out += measured
        first += len(datasets)
    model = parent.network.config if parent else spec.model
    plan = TrainingPlan(tuple(training), tuple(held_out), (), model)
    known = parent.reader if parent else build_reader(model.text, tokeniser=model.clip.tokeniser)
    return replace(plan, words=known.extended(plan.prompts).words)


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
    datasets: Sequence[Dataset], held_out: float, seed: int, *, first: int = 0
) -> tuple[tuple[EpisodeEntry, ...], tuple[EpisodeEntry, ...]]:
    """Split into training and held-out episodes; failures and deleted ones are left out.

    The lot falls on what a recording is, so one held out once is likely to stay so when others are
    added, when it is recorded anew from its seed, and when a policy is fine-tuned. All parts of a
    recording, and all copies of it, fall on the same side.

    Args:
        datasets: of one source.
        held_out: share of the recordings to measure on, at least one.
        seed: of the lot.
        first: number of the first of the datasets.

    Raises:
        DatasetError: there are too few.
    """
    usable = [
        (_lot(seed, identity_of(view.metadata)), _entry(number, view))
        for number, dataset in enumerate(datasets, start=first)
        for view in project_dataset(dataset).usable
    ]
    lots = sorted({lot for lot, _ in usable})
    if len(lots) < FEWEST_EPISODES:
        raise DatasetError(
            f"Training needs at least {FEWEST_EPISODES} successful episodes; there are "
            f"{len(lots)} in {', '.join(str(dataset.root) for dataset in datasets)}."
        )
    count = min(len(lots) - 1, max(1, round(held_out * len(lots))))
    chosen = set(lots[:count])
    return (
        tuple(entry for lot, entry in usable if lot not in chosen),
        tuple(entry for lot, entry in usable if lot in chosen),
    )


def _entry(number: int, view: EpisodeView) -> EpisodeEntry:
    last = view.kept.last if view.kept.last + 1 < view.recording.length else None
    labels = view.labels
    first = view.kept.first
    return EpisodeEntry(number, view.index, labels.goal, labels.paraphrases, first, last)


def _lot(seed: int, identity: str) -> str:
    return hashlib.sha256(f"{seed}:{identity}".encode()).hexdigest()
