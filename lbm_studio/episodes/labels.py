"""What people said about recordings later: an append-only log beside them, keyed by episode uuid.

Recordings never change. Every edit is one line; undoing one appends another line. What holds now is
a projection of the log: the last edit of a field that was not undone.
"""

import json
import os
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from lbm_studio.core.episode import EpisodeMetadata
from lbm_studio.core.errors import DatasetError

EDITS_FILE = "meta/lbm_edits.jsonl"
"""Inside a dataset: the log."""


class EditField(StrEnum):
    """What an edit changes; UNDO takes back the edit whose number is its value."""

    SUCCESS = "success"
    GOAL = "goal"
    DELETED = "deleted"
    UNDO = "undo"


@dataclass(frozen=True)
class Edit:
    """One line of the log.

    Attributes:
        number: counts from 0 within the dataset.
        unix_time_s: when it was made [s].
        uuid: the episode.
        field: what it changes.
        value: the new value: true, false or null (success), a text (goal), true or false (deleted),
            the number of an edit (undo).
    """

    number: int
    unix_time_s: float
    uuid: str
    field: EditField
    value: bool | str | int | None


@dataclass(frozen=True)
class EpisodeLabels:
    """What holds for an episode now.

    Attributes:
        goal: its prompt.
        success: whether the goal was reached; None when nobody judged it.
        deleted: whether it is left out of training.
        edited: whether any edit is in force.
    """

    goal: str
    success: bool | None
    deleted: bool = False
    edited: bool = False


class EditLog:
    """The edits of one dataset.

    Args:
        dataset: its folder.
    """

    def __init__(self, dataset: Path) -> None:
        self._path = dataset / EDITS_FILE
        self._edits = tuple(_read(self._path))

    @property
    def in_force(self) -> tuple[Edit, ...]:
        """The edits that were not undone, oldest first."""
        undone = {edit.value for edit in self._edits if edit.field is EditField.UNDO}
        return tuple(
            edit
            for edit in self._edits
            if edit.field is not EditField.UNDO and edit.number not in undone
        )

    def labels(self, metadata: EpisodeMetadata) -> EpisodeLabels:
        """Return what holds for the episode with that metadata."""
        labels = EpisodeLabels(metadata.goal, metadata.success)
        for edit in self.in_force:
            if edit.uuid == metadata.uuid:
                labels = replace(labels, edited=True, **{edit.field.value: edit.value})
        return labels

    def set_success(self, uuid: str, success: bool | None) -> Edit:
        """Judge an episode."""
        return self._append(uuid, EditField.SUCCESS, success)

    def set_goal(self, uuid: str, goal: str) -> Edit:
        """Correct the prompt of an episode."""
        return self._append(uuid, EditField.GOAL, goal)

    def set_deleted(self, uuid: str, deleted: bool) -> Edit:
        """Leave an episode out of training, or put it back."""
        return self._append(uuid, EditField.DELETED, deleted)

    def undo(self) -> Edit | None:
        """Take back the newest edit in force and return it; None when there is none."""
        if not self.in_force:
            return None
        newest = self.in_force[-1]
        self._append(newest.uuid, EditField.UNDO, newest.number)
        return newest

    def _append(self, uuid: str, field: EditField, value: bool | str | int | None) -> Edit:
        number = 1 + max((edit.number for edit in self._edits), default=-1)
        edit = Edit(number, time.time(), uuid, field, value)
        try:
            _append_line(self._path, json.dumps(asdict(edit)))
        except OSError as error:
            reason = error.strerror or str(error)
            raise DatasetError(f"The edit could not be saved: {reason}.") from error
        self._edits = (*self._edits, edit)
        return edit


def _read(path: Path) -> Iterable[Edit]:
    """Yield the edits of a log; a line cut short by a kill is skipped."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for line in file:
            edit = _parse(line)
            if edit is not None:
                yield edit


def _parse(line: str) -> Edit | None:
    try:
        raw = json.loads(line)
        return Edit(
            int(raw["number"]),
            float(raw["unix_time_s"]),
            str(raw["uuid"]),
            EditField(raw["field"]),
            raw["value"],
        )
    except (ValueError, KeyError, TypeError):
        return None


def _append_line(path: Path, line: str) -> None:
    """Append one line that starts at the beginning of a line even after a kill, and sync it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cut_short = path.exists() and path.stat().st_size > 0 and path.read_bytes()[-1:] != b"\n"
    with path.open("a", encoding="utf-8") as file:
        file.write(("\n" if cut_short else "") + line + "\n")
        file.flush()
        os.fsync(file.fileno())
