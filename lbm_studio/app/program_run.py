"""One command of this application, run to its end beside the window, e.g. a replay or rollouts."""

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from lbm_studio.app.supervisor import end_group, last_words, spawn
from lbm_studio.core.errors import StudioError
from lbm_studio.core.paths import program

BESIDE_THE_STATION = 10
"""How far a command gives way to the station, which may be moving arms: its niceness."""


@dataclass(frozen=True)
class ProgramOutcome:
    """How a command ended.

    Attributes:
        result: what it wrote as JSON; None when it failed or was stopped.
        sentence: its last words, for people; empty when it had none.
    """

    result: Mapping[str, Any] | None
    sentence: str


class ProgramRun(Protocol):
    """One command at a time."""

    @property
    def is_running(self) -> bool:
        """Whether a command is under way."""
        ...

    def start(self, arguments: Sequence[str]) -> None:
        """Run a command that understands ``--json``."""
        ...

    def poll(self) -> ProgramOutcome | None:
        """Return how the command ended, once."""
        ...

    def stop(self) -> None:
        """End the command; its outcome is not reported."""
        ...


class ChildProgramRun:
    """Runs commands as child processes that die with this one. Fulfils :class:`ProgramRun`."""

    def __init__(self, command: Sequence[str] | None = None) -> None:
        self._command = tuple(command if command is not None else program())
        self._child: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def is_running(self) -> bool:
        return self._child is not None

    def start(self, arguments: Sequence[str]) -> None:
        """Run a command that understands ``--json``.

        Raises:
            StudioError: one is under way, or it cannot be started.
        """
        if self._child is not None:
            raise StudioError("Wait until the last one has ended.")
        try:
            self._folder = tempfile.TemporaryDirectory(prefix="lbm-studio-run-")
            folder = Path(self._folder.name)
            line = [*self._command, *arguments, "--json", str(folder / "result.json")]
            self._child = spawn(line, folder / "log", BESIDE_THE_STATION)
        except OSError as error:
            self._clean()
            raise StudioError(f"It could not be started: {error.strerror or error}.") from error

    def poll(self) -> ProgramOutcome | None:
        if self._child is None or self._folder is None or self._child.poll() is None:
            return None
        outcome = _outcome(Path(self._folder.name))
        self._clean()
        return outcome

    def stop(self) -> None:
        if self._child is not None:
            end_group(self._child)
            self._child.wait()
        self._clean()

    def _clean(self) -> None:
        self._child = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def _outcome(folder: Path) -> ProgramOutcome:
    words = last_words(folder / "log")
    try:
        result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        result = None
    # A check that finds something ends with another code than 0, and with its figures.
    if not isinstance(result, dict):
        return ProgramOutcome(None, words or "It ended without a result.")
    return ProgramOutcome(result, words)
