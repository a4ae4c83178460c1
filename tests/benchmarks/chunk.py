"""How long a policy takes for one chunk, and how much memory its process holds.

    python -m tests.benchmarks.chunk [CHECKPOINT] [--calls N] [--json FILE]

Requests go through the inference server as it is: pictures from shared memory at the size of the
cameras, made smaller, with the prompt to a chunk of actions. The simulator has drawn them before
and is idle. The process itself is asked, too, through its socket, and what it holds is read.
Without a checkpoint, it is the policy that ships, or a network like it that was never trained.
"""

# ruff: noqa: T201  (it is started by hand, to be read)

import argparse
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil
from msgspec.structs import replace

from lbm_studio.core.clock import MonotonicClock
from lbm_studio.core.codec import to_json
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.runs import write_json
from lbm_studio.link.bus import Requester
from lbm_studio.link.frames import FrameReader, FrameRing
from lbm_studio.link.messages import Accepted, Chunk, LoadPolicy, Message, Predict
from lbm_studio.link.session import Session
from lbm_studio.policy.client import LOAD_TIMEOUT_S, PREDICT_TIMEOUT_S
from lbm_studio.policy.manifest import resolve_checkpoint
from lbm_studio.policy.shipped import SHIPPED_TITLE, shipped_policy
from lbm_studio.station.simulation.catalogue import SKILLS
from lbm_studio.station.simulation.embodiments import find_station
from lbm_studio.station.simulation.station import SimulatedStation
from lbm_studio.workers.inference import InferenceServer, load_checkpoint
from tests.workers.processes import StandInStation, WorkerProcess

STATION = "simulated"
PRESET = "pretrained"
SKILL = SKILLS[0]
LAYOUTS = len(SKILL.unheard)
WARM_UP = 20
MEGABYTE = 1e6


@dataclass(frozen=True)
class Durations:
    """How long some calls took; times in [ms]."""

    what: str
    calls: int
    median_ms: float
    p95_ms: float
    p99_ms: float

    @classmethod
    def of(cls, what: str, seconds: Sequence[float]) -> "Durations":
        median, p95, p99 = 1000.0 * np.percentile(seconds, (50, 95, 99))
        return cls(what, len(seconds), float(median), float(p95), float(p99))

    def in_words(self) -> str:
        times = "".join(f"{ms:9.1f} ms" for ms in (self.median_ms, self.p95_ms, self.p99_ms))
        return f"{self.what:<44}{self.calls:>6}{times}"


@dataclass(frozen=True)
class Memory:
    """What a process holds [MB]: all its pages, and its share of those it has with others."""

    resident_mb: float
    proportional_mb: float

    @classmethod
    def of(cls, process: int) -> "Memory":
        held = psutil.Process(process).memory_full_info()
        return cls(held.rss / MEGABYTE, held.pss / MEGABYTE)


def main(options: argparse.Namespace) -> None:
    """Print the tables; the process comes first, while nobody else shares its libraries."""
    load = os.getloadavg()[0]
    station = find_station(STATION)
    print(f"{os.cpu_count()} cores, load {load:.1f} before it begins; {_describe(station)}")
    with TemporaryDirectory(prefix="lbm-") as folder:
        checkpoint = _chosen(options.checkpoint, Path(folder) / "run")
        session = Session(Path(folder) / "s")
        with _pictured(session, station) as questions, FrameReader(session.ring_name) as frames:
            warm = list(islice(cycle(questions.taught), WARM_UP + options.calls))
            asked, memory = _ask_the_process(session, station, checkpoint, warm)
            server = _server(frames, station, checkpoint)
            rows = [_on_threads(server, warm, threads) for threads in options.threads]
            rows += [_in_new_words(server, questions.unheard), asked]
    print(f"{'one chunk':<44}{'calls':>6}{'median':>12}{'p95':>12}{'p99':>12}")
    for row in rows:
        print(row.in_words())
    print(
        f"inference process after {options.calls + WARM_UP} chunks: "
        f"RSS {memory.resident_mb:.0f} MB, PSS {memory.proportional_mb:.0f} MB"
    )
    if options.json is not None:
        write_json(options.json, to_json({"load": load, "chunk": rows, "process": memory}))


def _describe(station: StationDescription) -> str:
    cameras = {f"{camera.width_px} x {camera.height_px}" for camera in station.embodiment.cameras}
    return f"{len(station.embodiment.cameras)} cameras of {', '.join(sorted(cameras))} pixels"


def _chosen(asked: Path | None, run: Path) -> Path:
    """Return the checkpoint to measure, and say which it is."""
    shipped = shipped_policy()
    if asked is not None:
        print(f"checkpoint: {asked}")
        return resolve_checkpoint(asked)
    if shipped is not None:
        print(f"checkpoint: {SHIPPED_TITLE}")
        return shipped
    print(f"checkpoint: none ships; a network of the preset {PRESET} that was never trained")
    maker = multiprocessing.get_context("spawn").Process(target=_make_untrained, args=(run,))
    maker.start()
    maker.join()
    return run


def _make_untrained(run: Path) -> None:
    """Make a checkpoint; in a process of its own, since it loads the learning library."""
    from lbm_studio.learning.training.presets import find_preset
    from tests.workers.checkpoints import save_untrained

    goal = "put the red cube in the blue tray"
    run.mkdir()
    save_untrained(run, find_station(STATION).embodiment, goal, find_preset(PRESET).model)


@dataclass(frozen=True)
class Questions:
    """What is asked of each layout, in its plainest words and in words that are new."""

    taught: list[Predict]
    unheard: list[Predict]


@contextmanager
def _pictured(session: Session, station: StationDescription) -> Iterator[Questions]:
    """Draw layouts into shared memory and yield what to ask; the simulator has ended by then."""
    body, questions = station.embodiment, Questions([], [])
    with FrameRing.create(session.ring_name, body.cameras) as ring:
        with SimulatedStation(station) as simulated:
            for seed in range(LAYOUTS):
                task, state = simulated.load(SKILL, seed), simulated.read()
                frames = simulated.capture(body.camera_names)
                images = {name: frame.image for name, frame in frames.items()}
                ring.write(seed, state.captured_ns, images)
                question = Predict(
                    number=seed,
                    session=1,
                    captured_ns=state.captured_ns,
                    state=tuple(state.as_vector(body.arm_names).tolist()),
                    goal=task.goal,
                )
                questions.taught.append(question)
                questions.unheard.append(replace(question, goal=task.unheard_goal))
        yield questions
        ring.unlink()


def _ask_the_process(
    session: Session,
    station: StationDescription,
    checkpoint: Path,
    warm: Sequence[Predict],
) -> tuple[Durations, Memory]:
    with (
        StandInStation(session, station),
        WorkerProcess("inference", session) as worker,
        Requester(session.inference_commands, "inference process") as line,
    ):
        line.ask_for(Accepted, LoadPolicy(checkpoint=str(checkpoint.absolute())), LOAD_TIMEOUT_S)
        seconds = _time(lambda question: line.ask(question, PREDICT_TIMEOUT_S), warm)[WARM_UP:]
        title = "threads: 1, asked through the socket"
        return Durations.of(title, seconds), Memory.of(worker.process.pid)


def _server(frames: FrameReader, station: StationDescription, checkpoint: Path) -> InferenceServer:
    """Return the server of the process, in this one."""
    server = InferenceServer(load_checkpoint, lambda: station, frames, MonotonicClock())
    server.handle(LoadPolicy(checkpoint=str(checkpoint)))
    return server


def _on_threads(server: InferenceServer, warm: Sequence[Predict], threads: int) -> Durations:
    import torch

    torch.set_num_threads(threads)
    return Durations.of(f"threads: {threads}", _time(server.handle, warm)[WARM_UP:])


def _in_new_words(server: InferenceServer, questions: Sequence[Predict]) -> Durations:
    import torch

    title = f"threads: {torch.get_num_threads()}, new words each time"
    return Durations.of(title, _time(server.handle, questions))


def _time(answer: Callable[[Predict], Message], questions: Sequence[Predict]) -> list[float]:
    """Return how long each answer took [s]."""
    seconds: list[float] = []
    for question in questions:
        began_s = time.perf_counter()
        answered = answer(question)
        seconds.append(time.perf_counter() - began_s)
        if not isinstance(answered, Chunk):
            raise SystemExit(f"There is no chunk: {answered}")
    return seconds


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", nargs="?", type=Path, metavar="CHECKPOINT")
    parser.add_argument("--calls", type=int, default=300, metavar="N", help="default: 300")
    parser.add_argument(
        "--threads", type=int, nargs="+", default=[2, 1], metavar="N", help="default: 2 and 1"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    main(parser.parse_args())
