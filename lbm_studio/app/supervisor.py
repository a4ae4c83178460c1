"""Child processes of the live station: started, watched, ended in order, never left behind.

Every child dies with this process (PR_SET_PDEATHSIG), whatever ends it, and lives in a process
group of its own, so that ending it ends what it started and nothing else.
"""

import ctypes
import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from lbm_studio.app.events import Signal
from lbm_studio.core.paths import program

PR_SET_PDEATHSIG = 1
GRACE_S = 3.0
LOG_TAIL_BYTES = 4000

logger = logging.getLogger(__name__)


class ProcessName(StrEnum):
    """The processes of a live station, in the order they are started."""

    STOP = "stop"
    STATION = "station"
    RENDERER = "renderer"
    CAMERAS = "cameras"
    GATEWAY = "gateway"
    WRITER = "writer"
    INFERENCE = "inference"
    PHONE = "phone"
    SPEECH = "speech"


@dataclass(frozen=True)
class ProcessStatus:
    """How a process is.

    Attributes:
        is_running: whether it exists.
        exit_code: of its last end; None while it runs or was never started.
        was_ended: whether its end was asked for.
        last_words: the last line of its log; empty when it wrote nothing.
    """

    is_running: bool
    exit_code: int | None = None
    was_ended: bool = False
    last_words: str = ""

    @property
    def has_ended(self) -> bool:
        """Whether it was there and is no more."""
        return not self.is_running and self.exit_code is not None


@dataclass
class _Child:
    process: subprocess.Popen[bytes]
    log: Path
    kill_at_s: float | None = None
    end_reported: bool = False


class Supervisor:
    """Starts, watches and ends child processes; logs go to the session folder.

    Args:
        log_folder: where ``<name>.log`` is written.
        command: what every child's arguments are appended to.

    Signals:
        died: the name of a process that ended without being asked to; emitted by ``poll``.
    """

    def __init__(self, log_folder: Path, command: Sequence[str] | None = None) -> None:
        self.died: Signal[ProcessName] = Signal()
        self.log_folder = log_folder
        self._command = tuple(command if command is not None else program())
        self._children: dict[ProcessName, _Child] = {}

    def start(self, name: ProcessName, arguments: Sequence[str]) -> None:
        """Start a process unless it runs already."""
        if self.status(name).is_running:
            return
        self.log_folder.mkdir(parents=True, exist_ok=True)
        log = self.log_folder / f"{name}.log"
        if name not in self._children:
            log.unlink(missing_ok=True)  # of an earlier session
        self._children[name] = _Child(spawn([*self._command, *arguments], log), log)
        logger.info("started %s", name)

    def status(self, name: ProcessName) -> ProcessStatus:
        """Return how a process is."""
        child = self._children.get(name)
        if child is None:
            return ProcessStatus(is_running=False)
        code = child.process.poll()
        was_ended = child.kill_at_s is not None
        return ProcessStatus(
            code is None, code, was_ended, "" if code is None else last_words(child.log)
        )

    def end(self, name: ProcessName) -> None:
        """Ask a process to end; ``poll`` kills it when it does not within three seconds."""
        child = self._children.get(name)
        if child is None or child.process.poll() is not None or child.kill_at_s is not None:
            return
        child.kill_at_s = time.monotonic() + GRACE_S
        child.process.terminate()

    def kill(self, name: ProcessName) -> None:
        """End a process at once, with what it started, e.g. one that hangs; it is not reported."""
        child = self._children.get(name)
        if child is not None:
            child.kill_at_s = child.kill_at_s or time.monotonic()
            end_group(child.process)
            child.process.wait()
            child.end_reported = True

    def poll(self) -> None:
        """Report processes that died and kill those that do not end."""
        for name, child in list(self._children.items()):
            code = child.process.poll()
            if code is None:
                if child.kill_at_s is not None and time.monotonic() > child.kill_at_s:
                    end_group(child.process)
            elif not child.end_reported:
                child.end_reported = True
                end_group(child.process)  # whatever it started and left behind
                if child.kill_at_s is None:
                    logger.warning("%s ended with code %d", name, code)
                    self.died.emit(name)

    def close(self) -> None:
        """End all processes, the stop last; returns when none is left, after at most two graces."""
        names = [name for name in ProcessName if name is not ProcessName.STOP]
        self._end_and_wait(names)
        self._end_and_wait([ProcessName.STOP])

    def _end_and_wait(self, names: Sequence[ProcessName]) -> None:
        children = [self._children[name] for name in names if name in self._children]
        for name in names:
            self.end(name)
        for child in children:
            try:
                child.process.wait(max(0.0, (child.kill_at_s or 0.0) - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger.warning("killing %s", child.log.stem)
            end_group(child.process)
            child.process.wait()
            child.end_reported = True


def spawn(command: Sequence[str], log: Path, niceness: int = 0) -> subprocess.Popen[bytes]:
    """Start a child that dies with this process, in a group of its own.

    Args:
        command: program and arguments.
        log: where its output goes.
        niceness: how far it gives way to other processes, 0 to 19.
    """
    with log.open("ab") as file:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_prepare(os.getpid(), niceness),
        )


def _prepare(parent: int, niceness: int) -> Callable[[], None]:
    prctl = ctypes.CDLL(None, use_errno=True).prctl  # looked up before the fork, used after it

    def prepare() -> None:
        os.nice(niceness)
        prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != parent:  # it died before the request
            os._exit(1)

    return prepare


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill the group of a child of ours; the group's number is its own, so nobody else's."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # nothing is left of it


def last_words(log: Path) -> str:
    """Return the last line of a log; empty when there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - LOG_TAIL_BYTES))
            lines = file.read().decode("utf-8", errors="replace").split("\n")
    except OSError:
        return ""
    words = [line.strip() for line in lines if line.strip()]
    return words[-1] if words else ""
