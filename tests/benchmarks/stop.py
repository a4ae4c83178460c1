"""How long a press of stop takes: from the key to the arms having been told, and to rest.

    python -m tests.benchmarks.stop [--presses 1000] [--kills 10] [--rests 100] [--only ROW]

Every press goes the way a person's goes: a key at the real STOP window, in a process of its own, a
datagram, the real station process in mid motion, ``stop()`` of both arms, the acknowledgement; a
station that does not acknowledge in time is killed, which is counted and timed as well. The presses
are shared out among the conditions that make it hard. Then the station is killed while it
drives the controllers of simulated robots, whose own reflex has to stop them. Ends with 1 when a
press was missed, or when 99 of 100 took longer than they may.
"""

import argparse
import random
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from lbm_studio.core.clock import ManualClock
from lbm_studio.core.pose import FloatArray
from lbm_studio.link.session import Session
from lbm_studio.station.live import SimulatedScene
from lbm_studio.station.simulation.embodiments import find_station
from lbm_studio.station.simulation.station import SimulatedStation
from tests.benchmarks.stopping.bench import Bench, Condition, Row
from tests.benchmarks.stopping.conditions import CameraGone, FrozenWindow, Idle, Starved
from tests.benchmarks.stopping.robots import Rest, Robots, come_to_rest

SKILL = "put_cube_in_tray"
ALLOWED_P99_MS = 20.0
TERMINATED = 143
AT_SPEED_S = 0.5
STEP_S = 0.002
LONGEST_S = 1.0

CONDITIONS: dict[str, Callable[[], Condition]] = {
    "idle": Idle,
    "window blocked in Python": lambda: FrozenWindow("python"),
    "window blocked in C": lambda: FrozenWindow("c"),
    "camera process killed": CameraGone,
    "inference starved, cores busy": Starved,
}
ROBOTS = "driver of real arms"
ROBOTS_BLOCKED = "driver of real arms, blocked in C"
ROWS = (*CONDITIONS, ROBOTS, ROBOTS_BLOCKED)


def presses_in_simulation(rows: Sequence[str], presses: int) -> None:
    """Press so often under each condition, and print a row for each."""
    with tempfile.TemporaryDirectory() as folder, Bench(Session(Path(folder) / "s")) as bench:
        for title in rows:
            tell(bench.press_often(title, CONDITIONS[title](), presses))


def presses_with_robots(rows: Sequence[str], presses: int, kills: int) -> None:
    """Press while the driver of real arms moves simulated robots; then kill the station."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            Robots(folder) as robots,
            Bench(Session(folder / "s"), robots.station_command) as bench,
        ):
            for title in rows:
                condition = FrozenWindow("c") if title == ROBOTS_BLOCKED else Idle()
                tell(bench.press_often(title, condition, presses))
            describe_rests("after SIGKILL", [_kill(bench, robots) for _ in range(kills)])


def _kill(bench: Bench, robots: Robots) -> Rest:
    bench.move(AT_SPEED_S)
    robots.watch()
    rest = robots.rest_since(bench.kill_station())
    bench.start_station()
    return rest


def rests_in_simulation(count: int) -> list[Rest]:
    """Return how the arms of the simulated station came to rest after stops in mid motion."""
    random_source = random.Random(0)
    station = SimulatedStation(find_station("simulated"), clock=ManualClock())
    scene = SimulatedScene(station)
    period_s = station.description.embodiment.chunk.period_s
    rests: list[Rest] = []
    for seed in range(count):
        scene.load(SKILL, seed)
        demonstrator = scene.demonstrator(disturbance=False)
        for _ in range(random_source.randrange(5, 15)):
            action = demonstrator.next_action()
            assert action
            station.step(action)
        station.advance(random_source.random() * period_s)
        rests.append(_rest(station))
    station.close()
    return rests


def _rest(station: SimulatedStation) -> Rest:
    path = [_hands(station)]
    station.advance(STEP_S)
    path.append(_hands(station))
    station.stop()
    for _ in range(round(LONGEST_S / STEP_S)):
        station.advance(STEP_S)
        path.append(_hands(station))
    times_s = [STEP_S * (number - 1) for number in range(len(path))]
    return come_to_rest(times_s, np.array(path))


def _hands(station: SimulatedStation) -> FloatArray:
    return np.stack([arm.pose.position for arm in station.read().arms.values()])


FAILED: list[str] = []


def tell(row: Row) -> None:
    """Print what became of the presses under one condition."""
    took_ms = [*row.told_ms, *row.killed_ms] or [float("nan")]
    p50, p99, worst = np.percentile(took_ms, [50, 99, 100])
    counts = f"{row.presses:>8}{row.missed:>8}{len(row.killed_ms):>8}"
    sys.stdout.write(f"{row.title:<36}{counts}{p50:>9.2f}{p99:>9.2f}{worst:>9.2f}\n")
    sys.stdout.flush()
    if row.missed or not p99 <= ALLOWED_P99_MS:
        FAILED.append(row.title)


def describe_rests(what: str, rests: Sequence[Rest]) -> None:
    """Print how arms came to rest."""
    if not rests:
        return
    for name, unit in (("after_ms", "ms"), ("travel_mm", "mm"), ("speed_m_s", "m/s")):
        values = [getattr(rest, name) for rest in rests]
        median, late, worst = np.percentile(values, [50, 99, 100])
        label = {"after_ms": "at rest", "travel_mm": "travel of a hand", "speed_m_s": "from"}[name]
        figures = f"p50 {median:7.2f}  p99 {late:7.2f}  max {worst:7.2f} {unit}"
        sys.stdout.write(f"{what}, {len(rests)} times: {label:<18}{figures}\n")
    sys.stdout.flush()


def main() -> int:
    """Measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presses", type=int, default=1000, help="in all (default: %(default)s)")
    parser.add_argument("--kills", type=int, default=10, help="of the station")
    parser.add_argument("--rests", type=int, default=100, help="of simulated arms, after a stop")
    parser.add_argument("--only", choices=ROWS, help="one of the conditions")
    options = parser.parse_args()
    rows = [options.only] if options.only else list(ROWS)
    each = -(-options.presses // len(rows))
    titles = f"{'presses':>8}{'missed':>8}{'killed':>8}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}"
    sys.stdout.write(f"{'from the key to stop() returned':<36}{titles}\n")
    if simulated := [row for row in rows if row in CONDITIONS]:
        presses_in_simulation(simulated, each)
    if driven := [row for row in rows if row not in CONDITIONS]:
        presses_with_robots(driven, each, options.kills)
    describe_rests("after a stop in simulation", rests_in_simulation(options.rests))
    if FAILED:
        sys.stdout.write(f"Missed, or above {ALLOWED_P99_MS:.0f} ms: {', '.join(FAILED)}.\n")
    return 1 if FAILED else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # what was started ends as well
    sys.exit(main())
