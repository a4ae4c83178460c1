"""What a single take shows: cut short, idle, shaky, at its limits, or judged against the facts."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lbm_studio.core import keys
from lbm_studio.episodes.edits.change import Change, EditField, FrameRange
from lbm_studio.episodes.edits.trim import first_moved_frame
from lbm_studio.episodes.hand_motion import edge_share, jerk_m_s3
from lbm_studio.episodes.quality.finding import Finding, FindingKind, Severity
from lbm_studio.episodes.quality.record import EpisodeRecord
from lbm_studio.episodes.usual import usual_duration_s
from lbm_studio.episodes.verdict import VerdictLimits


@dataclass(frozen=True)
class TakeLimits:
    """From when on something is worth a word, beside those that hold while recording.

    Attributes:
        hint_idle_s: how long nothing may happen at the beginning [s].
    """

    hint_idle_s: float = 1.0


_WATCHED, _LIMITS = VerdictLimits(), TakeLimits()


def check_takes(records: Sequence[EpisodeRecord]) -> Iterator[Finding]:
    """Yield what is doubtful about each take."""
    typical_s = _typical_durations_s(records)
    for record in records:
        yield from _dropped(record)
        yield from _duration(record, typical_s.get(record.view.labels.goal))
        yield from _idle(record)
        yield from _saturated(record)
        yield from _shaky(record)
        yield from _judged(record)


def _typical_durations_s(records: Sequence[EpisodeRecord]) -> dict[str, float]:
    durations: defaultdict[str, list[float]] = defaultdict(list)
    for record in records:
        durations[record.view.labels.goal].append(record.duration_s)
    usual = {goal: usual_duration_s(found) for goal, found in durations.items()}
    return {goal: found for goal, found in usual.items() if found is not None}


def _dropped(record: EpisodeRecord) -> Iterator[Finding]:
    dropped = record.view.metadata.dropped_ticks
    if dropped:
        total = record.view.recording.length + dropped
        clause = f"{dropped} of {total} ticks were left out: their pictures came too late."
        severity = Severity.DOUBT if dropped > total / 20 else Severity.HINT
        yield record.finding(FindingKind.DROPPED_TICKS, severity, clause)


def _duration(record: EpisodeRecord, typical_s: float | None) -> Iterator[Finding]:
    found_s = record.duration_s
    if found_s < _WATCHED.shortest_s:
        clause = f"it is only {found_s:.1f} s long."
        yield record.finding(FindingKind.DURATION, Severity.HINT, clause)
    elif typical_s and found_s > _WATCHED.long_factor * typical_s:
        clause = f"it takes {found_s:.0f} s, where {typical_s:.0f} s are usual for its goal."
        yield record.finding(FindingKind.DURATION, Severity.DOUBT, clause)


def _idle(record: EpisodeRecord) -> Iterator[Finding]:
    uuid, kept = record.view.uuid, record.view.kept
    if not _moves(record):
        fix = Change(uuid, EditField.DELETED, True)
        clause = "nothing moves in the whole take."
        yield record.finding(FindingKind.IDLE_START, Severity.DOUBT, clause, [fix])
        return
    moved = first_moved_frame(record.states) or 0
    idle_s = moved / record.rate_hz
    if idle_s >= _LIMITS.hint_idle_s:
        severity = Severity.DOUBT if idle_s >= _WATCHED.idle_s else Severity.HINT
        clause = f"hardly anything moves during the first {idle_s:.1f} s; policies learn to wait."
        fix = Change(uuid, EditField.TRIM, FrameRange(kept.first + moved, kept.last))
        yield record.finding(FindingKind.IDLE_START, severity, clause, [fix])


def _moves(record: EpisodeRecord) -> bool:
    """Whether anything moves at all, however little."""
    change = np.abs(record.states - record.states[0]).max()
    return bool(change > _WATCHED.step_m)


def _saturated(record: EpisodeRecord) -> Iterator[Finding]:
    clamped = record.columns.get(keys.CLAMPED)
    share = float(np.mean(clamped)) if clamped is not None else 0.0
    if share > _WATCHED.clamped_share:
        clause = f"the safety limits changed {share:.0%} of the actions."
        yield record.finding(FindingKind.SATURATION, Severity.DOUBT, clause)
    for arm, positions in zip(record.arms, record.commanded_m, strict=True):
        share = edge_share(positions, record.station.safety, _WATCHED.at_limit_m)
        if share > _WATCHED.at_limit_share:
            clause = f"the {arm} hand is at the edge of its workspace for {share:.0%} of the take."
            yield record.finding(FindingKind.SATURATION, Severity.DOUBT, clause)


def _shaky(record: EpisodeRecord) -> Iterator[Finding]:
    for arm, positions in zip(record.arms, record.positions_m, strict=True):
        jerk = jerk_m_s3(positions, record.rate_hz)
        if jerk > _WATCHED.jerk_m_s3:
            clause = f"the {arm} hand moves jerkily ({jerk:.0f} m/s³)."
            yield record.finding(FindingKind.JERK, Severity.DOUBT, clause)


def _judged(record: EpisodeRecord) -> Iterator[Finding]:
    recorded, now = record.view.metadata.success, record.view.labels.success
    if recorded is False and now:
        clause = "it was recorded as a failure and marked as a success later."
        fix = Change(record.view.uuid, EditField.SUCCESS, False)
        yield record.finding(FindingKind.JUDGEMENT, Severity.DOUBT, clause, [fix])
