"""Run folders: how a background job says what it does.

Windows, commands and restarts all see the same thing.

A run folder holds ``spec.json`` (what was asked), ``events.jsonl`` (what happened, append-only,
numbered) and whatever the job produces, e.g. ``checkpoint/``. The last event of a finished job is
the one terminal event.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

EVENTS_FILE = "events.jsonl"
SPEC_FILE = "spec.json"
CHECKPOINT_FOLDER = "checkpoint"
STOP_FILE = "stop.request"
PROCESS_FILE = "process.pid"
ROLLOUTS_FILE = "rollouts.jsonl"
"""What a run's checkpoints achieved: one line for each, by :func:`add_rollout`."""

_ROLLOUT_FIGURES = ("successes", "trials", "interval95", "seconds", "prompt")


class JobStatus(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more will happen."""
        return self in (JobStatus.DONE, JobStatus.FAILED, JobStatus.STOPPED)


class EventKind(StrEnum):
    """What an event reports."""

    STATUS = "status"
    PROGRESS = "progress"
    METRICS = "metrics"
    MESSAGE = "message"


@dataclass(frozen=True)
class Event:
    """One line of ``events.jsonl``.

    Attributes:
        number: counts from 0 within the run folder.
        kind: what it reports.
        unix_time_s: wall-clock time it was written [s].
        data: for STATUS ``status`` and ``message``; for PROGRESS ``stage``, ``done``, ``total``,
            ``remaining_s``; for METRICS ``step`` and named numbers; for MESSAGE ``text``.
    """

    number: int
    kind: EventKind
    unix_time_s: float
    data: Mapping[str, Any]


class EventLog:
    """Appends events; every line reaches the disk whole."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / EVENTS_FILE
        self._next = sum(1 for _ in read_events(folder))

    def emit(self, kind: EventKind, **data: Any) -> Event:
        """Append one event and return it."""
        event = Event(self._next, kind, time.time(), data)
        line = {
            "number": event.number,
            "kind": kind.value,
            "unix_time_s": event.unix_time_s,
            "data": data,
        }
        text = json.dumps(line) + "\n"
        if not _ends_with_newline(self._path):
            text = "\n" + text
        with self._path.open("a", encoding="utf-8") as file:
            file.write(text)
        self._next += 1
        return event

    def status(self, status: JobStatus, message: str = "") -> Event:
        """Append a change of status with a sentence for people."""
        return self.emit(EventKind.STATUS, status=status.value, message=message)


def read_events(folder: Path, first: int = 0) -> Iterator[Event]:
    """Yield the events from number ``first`` on; a line cut short by a kill is skipped."""
    path = folder / EVENTS_FILE
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                raw = json.loads(line)
                event = Event(
                    raw["number"], EventKind(raw["kind"]), raw["unix_time_s"], raw["data"]
                )
            except (ValueError, KeyError, TypeError):
                continue
            if event.number >= first:
                yield event


def job_status(folder: Path) -> JobStatus:
    """Return the status a run folder is in; a running job whose process is gone has failed."""
    was_alive = is_alive(folder)  # asked before and after: it may begin or end while we read
    status = JobStatus.QUEUED
    for event in read_events(folder):
        if event.kind is EventKind.STATUS:
            status = JobStatus(event.data["status"])
    is_over = status.is_terminal or status is JobStatus.QUEUED
    return status if is_over or was_alive or is_alive(folder) else JobStatus.FAILED


def claim(folder: Path) -> None:
    """Note that this process works on the run folder.

    A request to stop stands: it may have been made while this process was starting.
    """
    folder.mkdir(parents=True, exist_ok=True)
    process = os.getpid()
    (folder / PROCESS_FILE).write_text(f"{process} {_started_ticks(process)}")


def release(folder: Path) -> None:
    """Note that nobody works on the run folder any more."""
    (folder / PROCESS_FILE).unlink(missing_ok=True)


def process_id(folder: Path) -> int | None:
    """Return the process that works on the run folder; None when it is gone.

    A stranger that has been given its number since is told apart by its start time.
    """
    try:
        process, started = map(int, (folder / PROCESS_FILE).read_text().split())
        return process if _started_ticks(process) == started else None
    except (OSError, ValueError, IndexError):
        return None


def is_alive(folder: Path) -> bool:
    """Whether the process that claimed the run folder still exists."""
    return process_id(folder) is not None


def request_stop(folder: Path) -> None:
    """Ask the job to finish its step, save and end."""
    (folder / STOP_FILE).touch()


def forget_stop(folder: Path) -> None:
    """Forget an old request to stop; for whoever starts or resumes a job, before it begins.

    A job that is running keeps the request it was made.
    """
    if not is_alive(folder):
        (folder / STOP_FILE).unlink(missing_ok=True)


def stop_requested(folder: Path) -> bool:
    """Whether somebody asked the job to stop."""
    return (folder / STOP_FILE).exists()


def add_rollout(run: Path, step: int, report: Mapping[str, object], skill: str = "") -> None:
    """Append what came of rolling a checkpoint out; the disk may refuse with OSError.

    Args:
        run: the run folder.
        step: how many steps the checkpoint was trained for.
        report: holds ``successes``, ``trials``, ``interval95`` and ``seconds``, and how the prompt
            was followed where other goals could be reached: ``prompt``.
        skill: that was rolled out; empty: all that it was trained on.
    """
    kept = {key: report.get(key) for key in _ROLLOUT_FIGURES}
    with (run / ROLLOUTS_FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"step": step, "skill": skill, **kept}) + "\n")


def read_rollouts(run: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the lines of :func:`add_rollout`, oldest first; unreadable ones are left out."""
    try:
        lines = (run / ROLLOUTS_FILE).read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            yield dict(json.loads(line))
        except (ValueError, TypeError):
            continue


def write_json(path: Path, value: Any) -> None:
    """Write JSON so that a reader sees either the old or the whole new file."""
    write_text(path, json.dumps(value, indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write text so that a reader sees either the old or the whole new file."""
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def _started_ticks(process: int) -> int | None:
    """Return when a process began [ticks since the machine started]; None for a zombie."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return None if fields[0] == "Z" else int(fields[19])


def _ends_with_newline(path: Path) -> bool:
    if not path.exists() or path.stat().st_size == 0:
        return True
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"
