"""How long a press of stop takes: from the datagram to the arms having been told, and to rest.

Run from the checkout: ``python -m tests.benchmarks.stop [--presses 100] [--busy 2]``.
"""

import argparse
import multiprocessing
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from lbm_studio.core.clock import ManualClock
from lbm_studio.core.pose import FloatArray
from lbm_studio.link.messages import LoadScene, ResetStop, StartDemonstration
from lbm_studio.link.stop import StopOutcome, StopSupervisor
from lbm_studio.station.live import SimulatedScene
from lbm_studio.station.simulation.embodiments import find_station
from lbm_studio.station.simulation.station import SimulatedStation
from tests.workers.live_station import LiveStation, make_session

SKILL = "put_cube_in_tray"
AT_REST_M = 0.001
STEP_S = 0.002
LONGEST_S = 1.0


def presses_of_a_real_process(count: int) -> list[float]:
    """Return the time from each press, in mid motion, to the arms having been told [s]."""
    taken_s = []
    with tempfile.TemporaryDirectory() as folder, LiveStation(make_session(Path(folder))) as live:
        supervisor = StopSupervisor(live.session)
        live.order(LoadScene(skill=SKILL, seed=1))
        for number in range(count):
            if number % 10 == 0:
                live.order(LoadScene(skill=SKILL, seed=number))
            live.order(StartDemonstration(disturbance=False))
            live.ticks_until(lambda tick: bool(tick.sent))
            report = supervisor.press("benchmark")
            if report.outcome is not StopOutcome.STOPPED:
                raise SystemExit(f"press {number} ended as “{report.outcome}”")
            taken_s.append(report.after_s)
            live.order(ResetStop())
    return taken_s


def stops_of_the_physical_arms(count: int) -> tuple[list[float], list[float]]:
    """Return simulated time to rest [s] and the travel of the hands [m] after each stop."""
    random_source = random.Random(0)
    station = SimulatedStation(find_station("simulated"), clock=ManualClock())
    scene = SimulatedScene(station)
    period_s = station.description.embodiment.chunk.period_s
    seconds, travels_m = [], []
    for seed in range(count):
        scene.load(SKILL, seed)
        demonstrator = scene.demonstrator(disturbance=False)
        for _ in range(random_source.randrange(5, 15)):
            action = demonstrator.next_action()
            assert action
            station.step(action)
        station.advance(random_source.random() * period_s)
        station.stop()
        taken_s, travel_m = _come_to_rest(station)
        seconds.append(taken_s)
        travels_m.append(travel_m)
    station.close()
    return seconds, travels_m


def _come_to_rest(station: SimulatedStation) -> tuple[float, float]:
    """Return when every hand stayed where it ended [s], and the largest travel [m]."""
    path = [_hands(station)]
    for _ in range(round(LONGEST_S / STEP_S)):
        station.advance(STEP_S)
        path.append(_hands(station))
    away_m = np.linalg.norm(np.array(path) - path[-1], axis=-1).max(axis=-1)
    travel_m = np.linalg.norm(np.array(path) - path[0], axis=-1).max()
    moving = np.flatnonzero(away_m > AT_REST_M)
    return (int(moving[-1]) + 1) * STEP_S if moving.size else 0.0, float(travel_m)


def _hands(station: SimulatedStation) -> FloatArray:
    return np.stack([arm.pose.position for arm in station.read().arms.values()])


@contextmanager
def busy_machine(processes: int) -> Iterator[None]:
    """Keep some processor cores busy meanwhile."""
    context = multiprocessing.get_context("spawn")
    hogs = [context.Process(target=_hog, daemon=True) for _ in range(processes)]
    for hog in hogs:
        hog.start()
    try:
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.join()


def _hog() -> None:
    while True:
        np.linalg.svd(np.ones((64, 64)))


def describe(what: str, values: Sequence[float], unit: str) -> None:
    """Print the median, the 99th percentile and the worst."""
    median, late, worst = np.percentile(values, [50, 99, 100])
    sys.stdout.write(f"{what:<38} p50 {median:7.2f}  p99 {late:7.2f}  max {worst:7.2f} {unit}\n")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presses", type=int, default=100)
    parser.add_argument("--busy", type=int, default=0, help="processes that do nothing but compute")
    options = parser.parse_args()
    with busy_machine(options.busy):
        told_s = presses_of_a_real_process(options.presses)
    describe("press to stop returned", [1e3 * s for s in told_s], "ms")
    seconds, travels_m = stops_of_the_physical_arms(options.presses)
    describe("stop to rest (simulated arms)", [1e3 * s for s in seconds], "ms")
    describe("travel of the hands after the stop", [1e3 * m for m in travels_m], "mm")


if __name__ == "__main__":
    main()
