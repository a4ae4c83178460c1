"""What is limited of whole arms: their joints, their reach, and how near their bodies come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.observation import StationState
from lbm_studio.core.pose import FloatArray, Pose, interpolate
from lbm_studio.core.safety import Limit, acted_on
from lbm_studio.station.bodies import ArmBodies
from lbm_studio.station.safety.joints import allowed_speed_rad_s

_ELBOW = 3
_REACH_TOLERANCE_M = 0.01
_REACH_TOLERANCE_RAD = 0.05
_HALVINGS = 6
_ROUNDING = 1e-6

Excess = dict[str, float]
"""By how much limits are exceeded, by name; what is allowed is not above zero."""


class BodyLimits:
    """The part of a safety card that needs to know how the arms stand.

    A step that breaks a limit is shortened, to the furthest along the way that breaks none. Where a
    limit is broken already, steps are allowed that do not make it worse.

    Args:
        description: its safety card and arms are used.
    """

    def __init__(self, description: StationDescription) -> None:
        self._card = description.safety
        self._bodies = ArmBodies(description.embodiment)
        low, high = self._bodies.range_rad
        margin = self._card.joint_margin_rad
        self._low_rad, self._high_rad = low + margin, high - margin
        self._high_rad[_ELBOW] = min(self._high_rad[_ELBOW], self._card.max_elbow_rad)

    def shorten(
        self,
        targets: Mapping[str, ArmTarget],
        previous: Action,
        period_s: float,
        state: StationState,
    ) -> tuple[dict[str, ArmTarget], tuple[str, ...]]:
        """Return targets no further than ``targets`` that are allowed, and what shortened the way.

        Args:
            targets: where the end effectors are to go, one for each arm.
            previous: where they were sent last.
            period_s: time between the two [s].
            state: how the arms stand.
        """
        origins = {name: previous.arms[name].pose for name in targets}
        stand = {name: state.arms[name].joints_rad for name in targets}
        start = self._bodies.solve(origins, stand)
        ends = self._bodies.solve({name: target.pose for name, target in targets.items()}, start)
        step = _Step(targets, origins, period_s, start, ends)
        limits: list[str] = []
        fractions: dict[str, float] = {}
        for name in targets:
            own = self._furthest(lambda part, name=name: self._of_one(step, name, part))
            fractions[name] = own[0]
            limits += own[1]
        share, broken = self._share(step, fractions)
        reached = {name: step.target(name, share * most) for name, most in fractions.items()}
        return reached, (*limits, *broken)

    def _share(self, step: "_Step", fractions: Mapping[str, float]) -> tuple[float, list[str]]:
        """Return how much of their ways all arms may go together, and what forbids the rest."""
        if max(self._nearness(step, fractions).values(), default=0.0) <= _ROUNDING:
            return 1.0, []

        def excess(share: float) -> Excess:
            parts = {name: share * most for name, most in fractions.items()}
            found = self._nearness(step, parts)
            for name, part in parts.items():
                found |= self._of_one(step, name, part)
            return found

        return self._furthest(excess)

    def _furthest(self, excess: Callable[[float], Excess]) -> tuple[float, list[str]]:
        """Return how much of a way may be gone, and the limits that forbid the rest."""
        wanted = excess(1.0)
        if max(wanted.values(), default=0.0) <= _ROUNDING:
            return 1.0, []
        allowed = {limit: max(over, 0.0) + _ROUNDING for limit, over in excess(0.0).items()}

        def broken(found: Excess) -> list[str]:
            return [limit for limit, over in found.items() if over > allowed[limit]]

        if not broken(wanted):
            return 1.0, []
        low, high = 0.0, 1.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2.0
            low, high = (low, middle) if broken(excess(middle)) else (middle, high)
        return low, broken(wanted)

    def _of_one(self, step: "_Step", name: str, fraction: float) -> Excess:
        """Return by how much an arm exceeds what concerns it alone."""
        joints_rad = step.joints(self._bodies, name, fraction)
        reached = self._bodies.poses({name: joints_rad})[name]
        wanted = step.target(name, fraction).pose
        beyond = np.maximum(self._low_rad - joints_rad, joints_rad - self._high_rad)
        speed = (joints_rad - step.start[name]) / step.period_s
        allowed = self._card.max_joint_speed_share * allowed_speed_rad_s(joints_rad, speed)
        least_m = self._card.min_table_distance_m
        above_m = self._bodies.above_table_m({name: joints_rad}, least_m)[name]
        return {
            acted_on(Limit.JOINT_RANGE, name): float(beyond.max()),
            acted_on(Limit.JOINT_SPEED, name): float((np.abs(speed) - allowed).max()),
            acted_on(Limit.REACH, name): max(
                reached.distance_m(wanted) - _REACH_TOLERANCE_M,
                reached.angle_rad(wanted) - _REACH_TOLERANCE_RAD,
            ),
            acted_on(Limit.TABLE_DISTANCE, name): least_m - above_m,
        }

    def _nearness(self, step: "_Step", fractions: Mapping[str, float]) -> Excess:
        """Return by how much arms are too near to each other."""
        joints = {name: step.joints(self._bodies, name, part) for name, part in fractions.items()}
        hands = {name: step.target(name, part).pose for name, part in fractions.items()}
        least_m = self._card.min_body_distance_m
        return {
            acted_on(Limit.ARM_DISTANCE, first, second): max(
                least_m - apart_m,
                self._card.min_arm_distance_m - hands[first].distance_m(hands[second]),
            )
            for (first, second), apart_m in self._bodies.apart_m(joints, least_m).items()
        }


@dataclass
class _Step:
    """One step of all arms, of which each may go a part."""

    targets: Mapping[str, ArmTarget]
    origins: Mapping[str, Pose]
    period_s: float
    start: Mapping[str, FloatArray]
    end: Mapping[str, FloatArray]
    _known: dict[tuple[str, float], FloatArray] = field(
        default_factory=dict[tuple[str, float], FloatArray]
    )

    def target(self, name: str, fraction: float) -> ArmTarget:
        """Return where an arm is after a part of its way."""
        target = self.targets[name]
        if fraction == 1.0:
            return target
        return replace(target, pose=interpolate(self.origins[name], target.pose, fraction))

    def joints(self, bodies: ArmBodies, name: str, fraction: float) -> FloatArray:
        """Return its joint angles there [rad]."""
        if fraction in (0.0, 1.0):
            return self.end[name] if fraction else self.start[name]
        if (name, fraction) not in self._known:
            pose = self.target(name, fraction).pose
            start = {name: self.start[name]}
            self._known[name, fraction] = bodies.solve({name: pose}, start)[name]
        return self._known[name, fraction]
