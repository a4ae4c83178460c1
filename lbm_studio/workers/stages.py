"""Long work in stages: each is a command of this program, and none is repeated once it is done.

A stage is done when its figures are on disk, so work that was interrupted goes on where it was.
"""

import json
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lbm_studio.core.errors import StudioError
from lbm_studio.core.paths import program
from lbm_studio.core.runs import write_json
from lbm_studio.workers.record import held_episodes

GRACE_S = 60.0
"""How long a stage may take to save what it has when it is interrupted [s]."""

Say = Callable[[str], None]


class Stages:
    """The stages of one piece of work.

    Args:
        folder: holds the figures of each stage and what it produces.
        say: tells people what begins.
    """

    def __init__(self, folder: Path, say: Say) -> None:
        self._folder = folder
        self._say = say
        self._times = folder / "seconds.json"

    def run(self, name: str, arguments: Sequence[str]) -> dict[str, Any]:
        """Return the figures of a stage, running its command if they are not there yet.

        Raises:
            StudioError: the command failed.
        """
        figures = self._folder / f"{name}.json"
        if figures.exists():
            self._say(f"{name}: done before")
        else:
            self._say(f"{name}: lbm-studio {' '.join(arguments)}")
            self._time(name, lambda: _run_command(name, [*arguments, "--json", str(figures)]))
        return dict(json.loads(figures.read_text(encoding="utf-8")))

    def skip(self, name: str, figures: Mapping[str, Any]) -> None:
        """Note the figures of a stage that needs no work."""
        file = self._folder / f"{name}.json"
        if not file.exists():
            write_json(file, dict(figures))

    def measure(self, name: str, work: Callable[[], None]) -> None:
        """Do something short, every time."""
        self._say(name)
        write_json(self._times, {k: v for k, v in self.seconds().items() if k != name})
        self._time(name, work)

    def seconds(self) -> dict[str, float]:
        """Return the time of each stage [s], interrupted attempts included."""
        return dict(json.loads(self._times.read_text())) if self._times.exists() else {}

    def _time(self, name: str, work: Callable[[], None]) -> None:
        begin = time.monotonic()
        try:
            work()
        finally:
            seconds = self.seconds()
            spent = seconds.get(name, 0.0) + time.monotonic() - begin
            write_json(self._times, {**seconds, name: round(spent, 1)})


def record_missing(
    stages: Stages, dataset: Path, *, skill: str, episodes: int, station: str, processes: int
) -> None:
    """Let the stage ``record`` record what a dataset still lacks.

    Raises:
        StudioError: the command failed.
    """
    held = held_episodes(dataset)
    if held >= episodes:  # all are there, though the last attempt could not say so
        stages.skip("record", {"episodes": held})
        return
    arguments = [
        *("record", str(dataset), "--skill", skill),
        *("--episodes", str(episodes - held), "--seed", "0"),
        *("--station", station, "--processes", str(processes)),
    ]
    stages.run("record", arguments)


def _run_command(name: str, arguments: Sequence[str]) -> None:
    """Run a command of this program to its end; interrupted, it is given time to save."""
    child = subprocess.Popen([*program(), *arguments])
    try:
        code = child.wait()
    except BaseException:  # also for Ctrl-C, which the child has received as well
        child.terminate()
        child.wait(GRACE_S)
        raise
    if code != 0:
        raise StudioError(f"The work ended at the stage “{name}”. Start it again to go on there.")
