"""A control loop over a kinematic station in manual time, and simple things that move it."""

from collections.abc import Callable

import numpy as np

from lbm_studio.core.action import Action, ActionChunk, ArmTarget
from lbm_studio.core.clock import ManualClock
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError
from lbm_studio.core.observation import StationState
from lbm_studio.core.pose import Pose
from lbm_studio.link.messages import Mode
from lbm_studio.station.control.loop import ControlLoop, Cycle
from lbm_studio.station.control.motions import Situation, Step
from lbm_studio.station.latch import StopLatch
from lbm_studio.station.safety.envelope import SafetyEnvelope
from tests.core.stations import make_station
from tests.station.kinematic_station import KinematicStation

STEP_M = 0.01
MOMENT = "14:03:22"
DESCRIPTIONS = [make_station("right", "left"), make_station("only")]


class Rig:
    """A loop, its station, and a window that beats unless told otherwise."""

    def __init__(self, description: StationDescription = DESCRIPTIONS[0]) -> None:
        self.clock = ManualClock(1_000)
        self.station = KinematicStation(description, self.clock)
        self.latch = StopLatch(self.clock)
        self.loop = ControlLoop(
            self.station,
            self.clock,
            envelope=SafetyEnvelope(description),
            latch=self.latch,
            moment=lambda: MOMENT,
        )
        self.is_window_alive = True
        self.cycles: list[Cycle] = []

    @property
    def description(self) -> StationDescription:
        return self.station.description

    def tick(self) -> Cycle:
        if self.is_window_alive:
            self.loop.heartbeat()
        cycle = self.loop.tick()
        self.cycles.append(cycle)
        self.clock.advance_s(self.description.embodiment.chunk.period_s)
        return cycle

    def run(self, ticks: int) -> Cycle:
        for _ in range(ticks - 1):
            self.tick()
        return self.tick()

    def run_until(self, is_done: Callable[[Cycle], bool], most: int = 500) -> Cycle:
        for _ in range(most):
            if is_done(cycle := self.tick()):
                return cycle
        raise AssertionError("it never happened")

    def heights(self) -> list[float]:
        return [float(arm.pose.position[2]) for arm in self.station.read().arms.values()]


def moved(action: Action, *, up_m: float = STEP_M, width_m: float | None = None) -> Action:
    return Action(
        {
            name: ArmTarget(
                Pose(target.pose.position + (0.0, 0.0, up_m), target.pose.rotation),
                target.gripper_width_m if width_m is None else width_m,
            )
            for name, target in action.arms.items()
        }
    )


class Climb:
    """Moves every arm up, a little a period, for ever or for some periods."""

    def __init__(self, mode: Mode = Mode.DEMONSTRATION, *, steps: int = 1_000_000) -> None:
        self.mode = mode
        self.forgotten = 0
        self.seen: list[Situation] = []
        self._left = steps

    def next_step(self, situation: Situation) -> Step:
        self.seen.append(situation)
        self._left -= 1
        if self._left < 0:
            return Step(finished=True)
        return Step(moved(situation.previous, width_m=0.02))

    def forget(self) -> None:
        self.forgotten += 1


class Script:
    """Demonstrates a fixed list of actions."""

    def __init__(self, actions: list[Action]) -> None:
        self._actions = actions

    def next_action(self) -> Action | None:
        return self._actions.pop(0) if self._actions else None


class Oracle:
    """A predictor that answers ``latency`` control periods later, with chunks that climb."""

    def __init__(self, rig: Rig, *, latency: int = 0) -> None:
        self.asked: list[tuple[StationState, str]] = []
        self.is_there = True
        self.is_silent = False
        self.refusal = ""
        self.frame_age_s = 0.0
        self.forgotten = 0
        self._rig = rig
        self._latency = latency
        self._due: tuple[int, ActionChunk] | None = None

    def ask(self, state: StationState, goal: str, valid_s: float) -> bool:
        if not self.is_there:
            return False
        self.asked.append((state, goal))
        spec = self._rig.description.embodiment.chunk
        steps = [
            moved(state.as_action(), up_m=STEP_M * k) for k in range(1 - spec.past, spec.length)
        ]
        observed_ns = state.captured_ns - round(self.frame_age_s * 1e9)
        chunk = ActionChunk(tuple(steps), spec.past, observed_ns, {"scene": np.ones((1, 3))})
        self._due = (len(self._rig.cycles) + self._latency, chunk)
        return True

    def collect(self) -> ActionChunk | None:
        if self.refusal:
            raise StationError(self.refusal)
        if self.is_silent or self._due is None or self._due[0] > len(self._rig.cycles):
            return None
        chunk, self._due = self._due[1], None
        return chunk

    def forget(self) -> None:
        self.forgotten += 1
        self._due = None
