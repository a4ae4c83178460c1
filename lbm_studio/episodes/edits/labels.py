"""What holds for an episode now, and what one change makes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lbm_studio.core.episode import EpisodeMetadata
from lbm_studio.episodes.edits.change import EditField, Milestones, Phase


@dataclass(frozen=True)
class EpisodeLabels:
    """What is said about an episode, or about a part of one.

    Attributes:
        goal: its prompt.
        success: whether the goal was reached; None when nobody judged it.
        paraphrases: other ways to ask for the same.
        milestones: how far it came, where somebody counted.
        tags: words to find it by.
        note: whatever there is to say.
        phases: named parts, in order; their frames count in the recording.
        deleted: whether it is left out of training and export.
        edited: whether any edit is in force.
    """

    goal: str
    success: bool | None
    paraphrases: tuple[str, ...] = ()
    milestones: Milestones | None = None
    tags: tuple[str, ...] = ()
    note: str = ""
    phases: tuple[Phase, ...] = ()
    deleted: bool = False
    edited: bool = False


def recorded_labels(metadata: EpisodeMetadata) -> EpisodeLabels:
    """Return what was said when the episode was kept."""
    return EpisodeLabels(metadata.goal, metadata.success, metadata.paraphrases)


def spelling(text: str) -> str:
    """Return what two spellings of the same words have in common."""
    return " ".join(text.casefold().split()).rstrip(".!")


def relabelled(
    labels: EpisodeLabels, metadata: EpisodeMetadata, field: EditField, value: Any
) -> EpisodeLabels:
    """Return the labels after one change that concerns no frames.

    Args:
        labels: before it.
        metadata: what was said when the episode was kept.
        field: one of ``LABEL_FIELDS``.
        value: of the kind that field asks for.
    """
    return replace(LABEL_FIELDS[field](labels, metadata, value), edited=True)


def _judged(labels: EpisodeLabels, _: EpisodeMetadata, value: bool | None) -> EpisodeLabels:
    return replace(labels, success=value, milestones=None)


def _measured(labels: EpisodeLabels, _: EpisodeMetadata, value: Milestones | None) -> EpisodeLabels:
    """All milestones are the goal; fewer are not."""
    success = value.reached == value.total if value else labels.success
    return replace(labels, success=success, milestones=value)


def _corrected(labels: EpisodeLabels, metadata: EpisodeMetadata, value: str) -> EpisodeLabels:
    """Paraphrases of another goal do not hold for this one, those of the recorded one do."""
    if spelling(value) == spelling(labels.goal):
        return replace(labels, goal=value)
    is_recorded = spelling(value) == spelling(metadata.goal)
    return replace(labels, goal=value, paraphrases=metadata.paraphrases if is_recorded else ())


LABEL_FIELDS: Mapping[EditField, Callable[[EpisodeLabels, EpisodeMetadata, Any], EpisodeLabels]] = {
    EditField.SUCCESS: _judged,
    EditField.MILESTONES: _measured,
    EditField.GOAL: _corrected,
    EditField.PARAPHRASES: lambda labels, _, value: replace(labels, paraphrases=value),
    EditField.TAGS: lambda labels, _, value: replace(labels, tags=value),
    EditField.NOTE: lambda labels, _, value: replace(labels, note=value),
    EditField.DELETED: lambda labels, _, value: replace(labels, deleted=value),
}
