"""Speed of the simulated station, and how surely its skills are demonstrated and replayed.

Run with ``python -m tests.benchmarks.simulation [layouts of each skill]``.
"""

# ruff: noqa: T201  (it is started by hand, to be read)

import statistics
import sys
import time
from collections.abc import Callable

from lbm_studio.core.action import Action
from lbm_studio.station.safety.envelope import SafetyEnvelope
from lbm_studio.station.simulation.catalogue import SKILLS
from lbm_studio.station.simulation.demonstrator import ScriptedDemonstrator
from lbm_studio.station.simulation.embodiments import STATIONS
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.station import SimulatedStation

_REPEATS = 100


def main(layouts: int) -> None:
    """Print the tables."""
    for name, describe in STATIONS.items():
        with SimulatedStation(describe()) as station:
            print(f"{name}: {_speed(station)}")
    print(
        f"\n{'skill':<22}{'station':<18}{'disturbed':>12}{'replayed':>12}{'steps':>8}{'ms/step':>9}"
    )
    for name, describe in STATIONS.items():
        with SimulatedStation(describe()) as station:
            for skill in SKILLS:
                if set(skill.required_arms) <= set(station.description.embodiment.arm_names):
                    print(f"{skill.name:<22}{name:<18}{_reliability(station, skill, layouts)}")


def _speed(station: SimulatedStation) -> str:
    station.load(SKILLS[0], 0)
    still = station.read().as_action()
    cameras = station.description.embodiment.camera_names
    step_ms = _median_ms(lambda: station.step(still))
    capture_ms = _median_ms(lambda: station.capture(cameras))
    seeds = iter(range(_REPEATS + 1))
    load_ms = _median_ms(lambda: station.load(SKILLS[0], next(seeds)))
    period_ms = 1000.0 * station.description.embodiment.chunk.period_s
    return (
        f"{step_ms:.2f} ms a step of {period_ms:.0f} ms, {capture_ms:.1f} ms for "
        f"{len(cameras)} cameras, {load_ms:.1f} ms to lay a scene out"
    )


def _median_ms(call: Callable[[], object]) -> float:
    call()
    durations = []
    for _ in range(_REPEATS):
        began = time.perf_counter()
        call()
        durations.append(1000.0 * (time.perf_counter() - began))
    return statistics.median(durations)


def _reliability(station: SimulatedStation, skill: Skill, layouts: int) -> str:
    began = time.perf_counter()
    shown = [_demonstrate(station, skill, seed) for seed in range(layouts)]
    steps = sum(len(actions) for _, actions in shown)
    step_ms = 1000.0 * (time.perf_counter() - began) / steps
    replayed = sum(
        _replay(station, skill, seed, actions) for seed, (_, actions) in enumerate(shown)
    )
    succeeded = sum(success for success, _ in shown)
    ratios = f"{f'{succeeded} of {layouts}':>12}{f'{replayed} of {layouts}':>12}"
    return f"{ratios}{steps / layouts:>8.1f}{step_ms:>9.2f}"


def _demonstrate(station: SimulatedStation, skill: Skill, seed: int) -> tuple[bool, list[Action]]:
    task = station.load(skill, seed)
    demonstrator = ScriptedDemonstrator(station, task, seed)
    envelope = SafetyEnvelope(station.description)
    sent = [station.read().as_action()]
    while (wanted := demonstrator.next_action()) is not None:
        period_s = station.description.embodiment.chunk.period_s
        sent.append(envelope.clamp(wanted, sent[-1], period_s, station.read()).action)
        station.step(sent[-1])
    return task.is_success(), sent[1:]


def _replay(station: SimulatedStation, skill: Skill, seed: int, actions: list[Action]) -> bool:
    task = station.load(skill, seed)
    for action in actions:
        station.step(action)
    return task.is_success()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
