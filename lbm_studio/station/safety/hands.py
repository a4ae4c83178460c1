"""What is limited of the hands alone: where they may be, how fast, how near to each other."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

import numpy as np

from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.pose import FloatArray, Pose, interpolate
from lbm_studio.core.safety import Limit, acted_on

_ROUNDING_M = 1e-9
_ROUNDING_RAD = 1e-6
_WIDTH_TOLERANCE_M = 1e-3
"""A width this little out of range is clipped without a word: a policy's noise, not a mistake."""

Targets = dict[str, ArmTarget]


class HandLimits:
    """The part of a safety card that can be told from the poses of the hands.

    Args:
        description: its safety card and grippers are used.
    """

    def __init__(self, description: StationDescription) -> None:
        self._card = description.safety
        self._arms = description.embodiment.arm_names
        self._max_width_m = {
            arm.name: arm.gripper_max_width_m for arm in description.embodiment.arms
        }
        self._low = np.array(self._card.workspace_min_m)
        self._high = np.array(self._card.workspace_max_m)

    def clamp(
        self, action: Action, previous: Action, period_s: float
    ) -> tuple[Targets, tuple[str, ...]]:
        """Return the nearest targets that may follow ``previous``, and what changed them.

        Args:
            action: what is asked for. An arm it does not name stays where it was sent last.
            previous: what was sent last, or what was measured before anything was sent.
            period_s: time between the two [s].
        """
        limits: list[str] = []
        targets: Targets = {}
        for name in self._arms:
            before = previous.arms[name]
            target, acted = self._clamp_arm(name, action.arms.get(name, before), before, period_s)
            targets[name] = target
            limits += [acted_on(limit, name) for limit in acted]
        for first, second in combinations(self._arms, 2):
            if self._keep_apart(targets, previous.arms, first, second):
                limits.append(acted_on(Limit.ARM_DISTANCE, first, second))
        return targets, tuple(limits)

    def _clamp_arm(
        self, name: str, wanted: ArmTarget, before: ArmTarget, period_s: float
    ) -> tuple[ArmTarget, list[Limit]]:
        if not is_finite(wanted):
            return before, [Limit.NOT_A_NUMBER]
        limits: list[Limit] = []
        position = np.clip(wanted.pose.position, self._low, self._high)
        if np.abs(position - wanted.pose.position).max() > _ROUNDING_M:
            limits.append(Limit.WORKSPACE)
        position, is_fast = _limit_distance(
            before.pose.position, position, self._card.max_linear_speed_m_s * period_s
        )
        limits += [Limit.LINEAR_SPEED] if is_fast else []
        rotation, is_fast = _limit_turn(
            before.pose, wanted.pose, self._card.max_angular_speed_rad_s * period_s
        )
        limits += [Limit.ANGULAR_SPEED] if is_fast else []
        width = float(np.clip(wanted.gripper_width_m, 0.0, self._max_width_m[name]))
        if abs(width - wanted.gripper_width_m) > _WIDTH_TOLERANCE_M:
            limits.append(Limit.GRIPPER_RANGE)
        return ArmTarget(Pose(position, rotation), width), limits

    def _keep_apart(
        self,
        targets: Targets,
        before: Mapping[str, ArmTarget],
        first: str,
        second: str,
    ) -> bool:
        """Shorten two steps so that the arms stay apart; return whether that was necessary."""
        start = before[second].pose.position - before[first].pose.position
        end = targets[second].pose.position - targets[first].pose.position
        fraction = _allowed_fraction(start, end, self._card.min_arm_distance_m)
        if fraction >= 1.0:
            return False
        for name in (first, second):
            origin = before[name].pose.position
            step = targets[name].pose.position - origin
            pose = Pose(origin + fraction * step, targets[name].pose.rotation)
            targets[name] = replace(targets[name], pose=pose)
        return True


def is_finite(target: ArmTarget) -> bool:
    """Whether a target consists of numbers."""
    numbers = (target.pose.position, target.pose.rotation, target.gripper_width_m)
    return all(bool(np.all(np.isfinite(number))) for number in numbers)


def _limit_distance(start: FloatArray, end: FloatArray, limit_m: float) -> tuple[FloatArray, bool]:
    step = end - start
    length = float(np.linalg.norm(step))
    if length <= limit_m + _ROUNDING_M:
        return end, False
    return start + step * (limit_m / length), True


def _limit_turn(start: Pose, end: Pose, limit_rad: float) -> tuple[FloatArray, bool]:
    angle = start.angle_rad(end)
    if angle <= limit_rad + _ROUNDING_RAD:
        return end.rotation, False
    return interpolate(start, end, limit_rad / angle).rotation, True


def _allowed_fraction(start: FloatArray, end: FloatArray, distance_m: float) -> float:
    """Return how much of the way between two offsets of two arms keeps them apart."""
    change = end - start
    # |start + s change|^2 - distance^2 = a s^2 + 2 b s + c
    a = float(change @ change)
    b = float(start @ change)
    c = float(start @ start) - distance_m**2
    if c < 0.0:  # already too near: only moving apart is allowed
        return 0.0 if b < 0.0 else 1.0
    discriminant = b * b - a * c
    if b >= 0.0 or discriminant < 0.0:
        return 1.0
    return min(1.0, c / (-b + float(np.sqrt(discriminant))))
