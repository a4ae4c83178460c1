"""What goes wrong, one at a time, really caused: does each end safe, latched and explained?

    python -m tests.benchmarks.faults [--only FAULT]

A real station with its window, STOP window, cameras and policy; for what happens to arms, the
driver of real ones on simulated controllers. Prints what the operator sees of each fault, and ends
with 1 unless all ended as they should. A full disk ends the recording; the arms go on.
"""

import argparse
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lbm_studio.link.session import Session
from tests.benchmarks.faulting import (
    FAULTS,
    ROBOT_FAULTS,
    LearnedBench,
    Outcome,
)
from tests.benchmarks.full_disk import DISK_FULL, fill_the_disk
from tests.benchmarks.stopping.bench import Bench
from tests.benchmarks.stopping.robots import Robots

TERMINATED = 143
TITLES = (DISK_FULL, *(fault.title for fault in (*FAULTS, *ROBOT_FAULTS)))


def in_simulation(only: str) -> Iterator[Outcome]:
    """Yield what became of the faults of a simulated station."""
    with tempfile.TemporaryDirectory() as folder, LearnedBench(Path(folder)) as bench:
        if only in ("", DISK_FULL):
            yield fill_the_disk(bench)
        for fault in FAULTS:
            if only in ("", fault.title):
                yield fault.run(bench)


def with_robots(only: str) -> Iterator[Outcome]:
    """Yield what became of the faults of arms."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            Robots(folder) as robots,
            Bench(Session(folder / "s"), robots.station_command) as bench,
        ):
            for fault in ROBOT_FAULTS:
                if only in ("", fault.title):
                    yield fault.run(bench, robots)


def tell(outcome: Outcome) -> None:
    """Print a row."""
    rest = outcome.rest
    figures = f"{rest.after_ms:>8.0f}{rest.travel_mm:>8.1f}" if rest else f"{'go on':>8}{'':>8}"
    latched = "yes" if outcome.is_latched else "no"
    sys.stdout.write(f"{outcome.fault:<27}{figures}{latched:>9}  {outcome.sentence}\n")
    if outcome.repeats:
        sys.stdout.write(f"{'':<27}(caused {outcome.repeats + 1} times: the machine was busy)\n")
    if outcome.trouble:
        sys.stdout.write(f"{'':<27}WRONG: {outcome.trouble}.\n")
    sys.stdout.flush()


def main() -> int:
    """Cause them all and print the table; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=TITLES, default="", help="one of them")
    only = parser.parse_args().only
    figures = f"{'rest ms':>8}{'way mm':>8}"
    sys.stdout.write(f"{'fault':<27}{figures}{'latched':>9}  what the operator sees\n")
    outcomes: list[Outcome] = []
    robot_titles = {fault.title for fault in ROBOT_FAULTS}
    if only not in robot_titles:
        outcomes += _told(in_simulation(only))
    if only in robot_titles | {""}:
        outcomes += _told(with_robots(only))
    return 1 if any(outcome.trouble for outcome in outcomes) else 0


def _told(outcomes: Iterator[Outcome]) -> list[Outcome]:
    told: list[Outcome] = []
    for outcome in outcomes:
        tell(outcome)
        told.append(outcome)
    return told


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # what was started ends as well
    sys.exit(main())
