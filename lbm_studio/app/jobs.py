"""Background jobs: started from a run folder, outliving the window, watched by what they write."""

import json
import logging
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from lbm_studio.app.datasets import slug
from lbm_studio.app.run_record import JOB_FILE, JobCard, RunRecord, is_run_folder
from lbm_studio.core.codec import to_json
from lbm_studio.core.errors import StudioError
from lbm_studio.core.paths import program
from lbm_studio.core.runs import (
    SPEC_FILE,
    JobStatus,
    forget_stop,
    request_stop,
    stop_requested,
    write_json,
)

LOG_FILE = "job.log"
START_GRACE_S = 60.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobRequest:
    """A job to be started.

    Attributes:
        kind: e.g. ``"train"``.
        title: what people read; the folder is named after it.
        arguments: makes the program's arguments from the run folder.
        spec: written to ``spec.json``; None when the job writes its own.
        can_resume: whether starting it again goes on where it was.
    """

    kind: str
    title: str
    arguments: Callable[[Path], Sequence[str]]
    spec: Mapping[str, Any] | None = None
    can_resume: bool = False


class Jobs(Protocol):
    """Background jobs as view-models use them."""

    def start(self, request: JobRequest) -> RunRecord:
        """Start a job in a new run folder."""
        ...

    def stop(self, folder: Path) -> None:
        """Ask a job to save and end."""
        ...

    def resume(self, folder: Path) -> None:
        """Go on with a job that was stopped or killed."""
        ...

    def runs(self) -> tuple[RunRecord, ...]:
        """Return all runs, newest first, up to date."""
        ...

    def status(self, run: RunRecord) -> JobStatus:
        """Return where a run is in its life."""
        ...

    def can_resume(self, run: RunRecord) -> bool:
        """Whether a run can go on."""
        ...


class JobRunner:
    """Starts jobs as detached processes and finds all runs of a folder. Fulfils :class:`Jobs`.

    Args:
        folder: where run folders are made.
        command: what a job's arguments are appended to.
    """

    def __init__(self, folder: Path, command: Sequence[str] | None = None) -> None:
        self.folder = folder
        self._command = tuple(command if command is not None else program())
        self._records: dict[Path, RunRecord] = {}
        self._children: dict[Path, subprocess.Popen[bytes]] = {}
        self._events_before: dict[Path, int] = {}

    def start(self, request: JobRequest) -> RunRecord:
        """Start a job in a new run folder.

        Raises:
            StudioError: the folder cannot be written.
        """
        try:
            folder = self._new_folder(request.title)
            arguments = tuple(request.arguments(folder))
            card = JobCard(request.kind, request.title, arguments, request.can_resume, time.time())
            write_json(folder / JOB_FILE, to_json(card))
            if request.spec is not None:
                write_json(folder / SPEC_FILE, dict(request.spec))
            self._spawn(folder, card)
        except OSError as error:
            reason = error.strerror or str(error)
            raise StudioError(f"“{request.title}” could not be started: {reason}.") from error
        return self._record(folder)

    def stop(self, folder: Path) -> None:
        """Ask a job to save and end.

        Raises:
            StudioError: the request cannot be written.
        """
        try:
            request_stop(folder)
        except OSError as error:
            reason = error.strerror or str(error)
            raise StudioError(f"The job could not be asked to stop: {reason}.") from error

    def resume(self, folder: Path) -> None:
        """Go on with a job that was stopped or killed.

        Raises:
            StudioError: it is running, is done, or cannot be resumed.
        """
        run = self._record(folder)
        run.read()
        if not self.can_resume(run):
            raise StudioError("This run cannot be resumed.")
        card = run.card or _train_card(folder)
        try:
            self._spawn(folder, card)
        except OSError as error:
            reason = error.strerror or str(error)
            raise StudioError(f"“{card.title}” could not be resumed: {reason}.") from error

    def runs(self) -> tuple[RunRecord, ...]:
        if not self.folder.is_dir():
            return ()
        folders = [path for path in self.folder.iterdir() if path.is_dir() and is_run_folder(path)]
        records = [self._record(folder) for folder in folders]
        for record in records:
            record.read()
        return tuple(sorted(records, key=_begin, reverse=True))

    def status(self, run: RunRecord) -> JobStatus:
        said = run.written_status
        if self._is_starting(run):
            return JobStatus.QUEUED
        if not said.is_terminal and not run.is_process_alive and not self._has_child(run):
            return self._status_without_process(run)
        if said is JobStatus.RUNNING and stop_requested(run.folder):
            return JobStatus.STOPPING
        if said is JobStatus.STOPPED and run.is_process_alive:
            return JobStatus.STOPPING  # it has said so, but has not ended yet
        return said

    def can_resume(self, run: RunRecord) -> bool:
        resumable = run.card.can_resume if run.card else _is_training(run.folder)
        has_ended = self.status(run) in (JobStatus.STOPPED, JobStatus.FAILED)
        return resumable and has_ended and not run.is_process_alive

    def close(self) -> None:
        """Let go of the jobs; they go on."""
        for child in self._children.values():
            child.poll()
            child.returncode = child.returncode if child.returncode is not None else 0
        self._children.clear()

    def _status_without_process(self, run: RunRecord) -> JobStatus:
        is_young = time.time() - _begin(run) < START_GRACE_S
        if run.written_status is JobStatus.QUEUED and is_young and run.folder not in self._children:
            return JobStatus.QUEUED  # somebody else may just be starting it
        return JobStatus.FAILED

    def _is_starting(self, run: RunRecord) -> bool:
        has_said_nothing = run.events_read == self._events_before.get(run.folder)
        return has_said_nothing and self._has_child(run)

    def _has_child(self, run: RunRecord) -> bool:
        child = self._children.get(run.folder)
        return child is not None and child.poll() is None

    def _record(self, folder: Path) -> RunRecord:
        if folder not in self._records:
            self._records[folder] = RunRecord(folder)
        return self._records[folder]

    def _new_folder(self, title: str) -> Path:
        stem = f"{time.strftime('%Y-%m-%d_%H-%M-%S')}_{slug(title)}"
        self.folder.mkdir(parents=True, exist_ok=True)
        number = 1
        while True:
            folder = self.folder / (stem if number == 1 else f"{stem}_{number}")
            try:
                folder.mkdir()
            except FileExistsError:
                number += 1
                continue
            return folder

    def _spawn(self, folder: Path, card: JobCard) -> None:
        if (earlier := self._children.get(folder)) is not None:
            earlier.wait()  # it has ended: whoever is alive is not resumed
        forget_stop(folder)
        record = self._record(folder)
        record.read()
        self._events_before[folder] = record.events_read
        with (folder / LOG_FILE).open("ab") as log:
            self._children[folder] = subprocess.Popen(
                [*self._command, *card.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        logger.info("started %s in %s", card.kind, folder)


def train_arguments(folder: Path) -> tuple[str, ...]:
    """Return the arguments that train, or go on training, in a run folder with ``spec.json``."""
    return ("worker", "train", str(folder))


def _train_card(folder: Path) -> JobCard:
    return JobCard("train", folder.name, train_arguments(folder), True, 0.0)


def _is_training(folder: Path) -> bool:
    try:
        spec = json.loads((folder / SPEC_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(spec, dict) and "datasets" in spec


def _begin(run: RunRecord) -> float:
    if run.card is not None:
        return run.card.created_unix_s
    return run.began_unix_s or run.folder.stat().st_mtime
