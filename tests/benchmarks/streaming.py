"""How both arms follow jittered, noisy targets for minutes.

Their controllers enforce the limits and the timing of real ones. The policy keeps robot time, which
is ours where the machine is fast enough for the simulator. Run from the checkout, after
``packaging/test`` has installed the strict simulator:
``python -m tests.benchmarks.streaming MINUTES [--patience 0.02] [--real-time]``.
"""

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, MonotonicClock, seconds_between
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError
from lbm_studio.core.pose import Pose, rotation_from_vector
from lbm_studio.station.arms.settings import ArmSettings
from lbm_studio.station.arms.station import FrankaStation
from lbm_studio.station.simulation.embodiments import find_station
from lbm_studio.station.simulation.robot.process import loopback_addresses
from tests.strict.arms import StrictArms, strict_python

RADIUS_M = 0.06
TURNS_PER_S = 0.2
TILT_RAD = 0.15
NOISE_M = 0.001
NOISE_RAD = 0.003
JITTER_S = 0.01
SAMPLE_S = 0.02
LATE_S = 0.005
"""Robot time that falls behind by more than this between two samples was lost by the simulator."""

TIMING = "came too late"
RECOVER_WITHIN_S = 60.0
SETTINGS = ArmSettings(connect_within_s=60.0, silent_after_s=5.0, stop_within_s=5.0)


@dataclass(frozen=True)
class Fault:
    """What ended the motion of the arms.

    Attributes:
        after_s: robot time since the beginning [s].
        sentence: what the operator is told.
        is_simulators: the simulator's own cycles were late just before.
    """

    after_s: float
    sentence: str
    is_simulators: bool


@dataclass
class Outcome:
    """What is measured."""

    ticks: int = 0
    faults: list[Fault] = field(default_factory=list)
    errors_m: dict[str, list[float]] = field(default_factory=dict)
    wall_s: float = 0.0
    robot_s: float = 0.0


class Policy:
    """Leads every hand round a circle, and tilts it; each target is a little off, and late.

    Args:
        start: where the hands begin.
    """

    def __init__(self, start: Mapping[str, Pose]) -> None:
        self._start = start
        self._random = np.random.default_rng(0)

    def target(self, now_s: float) -> Action:
        """Return where the hands should be at a time since the beginning [s]."""
        turn = 2.0 * np.pi * TURNS_PER_S * now_s
        circle = RADIUS_M * np.array([np.sin(turn), 1.0 - np.cos(turn), 0.5 * np.sin(turn)])
        tilt = TILT_RAD * np.array([np.sin(0.7 * turn), np.sin(turn), 0.0])
        return Action(
            {name: self._target(pose, circle, tilt) for name, pose in self._start.items()}
        )

    def _target(self, start: Pose, offset_m: np.ndarray, tilt_rad: np.ndarray) -> ArmTarget:
        position = start.position + offset_m + self._random.normal(0.0, NOISE_M, 3)
        turned = rotation_from_vector(tilt_rad + self._random.normal(0.0, NOISE_RAD, 3))
        return ArmTarget(Pose(position, start.rotation @ turned), gripper_width_m=0.08)


class Stream:
    """Follows a policy and watches how well.

    Args:
        station: connected.
        is_strict: the simulator waits for nobody, so that robot time it loses was lost by itself.
    """

    def __init__(self, station: FrankaStation, *, is_strict: bool) -> None:
        self._station = station
        self._is_strict = is_strict
        self._clock = MonotonicClock()
        self._random = random.Random(0)
        self._begun_s = station.robot_time_s
        self._seen = self._clock.now_ns(), self._begun_s
        self._lost_s = 0.0
        self.outcome = Outcome()

    def run(self, seconds: float) -> Outcome:
        """Stream for so long in robot time, recovering from every fault."""
        begun_ns = self._clock.now_ns()
        while self._elapsed_s() < seconds:
            try:
                arms = self._station.read().arms
                self._follow(Policy({name: arm.pose for name, arm in arms.items()}), seconds)
            except StationError as error:
                self._note(str(error))
                if not self._recover():
                    break
        self.outcome.wall_s = seconds_between(begun_ns, self._clock.now_ns())
        self.outcome.robot_s = self._elapsed_s()
        return self.outcome

    def _follow(self, policy: Policy, seconds: float) -> None:
        period_s = self._station.description.embodiment.chunk.period_s
        first_s = self._elapsed_s()
        due_s = first_s
        while due_s < seconds:
            self._wait_until(due_s + self._random.uniform(-JITTER_S, JITTER_S))
            self._station.command(policy.target(due_s - first_s))
            self.outcome.ticks += 1
            due_s = max(due_s + period_s, self._elapsed_s())

    def _wait_until(self, due_s: float) -> None:
        while (left_s := due_s - self._elapsed_s()) > 0.0:
            step_ns = round(min(left_s, SAMPLE_S) * NANOSECONDS_PER_SECOND)
            self._clock.sleep_until_ns(self._clock.now_ns() + step_ns)
            self._sample()

    def _sample(self) -> None:
        before_ns, before_s = self._seen
        self._seen = self._clock.now_ns(), self._station.robot_time_s
        passed_s = seconds_between(before_ns, self._seen[0])
        self._lost_s = 0.5 * self._lost_s + max(0.0, passed_s - (self._seen[1] - before_s))
        self._station.read()
        for name, error_m in self._station.tracking_errors_m.items():
            self.outcome.errors_m.setdefault(name, []).append(error_m)

    def _note(self, sentence: str) -> None:
        is_late = self._is_strict and TIMING in sentence and self._lost_s > LATE_S
        sys.stderr.write(f"{self._elapsed_s():8.1f} s: {sentence}\n")
        self.outcome.faults.append(Fault(self._elapsed_s(), sentence, is_late))

    def _recover(self) -> bool:
        """Return whether the arms are well again."""
        begun_ns = self._clock.now_ns()
        self._station.recover()
        while seconds_between(begun_ns, self._clock.now_ns()) < RECOVER_WITHIN_S:
            self._clock.sleep_until_ns(self._clock.now_ns() + NANOSECONDS_PER_SECOND // 10)
            if not any(arm.trouble or arm.gripper_trouble for arm in self._station.health()):
                return True
        self._note("The arms do not recover.")
        return False

    def _elapsed_s(self) -> float:
        return self._station.robot_time_s - self._begun_s


def stream(
    description: StationDescription, seconds: float, *, patience_s: float, real_time: bool
) -> Outcome:
    """Start strict arms, stream to them and return what came of it."""
    python = strict_python()
    if python is None:
        raise SystemExit("The strict robot simulator is not installed: packaging/test installs it.")
    addresses = loopback_addresses(description, f"127.{200 + os.getpid() % 50}.1")
    by_name = dict(zip(description.embodiment.arm_names, addresses, strict=True))
    with (
        tempfile.TemporaryDirectory() as folder,
        StrictArms(
            python, description, addresses, Path(folder),
            patience_s=patience_s, real_time=real_time, object_width_m=None,
        ),
    ):  # fmt: skip
        station = FrankaStation(description, by_name, settings=SETTINGS)
        station.connect()
        try:
            return Stream(station, is_strict=not patience_s).run(seconds)
        finally:
            station.close()


def report(outcome: Outcome) -> None:
    """Print what was measured."""
    write = sys.stdout.write
    speed = outcome.robot_s / outcome.wall_s
    write(f"{outcome.robot_s:.1f} s, {outcome.ticks} ticks, {100 * speed:.0f} % of real time\n")
    for name, errors_m in outcome.errors_m.items():
        middle, most, worst = 1e3 * np.percentile(errors_m, [50, 95, 100])
        write(f"tracking error of the {name} arm: ")
        write(f"p50 {middle:.1f}  p95 {most:.1f}  max {worst:.1f} mm\n")
    ours = [fault for fault in outcome.faults if not fault.is_simulators]
    theirs = [fault for fault in outcome.faults if fault.is_simulators]
    _list("faults", ours)
    _list("faults for which the simulator's own cycles were late", theirs)


def _list(title: str, faults: Sequence[Fault]) -> None:
    sys.stdout.write(f"{title}: {len(faults)}\n")
    for fault in faults:
        sys.stdout.write(f"  after {fault.after_s:.1f} s: {fault.sentence}\n")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("minutes", type=float)
    parser.add_argument(
        "--patience", type=float, default=0.0,
        help="let the simulator wait so long for a late answer, on a machine too slow for it [s]",
    )  # fmt: skip
    parser.add_argument("--real-time", action="store_true", help="schedule the simulator so")
    options = parser.parse_args()
    outcome = stream(
        find_station("simulated"), 60.0 * options.minutes,
        patience_s=options.patience, real_time=options.real_time,
    )  # fmt: skip
    report(outcome)


if __name__ == "__main__":
    main()
