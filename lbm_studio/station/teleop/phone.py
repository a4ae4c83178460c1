"""A phone that is held in the hand: the gripper follows it for as long as the screen is touched.

The phone's server is a process of its own; what comes from there has been authenticated and
checked. What counts is how far the phone moved since the screen was touched, not where it is. A
hand that is faster than the arm may go is caught up with; letting go forgets the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lbm_studio.core.clock import Clock, seconds_between
from lbm_studio.core.embodiment import SafetyCard
from lbm_studio.core.errors import StationError
from lbm_studio.core.pose import FloatArray, rotation_from_vector, rotation_vector
from lbm_studio.core.teleoperation import ArmTwist, Device, DeviceStatus, TeleopReading
from lbm_studio.link.inputs import PhonePose
from lbm_studio.station.teleop.shaping import at_most

NO_PHONE = "No phone is connected. Open its link on the phone first."

JUMP_M_S = 3.0
JUMP_RAD_S = 15.0
"""Faster than this no hand is: the phone has lost its place in the room [m/s], [rad/s]."""

_JUMP_M = 0.05
_JUMP_RAD = 0.6
"""Less than this is never a jump, however short the time [m], [rad]."""

_TO_STATION = np.array([[0.0, 0.0, -1.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
"""Takes the phone's axes, right, up and backwards, to forward, left and up."""


@dataclass(frozen=True)
class _Held:
    """How far an arm has followed a touch: the place of the phone that it has reached."""

    touch: int
    position: FloatArray
    rotation: FloatArray


class PhoneTeleop:
    """A TeleopSource for phones, one for each arm at most. ``accept`` may come from any thread.

    Args:
        arm_names: messages for other arms are ignored.
        clock: the one the messages are stamped with.
        card: how fast the hands may go, and how long a phone may be silent.
        period_s: of the control loop, which calls ``read`` once a period [s].
    """

    def __init__(
        self, arm_names: Sequence[str], clock: Clock, card: SafetyCard, period_s: float
    ) -> None:
        self._arm_names = tuple(arm_names)
        self._clock = clock
        self._card = card
        self._period_s = period_s
        self._latest: dict[str, PhonePose] = {}
        self._spoilt: dict[str, int] = {}
        self._reached: dict[str, _Held] = {}
        self._old_openings: dict[str, float | None] = {}

    def connect(self) -> None:
        """Begin; a screen that is touched already has to be touched anew, a slider moved.

        Raises:
            StationError: no phone has been heard lately.
        """
        now_ns = self._clock.now_ns()
        latest = self._latest.copy()
        if not any(self._is_fresh(message, now_ns) for message in latest.values()):
            raise StationError(NO_PHONE)
        self._reached = {}
        self._spoilt = {arm: message.touch for arm, message in latest.items() if message.held}
        self._old_openings = {arm: message.opening for arm, message in latest.items()}

    def close(self) -> None:
        self._reached = {}

    def accept(self, message: PhonePose) -> None:
        """Note where the phone of one arm is; a message older than the last is ignored."""
        before = self._latest.get(message.arm)
        is_late = before is not None and message.sampled_ns < before.sampled_ns
        if message.arm not in self._arm_names or is_late:
            return
        if not message.held:
            self._spoilt.pop(message.arm, None)
        elif before is not None and _has_jumped(before, message):
            self._spoilt[message.arm] = message.touch
        self._latest[message.arm] = message

    def read(self) -> TeleopReading:
        now_ns = self._clock.now_ns()
        arms: dict[str, ArmTwist] = {}
        devices: list[DeviceStatus] = []
        for arm, message in self._latest.copy().items():
            trouble = self._trouble(message, now_ns)
            opening = self._opening(message) if self._is_fresh(message, now_ns) else None
            if message.held and not trouble:
                arms[arm] = self._follow(message, opening)
            else:
                self._reached.pop(arm, None)
                arms[arm] = ArmTwist.still(opening)
            devices.append(_status(message, trouble, is_fresh=self._is_fresh(message, now_ns)))
        return TeleopReading(
            arms,
            enabled=bool(self._reached),
            stop=False,
            sampled_ns=now_ns,
            devices=tuple(devices),
        )

    def _is_fresh(self, message: PhonePose, now_ns: int) -> bool:
        return seconds_between(message.sampled_ns, now_ns) <= self._card.dead_man_s

    def _trouble(self, message: PhonePose, now_ns: int) -> str:
        if message.held and not self._is_fresh(message, now_ns):
            self._spoilt[message.arm] = message.touch
            return f"The phone of the {message.arm} arm has fallen silent; nothing moves there."
        if message.held and self._spoilt.get(message.arm) == message.touch:
            return f"Let go of the phone of the {message.arm} arm, then touch it again."
        return ""

    def _opening(self, message: PhonePose) -> float | None:
        """Return the opening that is wanted; a slider that was not moved since wants nothing."""
        if self._old_openings.get(message.arm) == message.opening:
            return None
        self._old_openings.pop(message.arm, None)
        return message.opening

    def _follow(self, message: PhonePose, opening: float | None) -> ArmTwist:
        """Return the velocity that catches up with the phone within the period, if it may."""
        position, rotation = _place(message)
        reached = self._reached.get(message.arm)
        if reached is None or reached.touch != message.touch:
            reached = _Held(message.touch, position, rotation)
        linear = message.scale * (position - reached.position) / self._period_s
        angular = rotation_vector(rotation @ reached.rotation.T) / self._period_s
        linear = at_most(linear, self._card.max_linear_speed_m_s)
        angular = at_most(angular, self._card.max_angular_speed_rad_s)
        self._reached[message.arm] = replace(
            reached,
            position=reached.position + linear * self._period_s / message.scale,
            rotation=rotation_from_vector(angular * self._period_s) @ reached.rotation,
        )
        return ArmTwist(linear, angular, opening)


def _place(message: PhonePose) -> tuple[FloatArray, FloatArray]:
    """Return where the phone is and how it is turned, in the axes of the station frame."""
    position = _TO_STATION @ np.array(message.position_m)
    return position, _TO_STATION @ _matrix(message.rotation_xyzw) @ _TO_STATION.T


def _matrix(quaternion_xyzw: tuple[float, float, float, float]) -> FloatArray:
    values = np.array(quaternion_xyzw)
    vector, w = values[:3], float(values[3])
    length = float(np.linalg.norm(vector))
    if length < 1e-12:
        return np.eye(3)
    return rotation_from_vector(vector / length * 2.0 * np.arctan2(length, w))


def _has_jumped(before: PhonePose, after: PhonePose) -> bool:
    if not (before.held and after.held and before.touch == after.touch):
        return False
    seconds = seconds_between(before.sampled_ns, after.sampled_ns)
    (start, start_turn), (end, end_turn) = _place(before), _place(after)
    distance_m = float(np.linalg.norm(end - start))
    angle_rad = float(np.linalg.norm(rotation_vector(end_turn @ start_turn.T)))
    return distance_m > max(_JUMP_M, JUMP_M_S * seconds) or angle_rad > max(
        _JUMP_RAD, JUMP_RAD_S * seconds
    )


def _status(message: PhonePose, trouble: str, *, is_fresh: bool) -> DeviceStatus:
    return DeviceStatus(
        Device.PHONE.value,
        "phone",
        arm=message.arm,
        connected=is_fresh,
        heard_ns=message.sampled_ns,
        trouble=trouble,
    )
