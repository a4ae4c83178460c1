"""The table, the curves and the edits of a dataset, as the Review panel shows them."""

from typing import TYPE_CHECKING

import numpy as np

from lbm_studio.app.views.review import Curves, EditRow, EpisodeRow, Result
from lbm_studio.core.action import vector_names
from lbm_studio.episodes.edits.log import EditLog
from lbm_studio.episodes.edits.projection import project
from lbm_studio.episodes.edits.view import EpisodeView
from lbm_studio.episodes.edits.words import edit_in_words

if TYPE_CHECKING:
    from lbm_studio.episodes.dataset import Dataset

SHORT_S = 1.0

_RESULTS = {True: Result.SUCCESS, False: Result.FAILURE, None: Result.UNJUDGED}


def episode_rows(dataset: "Dataset", log: EditLog) -> tuple[EpisodeRow, ...]:
    """Return the rows of the table with the edits applied."""
    rate_hz = dataset.rate_hz
    return tuple(_row(view, rate_hz) for view in project(dataset.episodes, log).episodes)


def edit_rows(dataset: "Dataset", log: EditLog) -> tuple[EditRow, ...]:
    """Return the edits in force, newest last."""
    titles = {view.uuid: view.title for view in project(dataset.episodes, log).episodes}
    return tuple(
        EditRow(edit.number, edit_in_words(edit, titles), edit.unix_time_s) for edit in log.in_force
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


def _row(view: EpisodeView, rate_hz: float) -> EpisodeRow:
    labels = view.labels
    return EpisodeRow(
        index=view.index,
        uuid=view.uuid,
        goal=labels.goal,
        result=_RESULTS[labels.success],
        frames=view.length,
        duration_s=view.length / rate_hz,
        source=view.metadata.source.value,
        findings=_findings(view, rate_hz),
        deleted=labels.deleted,
        edited=labels.edited,
    )


def _findings(view: EpisodeView, rate_hz: float) -> tuple[str, ...]:
    findings = []
    dropped = view.metadata.dropped_ticks
    if dropped:
        findings.append(f"{dropped} left out" if dropped > 1 else "1 moment left out")
    if view.length / rate_hz < SHORT_S:
        findings.append("shorter than a second")
    return tuple(findings)
