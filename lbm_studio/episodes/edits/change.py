"""The words edits are made of: what is changed, and to which value."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lbm_studio.core.codec import Json, from_json, to_json
from lbm_studio.core.errors import DatasetError


class EditField(StrEnum):
    """What a change is about; the type of its value stands in ``_KINDS``."""

    SUCCESS = "success"
    MILESTONES = "milestones"
    GOAL = "goal"
    PARAPHRASES = "paraphrases"
    TAGS = "tags"
    NOTE = "note"
    TRIM = "trim"
    PHASES = "phases"
    SPLIT = "split"
    MERGE = "merge"
    DELETED = "deleted"


@dataclass(frozen=True, order=True)
class FrameRange:
    """Frames ``first`` to ``last`` of a recording, both included."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last:
            raise DatasetError(f"There are no frames from {self.first} to {self.last}.")

    def __len__(self) -> int:
        return self.last - self.first + 1

    def within(self, other: "FrameRange") -> "FrameRange | None":
        """Return the frames that both have; None where they have none in common."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return FrameRange(first, last) if first <= last else None

    def in_words(self) -> str:
        """Return e.g. ``"5 to 20"``."""
        return f"{self.first} to {self.last}"


@dataclass(frozen=True)
class Phase:
    """A named part of an episode, e.g. ``"grasp the cube"``; frames count in the recording."""

    name: str
    frames: FrameRange


@dataclass(frozen=True)
class Milestones:
    """How far an attempt came: ``reached`` of ``total``."""

    reached: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.reached <= self.total or self.total < 1:
            raise DatasetError(f"There are no {self.reached} of {self.total} milestones.")


@dataclass(frozen=True)
class Split:
    """Where an episode is cut in two.

    Attributes:
        frame: the first of the second part, counted in the recording.
        uuid: what the second part is called; the first part keeps its name.
    """

    frame: int
    uuid: str


EditValue = (
    bool | str | tuple[str, ...] | tuple[Phase, ...] | Milestones | FrameRange | Split | None
)

_KINDS: Mapping[EditField, Any] = {
    EditField.SUCCESS: bool | None,
    EditField.MILESTONES: Milestones | None,
    EditField.GOAL: str,
    EditField.PARAPHRASES: tuple[str, ...],
    EditField.TAGS: tuple[str, ...],
    EditField.NOTE: str,
    EditField.TRIM: FrameRange | None,
    EditField.PHASES: tuple[Phase, ...],
    EditField.SPLIT: Split,
    EditField.MERGE: str,
    EditField.DELETED: bool,
}


@dataclass(frozen=True)
class Change:
    """What is said anew about one episode.

    Attributes:
        uuid: the episode, or the part of one.
        field: what changes.
        value: true, false or null (success); how far it came, or null (milestones); a text (goal,
            note); texts (paraphrases, tags); the frames that are kept, or null for all (trim);
            named ranges (phases); where to cut (split); the uuid of the part that follows (merge);
            true or false (deleted).

    Raises:
        StudioError: the value is of another kind.
    """

    uuid: str
    field: EditField
    value: EditValue

    def __post_init__(self) -> None:
        from_json(_KINDS[self.field], to_json(self.value), where=self.field.value)


def change_from_json(raw: Mapping[str, Json]) -> Change:
    """Build a change from what the log holds.

    Raises:
        StudioError: it is not of the kind its field asks for.
        KeyError: a part of it is missing.
        ValueError: this version knows no such field.
    """
    field = EditField(raw["field"])
    value = from_json(_KINDS[field], raw["value"], where=field.value)
    return Change(from_json(str, raw["uuid"], where="uuid"), field, value)
