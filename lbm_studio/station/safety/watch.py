"""What is not clamped away: what must not be asked for, and what must not be measured."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lbm_studio.core.action import Action
from lbm_studio.core.embodiment import SafetyCard
from lbm_studio.core.observation import ArmState, StationState
from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.core.safety import Limit, acted_on
from lbm_studio.station.safety.hands import is_finite


@dataclass(frozen=True, eq=False)
class Trip:
    """One reason to stop.

    Attributes:
        limit: which.
        arm: of which arm.
        what: a clause for people, with what is and what is allowed.
        at_m: (3,) where the end effector was in the station frame [m].
    """

    limit: Limit
    arm: str
    what: str
    at_m: FloatArray

    @property
    def name(self) -> str:
        """The limit together with the arm."""
        return acted_on(self.limit, self.arm)

    @property
    def is_load(self) -> bool:
        """Whether it may well last: an arm that was stopped may go on pushing."""
        return self.limit in (Limit.FORCE, Limit.TORQUE)


class SafetyWatch:
    """Looks at what is asked for and at what is measured, and says when the station must stop.

    Args:
        card: how much is allowed.
    """

    def __init__(self, card: SafetyCard) -> None:
        self._card = card
        self._asked: Action | None = None

    def begin(self) -> None:
        """Forget what was asked for: somebody else asks from now on."""
        self._asked = None

    def judge(self, state: StationState, action: Action, previous: Action) -> Trip | None:
        """Return why a station that moves must stop: for what is measured, or what is asked for."""
        return self.judge_measured(state, previous) or self.judge_asked(action, previous)

    def judge_asked(self, action: Action, previous: Action) -> Trip | None:
        """Return why an action must not be obeyed; None when it may, as far as it is allowed.

        A target may be far from where the arm is allowed to be by now, but not from both that and
        the target before.

        Args:
            action: what is asked for.
            previous: what was sent last, after all limits.
        """
        asked, self._asked = self._asked, action
        for name, target in action.arms.items():
            before = previous.arms[name].pose
            if not is_finite(target):
                what = f"The {name} arm was asked for something that is not a number"
                return Trip(Limit.NOT_A_NUMBER, name, what, before.position)
            known = (
                [before]
                if asked is None or name not in asked.arms
                else [before, asked.arms[name].pose]
            )
            what = self._jump(name, target.pose, known)
            if what:
                return Trip(Limit.JUMP, name, what, before.position)
        return None

    def judge_measured(self, state: StationState, sent: Action) -> Trip | None:
        """Return why moving arms must stop; None when all is well.

        Args:
            state: what is measured.
            sent: where the arms should be by now.
        """
        return self.judge_load(state) or next(self._astray(state, sent), None)

    def judge_load(self, state: StationState) -> Trip | None:
        """Return which arm pushes or twists harder than it may; None when none does."""
        for name, arm in state.arms.items():
            limit, what = self._load(name, arm)
            if limit is not None:
                return Trip(limit, name, what, arm.pose.position)
        return None

    def _load(self, name: str, arm: ArmState) -> tuple[Limit | None, str]:
        if arm.wrench is None:
            return None, ""
        force_n, torque_nm = (float(np.linalg.norm(part)) for part in np.split(arm.wrench, 2))
        card = self._card
        if force_n > card.max_force_n:
            allowed = f"{card.max_force_n:.0f} N are allowed"
            return Limit.FORCE, f"The {name} arm pushes with {force_n:.0f} N, {allowed}"
        if torque_nm > card.max_torque_nm:
            allowed = f"{card.max_torque_nm:.0f} Nm are allowed"
            return Limit.TORQUE, f"The {name} arm twists with {torque_nm:.0f} Nm, {allowed}"
        return None, ""

    def _astray(self, state: StationState, sent: Action) -> Iterator[Trip]:
        card = self._card
        for name, arm in state.arms.items():
            target, is_at = sent.arms[name].pose, arm.pose
            what = _too_far(
                target.distance_m(is_at),
                card.max_tracking_error_m,
                f"The {name} arm is {{}} away from where it was sent",
            ) or _too_wide(
                target.angle_rad(is_at),
                card.max_tracking_error_rad,
                f"The {name} arm is turned by {{}} from how it was sent",
            )
            if what:
                yield Trip(Limit.TRACKING_ERROR, name, what, is_at.position)

    def _jump(self, name: str, target: Pose, known: list[Pose]) -> str:
        return _too_far(
            min(target.distance_m(pose) for pose in known),
            self._card.max_jump_m,
            f"The {name} arm was asked to jump by {{}} at once",
        ) or _too_wide(
            min(target.angle_rad(pose) for pose in known),
            self._card.max_jump_rad,
            f"The {name} arm was asked to turn by {{}} at once",
        )


def _too_far(is_m: float, allowed_m: float, words: str) -> str:
    if is_m <= allowed_m:
        return ""
    return f"{words.format(f'{is_m:.2f} m')}, {allowed_m:.2f} m are allowed"


def _too_wide(is_rad: float, allowed_rad: float, words: str) -> str:
    if is_rad <= allowed_rad:
        return ""
    is_deg, allowed_deg = math.degrees(is_rad), math.degrees(allowed_rad)
    return f"{words.format(f'{is_deg:.0f}°')}, {allowed_deg:.0f}° are allowed"
