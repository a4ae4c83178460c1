"""Station, renderer and writer together, as in the application: are they in time?

    python -m tests.benchmarks.live [--station NAME] [--seconds N] [--window] [--json FILE]

The scripted demonstrator acts, every episode is recorded; then the same again beside a process that
computes without a pause, as a trainer or a busy window would. With ``--window``, it is the
application itself that runs, its window on a virtual screen showing six live views.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from typing import TypeVar

import numpy as np
import psutil

from lbm_studio.core.clock import MonotonicClock, seconds_between
from lbm_studio.core.errors import StationError
from lbm_studio.link.bus import FRAMES_TOPIC, TICK_TOPIC, Requester, Subscriber, wait_for_any
from lbm_studio.link.messages import (
    Accepted,
    BeginEpisode,
    Describe,
    Description,
    DiscardEpisode,
    EpisodeKept,
    FramesReady,
    Heartbeat,
    KeepEpisode,
    LoadScene,
    Message,
    StartDemonstration,
    Tick,
)
from lbm_studio.link.session import Session
from tests.workers.processes import WorkerProcess

WORKERS = ("station", "renderer", "writer")
START_S = 60.0
ANSWER_S = 20.0
BUSY = "while True: sum(range(10000))"
SCREEN = "1920x1080x24"

M = TypeVar("M", bound=Message)


@dataclass
class Samples:
    """What was seen.

    Attributes:
        late_ms: how late each tick was [ms].
        age_ms: how old the pictures of a tick were when they were there [ms].
        drawing_ms: time it took to draw them [ms].
        ticks: how many ticks were published.
        pictures: of how many ticks there were pictures.
        episodes: kept.
        rows: recorded ticks.
        dropped: ticks that were left out for want of pictures.
        seconds: that it lasted [s].
    """

    late_ms: list[float] = field(default_factory=list[float])
    age_ms: list[float] = field(default_factory=list[float])
    drawing_ms: list[float] = field(default_factory=list[float])
    ticks: int = 0
    pictures: int = 0
    episodes: int = 0
    rows: int = 0
    dropped: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Figures:
    """What is reported of a run; times in [ms], rates in [Hz]."""

    seconds: float
    tick_rate_hz: float
    late_p50_ms: float
    late_p99_ms: float
    late_max_ms: float
    frame_rate_hz: float
    frame_age_p50_ms: float
    frame_age_p99_ms: float
    drawing_p50_ms: float
    episodes: int
    rows: int
    dropped: int
    cpu: dict[str, float]
    """Processor seconds each process used a second."""


class Bench:
    """Drives one session and watches it."""

    def __init__(self, session: Session, stack: ExitStack) -> None:
        self._clock = MonotonicClock()
        self._station = stack.enter_context(Requester(session.station_commands))
        self._writer = stack.enter_context(Requester(session.writer_commands, "writer"))
        self._ticks = stack.enter_context(Subscriber(session.station_events, TICK_TOPIC))
        self._frames = stack.enter_context(Subscriber(session.frame_events, FRAMES_TOPIC))
        self.samples = Samples()

    def wait_until_all_answer(self) -> str:
        """Return the first skill, once the station, the renderer and the writer work."""
        answer = _demand(self._station, Describe(), Description, START_S)
        while self._frames.receive(0.1) is None:
            self._beat()
        try:
            self._writer.ask(DiscardEpisode(), START_S)
        except StationError as error:
            raise SystemExit(str(error)) from error
        return answer.skills[0]

    def measure(self, seconds: float, skill: str, dataset: Path) -> Samples:
        """Record episodes of ``skill`` for so long [s]."""
        begun_ns = self._clock.now_ns()
        self._watch(begun_ns)
        self.samples = Samples()
        ended = threading.Event()
        watcher = threading.Thread(target=self._watch_frames, args=(ended,))
        watcher.start()
        try:
            seeds = count()
            while self.samples.seconds < seconds:
                self._record(skill, next(seeds), dataset)
                self.samples.seconds = seconds_between(begun_ns, self._clock.now_ns())
        finally:
            ended.set()
            watcher.join()
        return self.samples

    def _record(self, skill: str, seed: int, dataset: Path) -> None:
        _demand(self._station, LoadScene(skill=skill, seed=seed), Accepted)
        begin = BeginEpisode(dataset=str(dataset), goal=skill, source="scripted")
        _demand(self._writer, begin, Accepted)
        self._beat()
        _demand(self._station, StartDemonstration(), Accepted)
        started_ns = self._clock.now_ns()
        while not self._watch(started_ns):
            wait_for_any([self._ticks], 0.05)
        kept = _demand(self._writer, KeepEpisode(success=True), EpisodeKept)
        self.samples.episodes += 1
        self.samples.rows += kept.frames
        self.samples.dropped += kept.dropped_ticks

    def _watch(self, started_ns: int) -> bool:
        """Take in what was published; return whether what was started then has finished."""
        finished = False
        while isinstance(tick := self._ticks.receive(), Tick):
            self.samples.ticks += 1
            self.samples.late_ms.append(tick.late_ms)
            finished = finished or (tick.finished and tick.captured_ns > started_ns)
            if tick.stop_reason:
                raise SystemExit(f"The station stopped: {tick.stop_reason}")
        self._beat()
        return finished

    def _watch_frames(self, ended: threading.Event) -> None:
        """Note when pictures come, whatever the other thread waits for."""
        while not ended.is_set():
            ready = self._frames.receive(0.05)
            if isinstance(ready, FramesReady):
                age_s = seconds_between(ready.captured_ns, self._clock.now_ns())
                self.samples.pictures += 1
                self.samples.age_ms.append(1e3 * age_s)
                self.samples.drawing_ms.append(1e3 * ready.seconds)

    def _beat(self) -> None:
        self._station.ask(Heartbeat(sent_ns=self._clock.now_ns()), ANSWER_S)


def run(station: str, seconds: float) -> Figures:
    """Start everything, measure, end everything."""
    with tempfile.TemporaryDirectory(prefix="lbm-") as folder, ExitStack() as stack:
        session = Session(Path(folder) / "s")
        processes: dict[str, psutil.Process] = {}
        for name in WORKERS:
            arguments = ["--station", station] if name == "station" else []
            worker = stack.enter_context(WorkerProcess(name, session, arguments=arguments))
            processes[name] = psutil.Process(worker.process.pid)
        bench = Bench(session, stack)
        skill = bench.wait_until_all_answer()
        before = {name: _processor_s(process) for name, process in processes.items()}
        samples = bench.measure(seconds, skill, Path(folder) / "dataset")
        used = {name: _processor_s(p) - before[name] for name, p in processes.items()}
        return figures(samples, used)


def run_in_window(station: str, seconds: float) -> Figures:
    """Open the application on a virtual screen, measure beside it, close it."""
    with tempfile.TemporaryDirectory(prefix="lbm-") as folder, ExitStack() as stack:
        window = stack.enter_context(_window(station, Path(folder)))
        session = _session_of(window, Path(folder))
        bench = Bench(session, stack)
        skill = bench.wait_until_all_answer()
        processes = {" ".join(p.cmdline()[3:5]): p for p in window.children()}
        processes["window"] = window
        before = {name: _processor_s(process) for name, process in processes.items()}
        samples = bench.measure(seconds, skill, Path(folder) / "dataset")
        used = {name: _processor_s(p) - before[name] for name, p in processes.items()}
        return figures(samples, used)


@contextmanager
def _window(station: str, folder: Path) -> Iterator[psutil.Process]:
    server = shutil.which("Xvfb")
    if server is None:
        raise SystemExit("Xvfb is missing: packaging/test installs it.")
    read_end, write_end = os.pipe()
    command = [server, "-displayfd", str(write_end), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    screen = subprocess.Popen(command, pass_fds=[write_end], stderr=subprocess.DEVNULL)
    os.close(write_end)
    with os.fdopen(read_end) as numbers:
        display = f":{numbers.readline().strip()}"
    environment = os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    environment |= {"XDG_RUNTIME_DIR": str(folder), "LBM_STUDIO_HOME": str(folder / "home")}
    program = [sys.executable, "-m", "lbm_studio", "--station", station]
    window = subprocess.Popen(program, env=environment)
    try:
        yield psutil.Process(window.pid)
    finally:
        window.terminate()
        window.wait(ANSWER_S)
        screen.terminate()
        screen.wait(ANSWER_S)


def _session_of(window: psutil.Process, runtime: Path) -> Session:
    """Return the session of a window that is opening."""
    deadline_s = time.monotonic() + START_S
    while time.monotonic() < deadline_s and window.is_running():
        for file in runtime.glob("*/station.cmd"):
            return Session(file.parent)
        time.sleep(0.1)
    raise SystemExit("The window did not open.")


def _processor_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def figures(samples: Samples, processor_s: Mapping[str, float]) -> Figures:
    """Return what is reported."""
    return Figures(
        seconds=round(samples.seconds, 1),
        tick_rate_hz=round(samples.ticks / samples.seconds, 2),
        late_p50_ms=_percentile(samples.late_ms, 50),
        late_p99_ms=_percentile(samples.late_ms, 99),
        late_max_ms=_percentile(samples.late_ms, 100),
        frame_rate_hz=round(samples.pictures / samples.seconds, 2),
        frame_age_p50_ms=_percentile(samples.age_ms, 50),
        frame_age_p99_ms=_percentile(samples.age_ms, 99),
        drawing_p50_ms=_percentile(samples.drawing_ms, 50),
        episodes=samples.episodes,
        rows=samples.rows,
        dropped=samples.dropped,
        cpu={name: round(used / samples.seconds, 2) for name, used in processor_s.items()},
    )


def _percentile(values: Sequence[float], percent: float) -> float:
    return round(float(np.percentile(values, percent)), 2) if values else float("nan")


def _demand(
    requester: Requester, message: Message, kind: type[M], timeout_s: float = ANSWER_S
) -> M:
    try:
        return requester.ask_for(kind, message, timeout_s)
    except StationError as error:
        raise SystemExit(f"{type(message).__name__}: {error}") from error


def _without_and_with_company(station: str, seconds: float) -> dict[str, object]:
    alone = run(station, seconds)
    busy = subprocess.Popen([sys.executable, "-c", BUSY])
    try:
        beside = run(station, seconds)
    finally:
        busy.kill()
        busy.wait()
    return {"alone": asdict(alone), "beside_a_busy_process": asdict(beside)}


def main(arguments: Sequence[str]) -> int:
    """Measure alone and beside a busy process, and tell both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--station", default="simulated", help="default: %(default)s")
    parser.add_argument("--seconds", type=float, default=20.0, help="default: %(default)s")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    parser.add_argument("--window", action="store_true", help="measure the application instead")
    options = parser.parse_args(arguments)
    if options.window:
        result = {"window": asdict(run_in_window(options.station, options.seconds))}
    else:
        result = _without_and_with_company(options.station, options.seconds)
    text = json.dumps(result, indent=2) + "\n"
    sys.stdout.write(text)
    if options.json:
        options.json.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
