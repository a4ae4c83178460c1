"""The table, the curves and the edits of a dataset, as the Review panel shows them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from lbm_studio.app.views.review import (
    Curves,
    EditRow,
    EpisodeRow,
    PhaseRow,
    Result,
    RowFilter,
    RowOrder,
)
from lbm_studio.episodes.edits.change import FrameRange
from lbm_studio.episodes.edits.journal import Edit
from lbm_studio.episodes.edits.labels import EpisodeLabels
from lbm_studio.episodes.edits.projection import Projection
from lbm_studio.episodes.edits.trim import propose_trim
from lbm_studio.episodes.edits.view import EpisodeView
from lbm_studio.episodes.edits.words import edit_in_words

SHORT_S = 1.0

_RESULTS = {True: Result.SUCCESS, False: Result.FAILURE, None: Result.UNJUDGED}
_ORDERS: Mapping[RowOrder, Callable[[EpisodeRow], Any]] = {
    RowOrder.NUMBER: lambda row: row.index,
    RowOrder.GOAL: lambda row: row.goal.casefold(),
    RowOrder.RESULT: lambda row: (row.deleted, list(Result).index(row.result)),
    RowOrder.LENGTH: lambda row: row.frames,
    RowOrder.FINDINGS: lambda row: len(row.findings),
}


def episode_rows(projection: Projection, rate_hz: float) -> tuple[EpisodeRow, ...]:
    """Return the rows of the table, one for each episode as it is now."""
    return tuple(_row(number, view, rate_hz) for number, view in enumerate(projection.episodes))


def arrange(
    rows: tuple[EpisodeRow, ...], wanted: RowFilter, order: RowOrder, *, descending: bool
) -> tuple[EpisodeRow, ...]:
    """Return the rows that are wanted, in order; equal ones by their number."""
    shown = [row for row in rows if _is_wanted(row, wanted)]
    return tuple(sorted(shown, key=_ORDERS[order], reverse=descending))


def edit_rows(projection: Projection, edits: tuple[Edit, ...]) -> tuple[EditRow, ...]:
    """Return edits in words, in the order they are given."""
    titles = {view.uuid: view.title for view in projection.episodes}
    return tuple(
        EditRow(edit.number, edit_in_words(edit, titles), edit.unix_time_s) for edit in edits
    )


def phase_rows(view: EpisodeView) -> tuple[PhaseRow, ...]:
    """Return the phases of an episode in positions of its scrubber."""
    first = view.extent.first
    return tuple(
        PhaseRow(phase.name, phase.frames.first - first, phase.frames.last - first)
        for phase in view.labels.phases
    )


def proposed_positions(curves: Curves, kept: tuple[int, int]) -> tuple[int, int] | None:
    """Return what would be kept without the idle start, in positions of the scrubber."""
    proposed = propose_trim(curves.states, FrameRange(0, len(curves.states) - 1))
    if proposed is None or not kept[0] < proposed.first <= kept[1]:
        return None
    return proposed.first, kept[1]


def part_of_curves(curves: Curves, extent: FrameRange) -> Curves:
    """Return the curves of the frames of a part, whose time begins anew."""
    rows = slice(extent.first, extent.last + 1)
    times_s = curves.times_s[rows]
    return replace(
        curves,
        times_s=times_s - times_s[:1],
        states=curves.states[rows],
        actions=curves.actions[rows],
        forces={arm: force[rows] for arm, force in curves.forces.items()},
    )


def _is_wanted(row: EpisodeRow, wanted: RowFilter) -> bool:
    texts = (row.goal, row.note, *row.paraphrases, *row.tags)
    return (
        any(wanted.text.casefold() in text.casefold() for text in texts)
        and wanted.result in (None, row.result)
        and not (wanted.hides_deleted and row.deleted)
        and not (wanted.only_findings and not row.findings)
    )


def _row(number: int, view: EpisodeView, rate_hz: float) -> EpisodeRow:
    labels = view.labels
    reached = labels.milestones
    return EpisodeRow(
        index=number,
        uuid=view.uuid,
        goal=labels.goal,
        result=_result(labels),
        frames=view.length,
        duration_s=view.length / rate_hz,
        source=view.metadata.source.value,
        findings=_findings(view, rate_hz),
        deleted=labels.deleted,
        edited=labels.edited,
        title=view.title,
        recording=view.index,
        paraphrases=labels.paraphrases,
        tags=labels.tags,
        note=labels.note,
        milestones=f"{reached.reached} of {reached.total}" if reached else "",
        reached=(reached.reached, reached.total) if reached else None,
        is_trimmed=view.kept != view.extent,
        is_part=view.part > 0,
    )


def _result(labels: EpisodeLabels) -> Result:
    reached = labels.milestones
    if not labels.success and reached and 0 < reached.reached < reached.total:
        return Result.PARTIAL
    return _RESULTS[labels.success]


def _findings(view: EpisodeView, rate_hz: float) -> tuple[str, ...]:
    findings = []
    dropped = view.metadata.dropped_ticks
    if dropped:
        findings.append(f"{dropped} left out" if dropped > 1 else "1 moment left out")
    if view.length / rate_hz < SHORT_S:
        findings.append("shorter than a second")
    return tuple(findings)
