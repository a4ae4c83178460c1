"""A window on one machine, a station on another: how fast it stops, and what its pictures cost.

Two sets of processes on this machine, linked over TCP and UDP on 127.0.0.1, encrypted as between
two. Run from the checkout: ``python -m tests.benchmarks.two_machines [--presses 100] [--losses 5]
[--station simulated]``.
"""

import argparse
import logging
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lbm_studio.core.clock import MonotonicClock, seconds_between
from lbm_studio.link import remote_stop
from lbm_studio.link.bus import FRAMES_TOPIC, Subscriber
from lbm_studio.link.frames import FrameReader, TickFrames
from lbm_studio.link.messages import (
    Accepted,
    FramesReady,
    LoadScene,
    Message,
    Mode,
    ResetStop,
    StartDemonstration,
)
from lbm_studio.link.remote.pictures import QUALITY, pack, unpack
from lbm_studio.link.stop import StopOutcome, StopSupervisor
from lbm_studio.workers.introduction import ask_description
from tests.workers.two_machines import TwoMachines

SKILL = "put_cube_in_tray"
BITS_PER_BYTE = 8
LOOKED_AT_S = 10.0
INSISTENCE = 100
NOISE_LEVELS = 3.0
CAMERA_PX = (640, 480)
CAMERA_HZ = 30.0
QUALITIES = (80, QUALITY)


def describe(what: str, values: Sequence[float], unit: str) -> None:
    """Print the median, the 99th percentile and the worst."""
    median, late, worst = np.percentile(values, [50, 99, 100])
    sys.stdout.write(f"{what:<38} p50 {median:7.2f}  p99 {late:7.2f}  max {worst:7.2f} {unit}\n")


def presses(machines: TwoMachines, count: int) -> tuple[list[float], dict[StopOutcome, int]]:
    """Press on one machine while the arms move on the other.

    Returns:
        From each press to the answer being here [s]; how the presses ended.
    """
    supervisor = StopSupervisor(machines.near.session)
    taken_s: list[float] = []
    outcomes = dict.fromkeys(StopOutcome, 0)
    for number in range(count):
        if number % 10 == 0:
            insist(machines, LoadScene(skill=SKILL, seed=number))
        set_in_motion(machines)
        report = supervisor.press("benchmark")
        outcomes[report.outcome] += 1
        if report.outcome is not StopOutcome.STOPPED:
            break
        taken_s.append(report.after_s)
        insist(machines, ResetStop())
    return taken_s, outcomes


def set_in_motion(machines: TwoMachines) -> None:
    """Let the arms move; on a busy machine a late heartbeat may stop them at once."""
    while True:
        insist(machines, StartDemonstration(disturbance=False))
        ticks = machines.near.ticks_until(lambda tick: bool(tick.sent or tick.stop_reason))
        if not ticks[-1].stop_reason:
            return
        insist(machines, ResetStop())


def insist(machines: TwoMachines, message: Message) -> None:
    """Ask until it is accepted: on a busy machine the station may just have stopped itself."""
    for _ in range(INSISTENCE):
        if machines.near.ask(message) == Accepted():
            return
        machines.near.newest_tick()
    raise SystemExit(f"{message} is refused again and again")


def losses(folder: Path, station: str, count: int) -> list[float]:
    """Kill this machine's end of the link while the arms move.

    Returns:
        From each loss to the station having stopped by itself [s].
    """
    taken_s: list[float] = []
    for number in range(count):
        with TwoMachines(folder / f"{number}", station) as machines:
            insist(machines, LoadScene(skill=SKILL, seed=number))
            set_in_motion(machines)
            lost_ns = time.monotonic_ns()
            os.kill(machines.near.process.pid, signal.SIGKILL)
            stopped = machines.far.ticks_until(lambda tick: tick.mode is Mode.STOPPED)[-1]
            taken_s.append(seconds_between(lost_ns, stopped.captured_ns))
    return taken_s


def pictures(machines: TwoMachines) -> None:
    """Watch the pictures that arrive for some seconds, and print what they cost and how old."""
    clock = MonotonicClock()
    near, far = machines.near.session, machines.far.session
    ages_s: list[float] = []
    newest: TickFrames | None = None
    with (
        Subscriber(near.frame_events, FRAMES_TOPIC) as news,
        FrameReader(far.ring_name) as there,
    ):
        news.receive(60.0)
        begun_ns = clock.now_ns()
        while seconds_between(begun_ns, clock.now_ns()) < LOOKED_AT_S:
            ready = news.receive(1.0)
            if isinstance(ready, FramesReady):
                ages_s.append(seconds_between(ready.captured_ns, clock.now_ns()))
        newest = there.read()
    rate_hz = len(ages_s) / LOOKED_AT_S
    describe("pictures: capture to being here", [1e3 * age for age in ages_s], "ms")
    sys.stdout.write(f"pictures arrive {rate_hz:.1f} times a second\n")
    if newest is not None:
        rate_hz = ask_description(far, 60.0).embodiment.chunk.rate_hz
        tell_cost(newest, "of this station", rate_hz)
        noisy = camera_like(*CAMERA_PX, len(newest.images))
        tell_cost(noisy, "of {} x {} with noise".format(*CAMERA_PX), CAMERA_HZ)


def tell_cost(frames: TickFrames, what: str, rate_hz: float) -> None:
    """Print what the pictures of one tick cost on the wire and to pack."""
    raw = sum(image.nbytes for image in frames.images.values())
    sizes = {name: image.shape[:2] for name, image in frames.images.items()}
    ready = FramesReady(number=0, captured_ns=frames.captured_ns, slot=0, seconds=0.0)
    for quality in QUALITIES:
        begun_ns = time.perf_counter_ns()
        parts = pack(frames, ready, quality)
        packed_ns = time.perf_counter_ns()
        back, _ = unpack(parts, {name: (h, w) for name, (h, w) in sizes.items()})
        unpacked_ns = time.perf_counter_ns()
        size = sum(map(len, parts))
        error = statistics.mean(
            float(np.abs(back.images[n].astype(int) - image.astype(int)).mean())
            for n, image in frames.images.items()
        )
        sys.stdout.write(
            f"{len(frames.images)} pictures {what}, quality {quality}: {size / 1000:.0f} kB of "
            f"{raw / 1000:.0f} kB, {size * rate_hz * BITS_PER_BYTE / 1e6:.1f} Mbit/s at "
            f"{rate_hz:g} Hz; packed in {seconds_between(begun_ns, packed_ns) * 1e3:.1f} ms, "
            f"unpacked in {seconds_between(packed_ns, unpacked_ns) * 1e3:.1f} ms; "
            f"mean error {error:.2f} grey levels\n"
        )


def camera_like(width_px: int, height_px: int, count: int) -> TickFrames:
    """Return pictures as real cameras take them: shapes, and the noise of a sensor."""
    source = np.random.default_rng(0)
    shapes = source.integers(0, 256, (count, height_px // 32, width_px // 32, 3))
    smooth = shapes.repeat(32, axis=1).repeat(32, axis=2)
    noisy = np.clip(smooth + source.normal(0.0, NOISE_LEVELS, smooth.shape), 0, 255)
    images = {f"camera {n}": image for n, image in enumerate(noisy.astype(np.uint8))}
    return TickFrames(0, 1, images)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presses", type=int, default=100)
    parser.add_argument("--losses", type=int, default=5)
    parser.add_argument("--station", default="simulated")
    parser.add_argument("--no-pictures", action="store_true")
    options = parser.parse_args(arguments)
    logging.disable(logging.WARNING)
    cut_after_s = remote_stop.CUT_AFTER_S
    remote_stop.CUT_AFTER_S = remote_stop.GIVE_UP_AFTER_S  # late answers are to be measured too
    workers = [] if options.no_pictures else ["renderer"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with TwoMachines(folder / "m", options.station, workers=workers) as machines:
            if workers:
                pictures(machines)
            taken_s, outcomes = presses(machines, options.presses)
        counted = {outcome.value: number for outcome, number in outcomes.items() if number}
        sys.stdout.write(f"presses: {counted}\n")
        if taken_s:
            describe("press here to its answer from there", [1e3 * s for s in taken_s], "ms")
            cut = sum(seconds > cut_after_s for seconds in taken_s)
            sys.stdout.write(f"so late that the link would have been cut as well: {cut}\n")
        if options.losses:
            lost_s = losses(folder, options.station, options.losses)
            describe("link lost to stopped by own watch", [1e3 * s for s in lost_s], "ms")


if __name__ == "__main__":
    main()
