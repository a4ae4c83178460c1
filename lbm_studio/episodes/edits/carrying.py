"""Carrying the log of one dataset over to another that holds its episodes too."""

import json
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, cast

from lbm_studio.episodes.edits.journal import EDITS_FILE, append_lines, parse_journal, read_text


def carry_over(source: Path, target: Path) -> None:
    """Append the log of ``source`` to that of ``target``, numbered anew.

    Lines that this version does not understand are carried as well; those that are there already
    are not carried again.

    Raises:
        DatasetError: a log cannot be read, or the disk does not take it.
    """
    lines = [line for line in read_text(source / EDITS_FILE).split("\n") if line.strip()]
    if lines:
        append_lines(target / EDITS_FILE, lambda present: _renumbered(lines, present))


def _renumbered(lines: Sequence[str], present: str) -> list[str]:
    """Return lines of another log, numbered to follow those that are present."""
    known = {_content(line): _number(line) for line in present.split("\n") if line.strip()}
    following = count(parse_journal(present).next_number)
    numbers: dict[int, int] = {}
    added: list[str] = []
    for line in lines:
        content, number = _content(line), _number(line)
        if content in known:
            carried = known[content]
        else:
            carried = next(following)
            added.append(line if number is None else _numbered(line, carried, numbers))
        if number is not None and carried is not None:
            numbers[number] = carried
    return added


def _content(line: str) -> str:
    """Return what stays the same when a line is carried over: all but the numbers."""
    said = _object(line)
    if said is None:
        return line
    numbers = {"number", "undo", "redo", *(["value"] if said.get("field") == "undo" else [])}
    return json.dumps({k: v for k, v in said.items() if k not in numbers}, sort_keys=True)


def _number(line: str) -> int | None:
    number = (_object(line) or {}).get("number")
    return number if isinstance(number, int) else None


def _numbered(line: str, number: int, numbers: Mapping[int, int]) -> str:
    said = {**(_object(line) or {}), "number": number}
    # The first version wrote the number of what is undone as the value of a change.
    pointers = ("undo", "redo", *(["value"] if said.get("field") == "undo" else []))
    for name in pointers:
        if isinstance(said.get(name), int):
            said[name] = numbers.get(said[name], said[name])
    return json.dumps(said)


def _object(line: str) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", said) if isinstance(said, dict) else None
