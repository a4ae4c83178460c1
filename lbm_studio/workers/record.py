"""Recording successful demonstrations in simulation, without a window and as fast as possible."""

import argparse
import json
import logging
import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.episode import FIRST_UNSEEN_SEED, EpisodeMetadata, EpisodeSource
from lbm_studio.core.errors import DatasetError, StudioError, UnknownNameError
from lbm_studio.core.runs import (
    SPEC_FILE,
    EventKind,
    EventLog,
    JobStatus,
    claim,
    release,
    stop_requested,
    write_json,
)
from lbm_studio.core.station_file import Driver
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.writer import DatasetWriter
from lbm_studio.station.choice import find_simulated_station
from lbm_studio.station.simulation.catalogue import find_skill
from lbm_studio.workers.demonstrations import (
    Attempt,
    Demonstrations,
    attempt_in_process,
    start_process,
)

DEMONSTRATORS = ("scripted",)
OPERATOR = "scripted demonstrator"
POLL_S = 0.2

log = logging.getLogger(__name__)

OnProgress = Callable[[int, int], object]
ShouldStop = Callable[[], bool]


@dataclass(frozen=True)
class RecordSpec:
    """What to record.

    Attributes:
        dataset: folder; made or added to.
        skill: simulated skill.
        episodes: how many successful demonstrations to add.
        seed: of the first layout; the following ones count up, without those the dataset holds.
        station: simulated station by name.
        demonstrator: who demonstrates.
        disturbance: whether what is executed is displaced, so that recordings show recoveries.
        processes: layouts worked on at a time.
        driver: what moves the arms; real ones are not displaced.
    """

    dataset: str
    skill: str
    episodes: int
    seed: int = 0
    station: str = "simulated"
    demonstrator: str = "scripted"
    disturbance: bool = True
    processes: int = 1
    driver: Driver = Driver.SIMULATED

    def __post_init__(self) -> None:
        if self.episodes < 1:
            raise StudioError("At least one episode is needed.")
        if self.demonstrator not in DEMONSTRATORS:
            raise UnknownNameError("demonstrator", self.demonstrator, DEMONSTRATORS)
        if not 0 <= self.seed < FIRST_UNSEEN_SEED - self.attempts_allowed:
            raise StudioError(
                f"Layouts from {FIRST_UNSEEN_SEED} on are kept for trials, and seeds begin at 0:"
                " choose another first seed."
            )

    @property
    def attempts_allowed(self) -> int:
        """After how many attempts the recording is given up."""
        return 3 * self.episodes + 10


@dataclass(frozen=True)
class RecordReport:
    """What came of a recording.

    Attributes:
        dataset: its folder.
        episodes: successful demonstrations that were added.
        frames: their frames.
        attempts: layouts that were tried.
        discarded: attempts that did not succeed.
        stopped: whether it was asked to stop before all were recorded.
        seconds: wall-clock time of the whole [s], loading included.
    """

    dataset: str
    episodes: int
    frames: int
    attempts: int
    discarded: int
    stopped: bool
    seconds: float


def record(
    spec: RecordSpec,
    on_progress: OnProgress = lambda done, total: None,
    should_stop: ShouldStop = lambda: False,
) -> RecordReport:
    """Record until all are there; the same layouts in the same order for any number of processes.

    Args:
        spec: what to record.
        on_progress: is told (episodes, total) after each attempt.
        should_stop: polled; what is kept by then stays.

    Raises:
        StudioError: nothing can be recorded, or too many attempts fail; the sentence says why.
    """
    begin = time.monotonic()
    find_skill(spec.skill)
    episodes = frames = attempts = 0
    with DatasetWriter.open(Path(spec.dataset), find_simulated_station(spec.station)) as writer:
        on_progress(0, spec.episodes)
        for attempt in _attempts(spec, writer, should_stop):
            attempts += 1
            if attempt.take is not None:
                frames += writer.enter(attempt.take, _metadata(spec, attempt)).length
                episodes += 1
            on_progress(episodes, spec.episodes)
            if episodes == spec.episodes or should_stop():
                break
            if attempts == spec.attempts_allowed:
                raise StudioError(
                    f"Only {episodes} of {attempts} demonstrations of “{spec.skill}” succeeded:"
                    " recording was given up. Those that did are kept."
                )
    return RecordReport(
        dataset=str(spec.dataset),
        episodes=episodes,
        frames=frames,
        attempts=attempts,
        discarded=attempts - episodes,
        stopped=episodes < spec.episodes,
        seconds=time.monotonic() - begin,
    )


def _metadata(spec: RecordSpec, attempt: Attempt) -> EpisodeMetadata:
    return EpisodeMetadata(
        goal=attempt.goal,
        source=EpisodeSource.SCRIPTED,
        success=True,
        skill=spec.skill,
        seed=attempt.seed,
        operator=OPERATOR,
        paraphrases=attempt.paraphrases,
        safety=attempt.safety,
        limited=dict(attempt.limited),
    )


def held_episodes(dataset: Path) -> int:
    """Return how many episodes a dataset folder holds: none where recording has not begun."""
    try:
        return len(Dataset.open(dataset).episodes)
    except DatasetError:  # not begun, or ended before the first episode
        return 0


def _seeds(spec: RecordSpec) -> Iterator[int]:
    """Yield the seeds from the first on that the dataset does not hold already."""
    episodes = [summary.metadata for summary in Dataset.open(Path(spec.dataset)).episodes]
    known = {episode.seed for episode in episodes if episode.skill == spec.skill}
    return (seed for seed in count(spec.seed) if seed not in known)


def _attempts(
    spec: RecordSpec, writer: DatasetWriter, should_stop: ShouldStop
) -> Iterator[Attempt]:
    """Yield attempts in order of their seed; an attempt that was stopped is not yielded."""
    is_simulated = spec.driver is Driver.SIMULATED
    if spec.processes > 1 and spec.episodes > 1 and is_simulated:
        yield from _attempts_of_pool(spec, writer, should_stop)
        return
    with Demonstrations(
        spec.station,
        spec.skill,
        disturbance=spec.disturbance and is_simulated,
        driver=spec.driver,
    ) as demonstrations:
        for seed in _seeds(spec):
            attempt = demonstrations.attempt(seed, writer.take_folder(), should_stop)
            if should_stop() and attempt.take is None:
                return
            yield attempt


def _attempts_of_pool(
    spec: RecordSpec, writer: DatasetWriter, should_stop: ShouldStop
) -> Iterator[Attempt]:
    context = multiprocessing.get_context("spawn")
    arguments = (spec.station, spec.skill, spec.disturbance)
    with ProcessPoolExecutor(
        spec.processes, context, initializer=start_process, initargs=arguments
    ) as pool:
        running: deque[Future[Attempt]] = deque()
        try:
            for seed in _seeds(spec):
                running.append(pool.submit(attempt_in_process, seed, writer.take_folder()))
                if len(running) <= spec.processes:
                    continue
                if not _wait(running[0], should_stop):
                    return
                yield running.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _wait(future: Future[Attempt], should_stop: ShouldStop) -> bool:
    """Wait for an attempt; return whether it came to its end before it was asked to stop."""
    while not future.done():
        if should_stop():
            return False
        wait([future], POLL_S)
    return True


def run_job(run: Path) -> RecordReport | None:
    """Record what ``spec.json`` of a run folder asks for, telling its progress there.

    Returns:
        The report, also written to ``report.json``; None when it failed.
    """
    claim(run)
    try:
        return _run_job(run, EventLog(run))
    finally:
        release(run)


def _run_job(run: Path, events: EventLog) -> RecordReport | None:
    events.status(JobStatus.RUNNING)
    begin = time.monotonic()

    def tell(done: int, total: int) -> None:
        left_s = (time.monotonic() - begin) / done * (total - done) if done else None
        progress = {"stage": "recording", "done": done, "total": total, "remaining_s": left_s}
        events.emit(EventKind.PROGRESS, **progress)

    try:
        raw = json.loads((run / SPEC_FILE).read_text(encoding="utf-8"))
        report = record(
            from_json(RecordSpec, raw, where=SPEC_FILE), tell, lambda: stop_requested(run)
        )
    except (StudioError, OSError, ValueError) as error:
        events.status(JobStatus.FAILED, str(error))
        return None
    except BaseException:  # whatever broke, the run folder must say that it ended
        log.exception("Recording in %s broke off", run)
        events.status(JobStatus.FAILED, "Recording broke off; the log has the details.")
        raise
    write_json(run / "report.json", to_json(report))
    told = f"{report.episodes} demonstrations recorded, {report.discarded} attempts discarded."
    events.status(JobStatus.STOPPED if report.stopped else JobStatus.DONE, told)
    return report


def main(arguments: list[str]) -> int:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(prog="lbm-studio worker record", description=__doc__)
    parser.add_argument("run", type=Path, help="run folder with spec.json")
    return 0 if run_job(parser.parse_args(arguments).run) else 1
