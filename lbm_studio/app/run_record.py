"""One run folder, read piece by piece while a job writes it."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lbm_studio.core.codec import from_json
from lbm_studio.core.errors import StudioError
from lbm_studio.core.runs import (
    EVENTS_FILE,
    SPEC_FILE,
    Event,
    EventKind,
    JobStatus,
    is_alive,
    read_events,
)

JOB_FILE = "job.json"
KEPT_MESSAGES = 200

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobCard:
    """How a job is started, and started again; kept in the run folder as ``job.json``.

    Attributes:
        kind: e.g. ``"train"``.
        title: what people read.
        arguments: of the program.
        can_resume: whether starting it again goes on where it was.
        created_unix_s: when it was asked for [s].
    """

    kind: str
    title: str
    arguments: tuple[str, ...]
    can_resume: bool
    created_unix_s: float


@dataclass(frozen=True)
class Progress:
    """What a job does now.

    Attributes:
        stage: in words.
        fraction: 0 to 1.
        remaining_s: time left; None when unknown [s].
    """

    stage: str = ""
    fraction: float = 0.0
    remaining_s: float | None = None


class RunRecord:
    """What a run folder says, brought up to date by :meth:`read`.

    Attributes:
        folder: the run folder.
        card: how it was started; None when it was started by hand.
        progress: what it does now.
        metrics: every METRICS event's numbers, in order.
        messages: the last messages.
        last_sentence: of the last change of status; empty when it had none.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.card = read_card(folder)
        self.progress = Progress()
        self.metrics: list[Mapping[str, float]] = []
        self.messages: list[str] = []
        self.last_sentence = ""
        self.began_unix_s = 0.0
        self._said = JobStatus.QUEUED
        self._next = 0
        self._size = -1

    @property
    def written_status(self) -> JobStatus:
        """The status as written last; a job that was killed did not write that it ended."""
        return self._said

    @property
    def events_read(self) -> int:
        """How many events were taken in so far."""
        return self._next

    @property
    def is_process_alive(self) -> bool:
        """Whether the process that works on the folder exists."""
        return is_alive(self.folder)

    def read(self) -> bool:
        """Take in what was written since the last call; return whether there was anything."""
        size = _size_of(self.folder / EVENTS_FILE)
        if size == self._size:
            return False
        self._size = size
        before = self._next
        for event in read_events(self.folder, first=self._next):
            self._next = event.number + 1
            self._take(event)
        return self._next != before

    def _take(self, event: Event) -> None:
        self.began_unix_s = self.began_unix_s or event.unix_time_s
        data = event.data
        if event.kind is EventKind.STATUS:
            self._take_status(data)
        elif event.kind is EventKind.PROGRESS:
            self.progress = _progress(data)
        elif event.kind is EventKind.METRICS:
            self.metrics.append({k: v for k, v in data.items() if isinstance(v, int | float)})
        else:
            self.messages = [*self.messages, str(data.get("text", ""))][-KEPT_MESSAGES:]

    def _take_status(self, data: Mapping[str, object]) -> None:
        try:
            self._said = JobStatus(str(data.get("status")))
        except ValueError:
            logger.warning("%s: unknown status %s", self.folder, data.get("status"))
            return
        self.last_sentence = str(data.get("message", ""))


def read_card(folder: Path) -> JobCard | None:
    """Return how a run was started; None when it was not started from the window."""
    try:
        raw = json.loads((folder / JOB_FILE).read_text(encoding="utf-8"))
        return from_json(JobCard, raw, where=JOB_FILE)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, StudioError) as error:
        logger.warning("%s: %s", folder, error)
        return None


def is_run_folder(folder: Path) -> bool:
    """Whether a folder belongs to a job."""
    return any((folder / name).is_file() for name in (JOB_FILE, SPEC_FILE, EVENTS_FILE))


def _progress(data: Mapping[str, object]) -> Progress:
    done, total = _number(data.get("done")), _number(data.get("total"))
    fraction = min(1.0, max(0.0, done / total)) if done is not None and total else 0.0
    return Progress(str(data.get("stage", "")), fraction, _number(data.get("remaining_s")))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
