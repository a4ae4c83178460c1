"""The table, the curves and the edits of a dataset, as the Review panel shows them."""

from typing import TYPE_CHECKING

import numpy as np

from lbm_studio.app.views.review import Curves, EditRow, EpisodeRow, Result
from lbm_studio.core.action import vector_names
from lbm_studio.core.episode import EpisodeSummary
from lbm_studio.episodes.labels import Edit, EditField, EditLog

if TYPE_CHECKING:
    from lbm_studio.episodes.dataset import Dataset

SHORT_S = 1.0

_RESULTS = {True: Result.SUCCESS, False: Result.FAILURE, None: Result.UNJUDGED}


def episode_rows(dataset: "Dataset", log: EditLog) -> tuple[EpisodeRow, ...]:
    """Return the rows of the table with the edits applied."""
    return tuple(_row(summary, log) for summary in dataset.episodes)


def edit_rows(dataset: "Dataset", log: EditLog) -> tuple[EditRow, ...]:
    """Return the edits in force, newest last."""
    numbers = {summary.metadata.uuid: summary.index for summary in dataset.episodes}
    return tuple(
        EditRow(edit.number, _edit_words(edit, numbers.get(edit.uuid)), edit.unix_time_s)
        for edit in log.in_force
    )


def episode_curves(dataset: "Dataset", index: int) -> Curves:
    """Return the numbers of one episode; reads files."""
    vectors = dataset.vectors(index)
    frames, size = vectors.states.shape
    if dataset.station is not None:
        names = tuple(vector_names(dataset.station.embodiment.arm_names))
    else:
        names = tuple(f"column {number}" for number in range(size))
    arms = tuple(name.partition(".")[0] if "." in name else "" for name in names)
    times_s = np.arange(frames, dtype=np.float64) / dataset.rate_hz
    return Curves(names, arms, times_s, vectors.states, vectors.actions)


def _row(summary: EpisodeSummary, log: EditLog) -> EpisodeRow:
    metadata = summary.metadata
    labels = log.labels(metadata)
    return EpisodeRow(
        index=summary.index,
        uuid=metadata.uuid,
        goal=labels.goal,
        result=_RESULTS[labels.success],
        frames=summary.length,
        duration_s=summary.duration_s,
        source=metadata.source.value,
        findings=_findings(summary),
        deleted=labels.deleted,
        edited=labels.edited,
    )


def _findings(summary: EpisodeSummary) -> tuple[str, ...]:
    findings = []
    dropped = summary.metadata.dropped_ticks
    if dropped:
        findings.append(f"{dropped} left out" if dropped > 1 else "1 moment left out")
    if summary.duration_s < SHORT_S:
        findings.append("shorter than a second")
    return tuple(findings)


def _edit_words(edit: Edit, index: int | None) -> str:
    episode = "an episode that is gone" if index is None else f"episode {index}"
    if edit.field is EditField.GOAL:
        return f"{episode}: goal changed to “{edit.value}”"
    if edit.field is EditField.DELETED:
        return f"{episode}: {'deleted' if edit.value else 'restored'}"
    judged = {True: "marked as success", False: "marked as failure", None: "judgement withdrawn"}
    return f"{episode}: {judged[edit.value if isinstance(edit.value, bool) else None]}"
