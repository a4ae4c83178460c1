"""The file the log of edits is kept in: lines that are only ever appended.

A line that cannot be read, or that a later version wrote, stays where it is and is said in words.
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from lbm_studio.core.codec import Json, from_json, to_json
from lbm_studio.core.errors import DatasetError, StudioError
from lbm_studio.episodes.edits.change import Change, EditField, change_from_json
from lbm_studio.episodes.storage import flush_to_disk

EDITS_FILE = "meta/lbm_edits.jsonl"
"""Inside a dataset: the log."""

_KNOWN = frozenset(field.value for field in EditField)


@dataclass(frozen=True)
class Edit:
    """One action of one person.

    Attributes:
        number: counts from 0 within the dataset.
        unix_time_s: when it was made [s].
        changes: what it changed.
        unknown: names of the fields a later version of the program changed with it.
    """

    number: int
    unix_time_s: float
    changes: tuple[Change, ...]
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reversal:
    """The undoing of an edit, or its redoing.

    Attributes:
        number: counts with the edits.
        edit: number of the edit that is taken back or done again.
        is_undo: which of the two.
    """

    number: int
    edit: int
    is_undo: bool


Entry = Edit | Reversal


@dataclass(frozen=True)
class Contents:
    """What a log holds.

    Attributes:
        entries: in the order they were written.
        lines: how many lines there are.
        remarks: one sentence for each that says nothing to this version.
    """

    entries: tuple[Entry, ...]
    lines: int
    remarks: tuple[str, ...]

    @property
    def next_number(self) -> int:
        """The number of the entry to come; a line that cannot be read has used one up."""
        return max([self.lines, *(1 + entry.number for entry in self.entries)])


def read_journal(dataset: Path) -> Contents:
    """Read the log of a dataset; one that does not exist is empty.

    Raises:
        DatasetError: the file is there and cannot be opened.
    """
    return parse_journal(read_text(dataset / EDITS_FILE))


def parse_journal(text: str) -> Contents:
    """Return what the lines of a log say."""
    entries: list[Entry] = []
    remarks: list[str] = []
    lines = [line for line in text.split("\n") if line.strip()]
    for place, line in enumerate(lines, start=1):
        try:
            entry = _entry(json.loads(line))
        except (ValueError, KeyError, TypeError, RecursionError, StudioError):
            remarks.append(f"Line {place} of the list of edits cannot be read and is passed over.")
            continue
        entries.append(entry)
        if isinstance(entry, Edit) and entry.unknown:
            names = ", ".join(f"“{name}”" for name in dict.fromkeys(entry.unknown))
            remarks.append(
                f"Line {place} of the list of edits changes {names}, which only a later version of"
                " the program understands."
            )
    return Contents(tuple(entries), len(lines), tuple(remarks))


def append_edit(dataset: Path, changes: Sequence[Change]) -> Contents:
    """Append one edit and return all the log then holds, what others appended meanwhile included.

    Raises:
        DatasetError: the disk does not take it.
    """
    return _append(dataset, {"changes": to_json(changes)})


def append_reversal(dataset: Path, edit: int, *, is_undo: bool) -> Contents:
    """Append the undoing or redoing of an edit; otherwise as :func:`append_edit`."""
    return _append(dataset, {"undo" if is_undo else "redo": edit})


def _append(dataset: Path, said: Mapping[str, Json]) -> Contents:
    def line(present: str) -> list[str]:
        number = parse_journal(present).next_number
        return [json.dumps({"number": number, "unix_time_s": time.time(), **said})]

    return parse_journal(append_lines(dataset / EDITS_FILE, line))


def append_lines(path: Path, make_lines: Callable[[str], Sequence[str]]) -> str:
    """Append the lines that are made of what is there, and return all there then is.

    Raises:
        DatasetError: the disk does not take them.
    """
    _refuse_odd(path)
    try:
        is_new = not path.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path) as file:
            before = file.read().decode("utf-8", errors="replace")
            added = "".join(f"{line}\n" for line in make_lines(before))
            if before and not before.endswith("\n"):
                added = "\n" + added  # a line that a kill cut short must not swallow the next one
            file.write(added.encode())
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            flush_to_disk(path.parent)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DatasetError(f"The edit could not be saved: {reason}.") from error
    return before + added


@contextmanager
def _alone(path: Path) -> Generator[IO[bytes]]:
    """Open a log to read and append; others who append wait."""
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        yield file


def read_text(path: Path) -> str:
    """Return all a log holds; one that does not exist is empty.

    Raises:
        DatasetError: the file is there and cannot be opened.
    """
    _refuse_odd(path)
    try:
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    except OSError as error:
        raise DatasetError(f"The edits in “{path}” cannot be read: {error.strerror}.") from error


def _refuse_odd(path: Path) -> None:
    """Return only if a log can be there: a pipe would be waited for without end."""
    if path.exists() and not path.is_file():
        raise DatasetError(f"The edits in “{path}” cannot be read: that is no file.")


def _entry(raw: Json) -> Entry:
    number = from_json(int, raw["number"], where="number")
    if number < 0:
        raise ValueError(number)
    if raw.get("field") == "undo":  # as the first version wrote it: one change a line
        return Reversal(number, from_json(int, raw["value"], where="undo"), is_undo=True)
    for name in ("undo", "redo"):
        if name in raw:
            return Reversal(number, from_json(int, raw[name], where=name), is_undo=name == "undo")
    listed = cast("list[Mapping[str, Any]]", raw.get("changes", [raw]))
    fields = [from_json(str, one["field"], where="field") for one in listed]
    known = [one for one, field in zip(listed, fields, strict=True) if field in _KNOWN]
    return Edit(
        number=number,
        unix_time_s=from_json(float, raw["unix_time_s"], where="unix_time_s"),
        changes=tuple(change_from_json(one) for one in known),
        unknown=tuple(field for field in fields if field not in _KNOWN),
    )
