"""What the safety envelope costs a control period, and whether it hinders skilled demonstrations.

Run with ``python -m tests.benchmarks.safety [layouts of each skill] [skill ...]``.
"""

# ruff: noqa: T201  (it is started by hand, to be read)

import sys
import time
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from lbm_studio.core.safety import tally
from lbm_studio.station.safety.envelope import SafetyEnvelope
from lbm_studio.station.simulation.catalogue import SKILLS, find_skill
from lbm_studio.station.simulation.demonstrator import ScriptedDemonstrator
from lbm_studio.station.simulation.embodiments import dual_fr3
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.station import SimulatedStation


@dataclass
class Figures:
    """What was seen in all layouts of a skill."""

    successes: int = 0
    slowed: Counter[str] = field(default_factory=Counter[str])
    trips: Counter[str] = field(default_factory=Counter[str])
    cost_ms: list[float] = field(default_factory=list[float])
    force_n: float = 0.0
    error_m: float = 0.0


def main(layouts: int, names: list[str]) -> None:
    """Print a row for every skill, and what a period cost."""
    columns = f"{'demonstrated':>14}{'periods':>9}{'slowed':>8}{'stopped':>9}"
    print(f"{'skill':<22}{columns}{'force N':>9}{'error mm':>10}")
    costs: list[float] = []
    with SimulatedStation(dual_fr3()) as station:
        envelope = SafetyEnvelope(station.description)
        for skill in [find_skill(name) for name in names] or SKILLS:
            figures = Figures()
            for seed in range(layouts):
                _demonstrate(station, envelope, skill, seed, figures)
            print(_row(skill.name, layouts, figures), flush=True)
            costs += figures.cost_ms
    middle, most = np.percentile(costs, [50, 95])
    print(f"\nThe envelope takes {middle:.2f} ms a period (p95 {most:.2f} ms) of one core.")


def _demonstrate(
    station: SimulatedStation, envelope: SafetyEnvelope, skill: Skill, seed: int, figures: Figures
) -> None:
    task = station.load(skill, seed)
    demonstrator = ScriptedDemonstrator(station, task, seed)
    period_s = station.description.embodiment.chunk.period_s
    sent = station.read().as_action()
    envelope.watch.begin()
    while (wanted := demonstrator.next_action()) is not None:
        state = station.read()
        began = time.thread_time()
        trip = envelope.watch.judge(state, wanted, sent)
        clamped = envelope.clamp(wanted, sent, period_s, state)
        figures.cost_ms.append(1000.0 * (time.thread_time() - began))
        figures.slowed += tally([clamped.limits])
        figures.trips += tally([(trip.name,)] if trip else [])
        for name, arm in state.arms.items():
            error_m = arm.pose.distance_m(sent.arms[name].pose)
            figures.error_m = max(figures.error_m, error_m)
            if arm.wrench is not None:
                figures.force_n = max(figures.force_n, float(np.linalg.norm(arm.wrench[:3])))
        sent = clamped.action
        station.step(sent)
    figures.successes += task.is_success()


def _row(name: str, layouts: int, figures: Figures) -> str:
    counts = f"{len(figures.cost_ms):>9}{figures.slowed.total():>8}{figures.trips.total():>9}"
    shares = f"{f'{figures.successes} of {layouts}':>14}{counts}"
    acted = ", ".join((*figures.slowed, *figures.trips))
    return f"{name:<22}{shares}{figures.force_n:>9.0f}{1e3 * figures.error_m:>10.0f}  {acted}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5, sys.argv[2:])
