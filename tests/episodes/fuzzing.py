"""Doing everything one does with a dataset to damaged ones, each in a process that may be killed.

Every action either works or ends in a StudioError with a sentence. Anything else is a hole: another
exception, a process that dies or hangs or wants too much memory, a file written outside.
"""

import resource
import shutil
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from lbm_studio.core.embodiment import ChunkSpec
from lbm_studio.core.errors import StudioError
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.edits.projection import project_dataset
from lbm_studio.episodes.interchange.exporter import export_episodes
from lbm_studio.episodes.merge import merge_datasets
from lbm_studio.episodes.quality.report import check_before_training, check_datasets
from lbm_studio.episodes.repair import repair_dataset
from lbm_studio.episodes.verify import verify_dataset
from lbm_studio.episodes.windows import chunk_windows
from lbm_studio.episodes.writer import DatasetWriter
from tests.core.stations import make_station
from tests.episodes.damage import damage
from tests.episodes.recordings import record_dataset, record_episode

STATION = make_station("right")
SPEC = ChunkSpec(length=4, past=1, execute=2, rate_hz=5.0)
MEMORY_BYTES = 1_500_000_000
"""What a process may take beside what it has taken by the time it begins."""

CPU_S = 40.0
WALL_S = 150.0


@dataclass(frozen=True)
class Outcome:
    """What came of one damaged dataset.

    Attributes:
        seed: of the damage.
        done: what the damage was.
        refused: actions that ended in a sentence.
        holes: what must never happen.
    """

    seed: int
    done: str
    refused: int
    holes: tuple[str, ...]


def make_good(folder: Path) -> Path:
    """Record the dataset that is damaged; two episodes, one of them edited."""
    return record_dataset(folder / "good", STATION, episodes=2, ticks=8)


def fuzz(folder: Path, seeds: Iterable[int], *, workers: int = 1) -> Iterator[Outcome]:
    """Damage copies of a good dataset and use them; yield what came of each, as they end."""
    good = make_good(folder)
    waiting = list(seeds)[::-1]
    pool = [_Worker(folder, good) for _ in range(min(workers, len(waiting)))]
    try:
        while waiting or any(worker.is_busy for worker in pool):
            for worker in pool:
                if not worker.is_busy and waiting:
                    worker.begin(waiting.pop())
                if (outcome := worker.poll(0.05)) is not None:
                    yield outcome
    finally:
        for worker in pool:
            worker.close()


def use(path: Path, target: Path) -> Sequence[tuple[str, Callable[[], object]]]:
    """Return all that is done with a dataset; what changes it comes last."""
    return (
        ("open", lambda: Dataset.open(path)),
        ("project", lambda: project_dataset(Dataset.open(path))),
        ("verify", lambda: verify_dataset(path, decode=True)),
        ("windows", lambda: _cut_windows(Dataset.open(path))),
        ("quality", lambda: check_datasets([path])),
        ("training", lambda: check_before_training([Dataset.open(path)])),
        ("merge", lambda: merge_datasets([path], target / "merged")),
        ("export", lambda: export_episodes(path, target / "exported")),
        ("repair", lambda: repair_dataset(path)),
        ("append", lambda: _append(path)),
    )


def _cut_windows(dataset: Dataset) -> None:
    for summary in dataset.episodes:
        observed = dataset.observations(summary.index)
        chunk_windows(observed.actions, SPEC)
        for camera in dataset.cameras:
            frames = observed.pictures[camera]
            for _ in dataset.iter_images(summary.index, camera, first=int(frames.min())):
                pass
            dataset.pictures(summary.index, camera, [0, len(frames) - 1], size_px=(16, 12))


def _append(path: Path) -> None:
    with DatasetWriter.open(path, STATION) as writer:
        record_episode(writer, STATION, ticks=3, seed=5)


def run_case(folder: Path, good: Path, seed: int) -> Outcome:
    """Damage a copy with a seed, use it, and look for holes."""
    case = folder / f"case-{seed}"
    dataset, target, outside = case / "dataset", case / "target", case / "outside"
    shutil.copytree(good, dataset)
    outside.mkdir()
    shutil.copyfile(next(good.rglob("*.mp4")), outside / "file-000.mp4")
    target.mkdir()
    try:
        done = damage(dataset, np.random.default_rng(seed))
        before = _listing(case, but=(dataset, target))
        refused, holes = 0, list[str]()
        for name, action in use(dataset, target):
            hole = _hole(action)
            refused += hole == ""
            holes += [f"{name}: {hole}"] if hole else []
        if _listing(case, but=(dataset, target)) != before:
            holes.append("something was written outside the dataset")
        return Outcome(seed, done, refused, tuple(holes))
    finally:
        shutil.rmtree(case, ignore_errors=True)


def _hole(action: Callable[[], object]) -> str | None:
    """Return what went wrong; nothing where a sentence says it, None where nothing did."""
    try:
        action()
    except StudioError as error:
        return "" if len(str(error).split()) > 2 else f"no sentence: {error!r}"
    except Exception:  # noqa: BLE001 - any other exception is what is looked for
        return traceback.format_exc(limit=-4)
    return None


def _listing(folder: Path, but: Sequence[Path]) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.lstat().st_size, path.lstat().st_mtime_ns)
        for path in folder.rglob("*")
        if path != folder and not any(path == one or one in path.parents for one in but)
    }


class _Worker:
    """A process that works on one case after the other, and is replaced when it must be killed."""

    def __init__(self, folder: Path, good: Path) -> None:
        self._arguments = (folder, good)
        self._seed: int | None = None
        self._start()

    @property
    def is_busy(self) -> bool:
        return self._seed is not None

    def begin(self, seed: int) -> None:
        self._seed = seed
        self._begun_s, self._begun_cpu_s = time.monotonic(), self._cpu_s()
        self._line.send(seed)

    def poll(self, timeout_s: float) -> Outcome | None:
        """Return the outcome of the case, also when the process had to be killed or died."""
        if self._seed is None:
            return None
        if self._line.poll(timeout_s):
            try:
                outcome: Outcome = self._line.recv()
            except EOFError:
                return self._lost("the process died")
            self._seed = None
            return outcome
        if not self._process.is_alive():
            return self._lost("the process died")
        taken_s = time.monotonic() - self._begun_s
        if taken_s > WALL_S or self._cpu_s() - self._begun_cpu_s > CPU_S:
            return self._lost("it hung")
        return None

    def close(self) -> None:
        self._process.kill()
        self._process.join()
        self._line.close()

    def _start(self) -> None:
        context = get_context("spawn")
        self._line, other = context.Pipe()
        self._process = context.Process(target=_work, args=(other, *self._arguments), daemon=True)
        self._process.start()
        other.close()
        self._line.recv()  # it is ready: importing does not count

    def _lost(self, how: str) -> Outcome:
        seed = -1 if self._seed is None else self._seed
        self.close()
        code = self._process.exitcode
        shutil.rmtree(self._arguments[0] / f"case-{seed}", ignore_errors=True)
        self._seed = None
        self._start()
        return Outcome(seed, "", 0, (f"{how} ({code})",))

    def _cpu_s(self) -> float:
        times = psutil.Process(self._process.pid).cpu_times()
        return times.user + times.system


def _work(line: "Connection[Any, Any]", folder: Path, good: Path) -> None:
    taken = psutil.Process().memory_info().vms
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY_BYTES, resource.RLIM_INFINITY))
    line.send("ready")
    while True:
        line.send(run_case(folder, good, line.recv()))
