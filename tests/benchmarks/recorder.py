"""Six cameras at 640x480 and 30 Hz, recorded while somebody watches: is every tick kept?

    python -m tests.benchmarks.recorder [--seconds N] [--noise LEVELS] [--json FILE]

Textured pictures with noise, no two alike, go through the real frame ring to the real writer
process, while another process reads the ring as the window does for its live views. The cameras and
the station are stood in for: their pictures are made beforehand, so that what is measured is the
recording. Prints what was offered, kept and left out, what it took, and how long keeping took.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import TypeVar

import numpy as np
import psutil
from msgspec import structs

from lbm_studio.core.clock import MonotonicClock, seconds_between
from lbm_studio.core.embodiment import CameraDescription, StationDescription
from lbm_studio.core.observation import WRENCH_SIZE
from lbm_studio.episodes.verify import verify_dataset
from lbm_studio.link.bus import FRAMES_TOPIC, TICK_TOPIC, Publisher
from lbm_studio.link.frames import FrameReader, FrameRing, Image
from lbm_studio.link.messages import Accepted, BeginEpisode, EpisodeKept, FramesReady, KeepEpisode
from lbm_studio.link.session import Session
from lbm_studio.station.simulation.embodiments import dual_fr3
from tests.workers.processes import StandInStation, WorkerProcess, ask, make_tick

WIDTH_PX, HEIGHT_PX = 640, 480
RATE_HZ = 30.0
PREVIEW_HZ = 30.0
PREVIEW_STRIDE = 2
MOMENTS = 24
NANOSECONDS = 1e9

K = TypeVar("K")


@dataclass(frozen=True)
class Figures:
    """What is reported; times in [s], lateness in [ms], processor time in cores."""

    seconds: float
    offered: int
    kept: int
    dropped: int
    writer_cores: float
    preview_cores: float
    previews: int
    cameras_cores: float
    late_p99_ms: float
    keeping_s: float
    megabytes: float
    sound: bool


def bench_station() -> StationDescription:
    """Return the two-armed station with cameras as large and fast as those of a real one."""
    station = dual_fr3()
    body = station.embodiment
    size = {"width_px": WIDTH_PX, "height_px": HEIGHT_PX}
    cameras = tuple(replace(camera, **size) for camera in body.cameras)
    body = replace(body, cameras=cameras, chunk=replace(body.chunk, rate_hz=RATE_HZ))
    return replace(station, name="benchmark", embodiment=body)


def textured(cameras: Sequence[CameraDescription], noise: float) -> list[dict[str, Image]]:
    """Return moments of all cameras: a pattern that moves, under noise of so many levels."""
    random = np.random.default_rng(0)
    moments: list[dict[str, Image]] = []
    for moment in range(MOMENTS):
        pictures: dict[str, Image] = {}
        for number, camera in enumerate(cameras):
            y, x = np.mgrid[: camera.height_px, : camera.width_px]
            y, x = y + 3 * moment + 40 * number, x + 2 * moment
            waves = (x / 17 + y / 23, x / 9 - y / 31, (x + y) / 13)
            pattern = np.stack([127 + 80 * np.sin(wave) for wave in waves], axis=-1)
            grain = random.normal(0.0, noise, pattern.shape)
            pictures[camera.name] = (pattern + grain).clip(0, 255).astype(np.uint8)
        moments.append(pictures)
    return moments


def watch(ring_name: str, previews: "Synchronized[int]") -> None:
    """Read the newest pictures as often as the window shows them, at a size for its views."""
    clock, due_ns = MonotonicClock(), MonotonicClock().now_ns()
    with FrameReader(ring_name) as reader:
        while True:
            frames = reader.read()
            if frames is not None:
                for image in frames.images.values():
                    np.ascontiguousarray(image[::PREVIEW_STRIDE, ::PREVIEW_STRIDE])
                with previews.get_lock():
                    previews.value += 1
            due_ns += round(NANOSECONDS / PREVIEW_HZ)
            clock.sleep_until_ns(due_ns)


class Cameras:
    """Stands in for station and cameras: publishes a tick and its pictures at the rate."""

    def __init__(self, station: StationDescription, stack: ExitStack, session: Session) -> None:
        body = station.embodiment
        self._ring = stack.enter_context(FrameRing.create(session.ring_name, body.cameras))
        stack.callback(self._ring.unlink)
        self._ticks = stack.enter_context(StandInStation(session, station)).events
        self._frames = stack.enter_context(Publisher(session.frame_events))
        self._joints = sum(len(arm.home_joints_rad) for arm in body.arms)
        self._size, self._arms = body.action_size, len(body.arms)
        self._clock = MonotonicClock()
        self.late_ms: list[float] = []

    def play(self, moments: list[dict[str, Image]], count: int) -> None:
        """Offer so many ticks, in time."""
        due_ns = self._clock.now_ns()
        for number, pictures in zip(range(count), cycle(moments), strict=False):
            due_ns += round(NANOSECONDS / RATE_HZ)
            self._clock.sleep_until_ns(due_ns)
            begun_ns = self._clock.now_ns()
            self.late_ms.append(1e3 * seconds_between(due_ns, begun_ns))
            vector = np.sin(number / 40 + np.arange(self._size)).tolist()
            joints = (0.1,) * self._joints
            tick = structs.replace(
                make_tick(number, captured_ns=begun_ns, vector=vector, joints=joints),
                joint_velocities=joints,
                joint_torques=joints,
                wrenches=(0.0,) * (WRENCH_SIZE * self._arms),
            )
            self._ticks.publish(TICK_TOPIC, tick)
            self._ring.write(number, begun_ns, pictures, stored_ns=self._clock.now_ns())
            seconds = seconds_between(begun_ns, self._clock.now_ns())
            ready = FramesReady(number=number, captured_ns=begun_ns, slot=0, seconds=seconds)
            self._frames.publish(FRAMES_TOPIC, ready)


def measure(seconds: float, noise: float) -> Figures:
    """Record one episode of so long and return what it took."""
    station = bench_station()
    count = round(seconds * RATE_HZ)
    moments = textured(station.embodiment.cameras, noise)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        session = Session(folder / "s")
        dataset = folder / "dataset"
        cameras = Cameras(station, stack, session)
        writer = psutil.Process(stack.enter_context(WorkerProcess("writer", session)).process.pid)
        preview, previews = stack.enter_context(_watching(session.ring_name))
        begin = BeginEpisode(dataset=str(dataset), goal="Stir it.", source="scripted")
        _demand(ask(session.writer_commands, begin), Accepted)
        processes = (writer, psutil.Process(preview.pid), psutil.Process())
        before = [_cpu_s(process) for process in processes]
        cameras.play(moments, count)
        used = [(_cpu_s(p) - b) / seconds for p, b in zip(processes, before, strict=True)]
        asked_s = time.monotonic()
        kept = _demand(ask(session.writer_commands, KeepEpisode(success=True)), EpisodeKept)
        keeping_s = time.monotonic() - asked_s
        size = sum(path.stat().st_size for path in dataset.rglob("*.mp4"))
        return Figures(
            seconds=seconds,
            offered=count,
            kept=kept.frames,
            dropped=kept.dropped_ticks,
            writer_cores=used[0],
            preview_cores=used[1],
            previews=previews.value,
            cameras_cores=used[2],
            late_p99_ms=float(np.percentile(cameras.late_ms, 99)),
            keeping_s=keeping_s,
            megabytes=size / 1e6,
            sound=verify_dataset(dataset).is_sound,
        )


@contextmanager
def _watching(ring_name: str) -> Iterator[tuple[BaseProcess, "Synchronized[int]"]]:
    context = get_context("spawn")
    previews: Synchronized[int] = context.Value("q", 0)
    process = context.Process(target=watch, args=(ring_name, previews), daemon=True)
    process.start()
    try:
        yield process, previews
    finally:
        process.kill()
        process.join()


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _demand(answer: object, kind: type[K]) -> K:
    if not isinstance(answer, kind):
        raise SystemExit(f"The writer answered: {answer}")
    return answer


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--noise", type=float, default=4.0, help="deviation [levels of 255]")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = measure(options.seconds, options.noise)
    sys.stdout.write(
        f"ticks: {figures.offered} offered, {figures.kept} kept, {figures.dropped} left out\n"
        f"writer: {figures.writer_cores:.2f} cores; live views: {figures.preview_cores:.2f} cores,"
        f" {figures.previews / figures.seconds:.1f} a second; stand-in: "
        f"{figures.cameras_cores:.2f} cores, late by {figures.late_p99_ms:.1f} ms (p99)\n"
        f"keeping the episode: {figures.keeping_s:.2f} s, {figures.megabytes:.1f} MB of video,"
        f" {'sound' if figures.sound else 'NOT sound'}\n"
    )
    if options.json:
        options.json.write_text(json.dumps(asdict(figures)), encoding="utf-8")


if __name__ == "__main__":
    main()
