"""A scripted colleague: performs the demonstration of a task through the targets a policy uses.

What it returns is what it means to do. What the station executes may be displaced by a smooth
disturbance, so that recordings show how to get back on the way: strong in free space and on the way
down, fading before anything is touched.
"""

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.observation import StationState
from lbm_studio.core.pose import FloatArray, interpolate
from lbm_studio.station.simulation.motion import Grip, Move, Phase, Reach, duration_s
from lbm_studio.station.simulation.skill import Task

_PERSISTENCE = 0.85
_INNOVATION_M = 0.006
_FADING = 0.4
_TIME_ROUNDING = 1e-6


class DisturbedStation(Protocol):
    """What a demonstrator has to do with the station it acts on."""

    @property
    def description(self) -> StationDescription:
        """What the station is."""
        ...

    def read(self) -> StationState:
        """Return what every arm measures."""
        ...

    def disturb(self, offsets: Mapping[str, FloatArray]) -> None:
        """Displace the targets of the next command by (3,) metres an arm."""
        ...


class ScriptedDemonstrator:
    """Performs one task on the station it is laid out on.

    Args:
        station: where the task is laid out.
        task: what to do.
        seed: of the disturbance.
        disturbance: whether the executed targets are displaced.
    """

    def __init__(
        self, station: DisturbedStation, task: Task, seed: int, disturbance: bool = True
    ) -> None:
        self._station = station
        self._period_s = station.description.embodiment.chunk.period_s
        self._phases = task.demonstrate()
        self._phase: Phase | None = None
        self._waited_s = 0.0
        self._intended: dict[str, ArmTarget] = dict(station.read().as_action().arms)
        self._random = np.random.default_rng([seed, 1])
        self._offsets: dict[str, FloatArray] | None = None
        if disturbance:
            self._offsets = {name: np.zeros(3) for name in self._intended}

    def next_action(self) -> Action | None:
        """Return the next intended action, or None when the demonstration is over."""
        if self._phase is None:
            self._phase = next(self._phases, None)
            self._waited_s = 0.0
            if self._phase is None:
                return None
        moves = {move.arm: move for move in self._phase.moves}
        is_over = self._progress(moves)
        if self._offsets is not None:
            self._drift(self._offsets, moves, self._phase.is_linked)
            self._station.disturb(self._offsets)
        if is_over:
            self._phase = None
        return Action(dict(self._intended))

    def _progress(self, moves: Mapping[str, Move]) -> bool:
        """Move the intended targets by one step; return whether the phase has ended."""
        reaches = [move for move in moves.values() if isinstance(move, Reach)]
        grips = [move for move in moves.values() if isinstance(move, Grip)]
        left_s = [duration_s(reach, self._intended[reach.arm].pose) for reach in reaches]
        fraction = min(1.0, self._period_s / max([*left_s, 1e-9]))
        for reach in reaches:
            now = self._intended[reach.arm]
            pose = reach.pose if fraction >= 1.0 else interpolate(now.pose, reach.pose, fraction)
            self._intended[reach.arm] = ArmTarget(pose, now.gripper_width_m)
        for grip in grips:
            self._intended[grip.arm] = ArmTarget(self._intended[grip.arm].pose, grip.width_m)
        self._waited_s += self._period_s
        has_waited = all(self._waited_s >= grip.seconds - _TIME_ROUNDING for grip in grips)
        return fraction >= 1.0 and has_waited

    def _drift(
        self, offsets: dict[str, FloatArray], moves: Mapping[str, Move], is_linked: bool
    ) -> None:
        common = self._random.normal(0.0, _INNOVATION_M, 3)
        for arm in offsets:
            own = self._random.normal(0.0, _INNOVATION_M, 3)
            if self._needs_care(moves.get(arm)):
                offsets[arm] = _FADING * offsets[arm]
            else:
                offsets[arm] = _PERSISTENCE * offsets[arm] + (common if is_linked else own)

    def _needs_care(self, move: Move | None) -> bool:
        if not isinstance(move, Reach):
            return True
        left_m = self._intended[move.arm].pose.distance_m(move.pose)
        return left_m < move.care_m
