"""From what a device asks for to the next action: pure arithmetic, the same for every device."""

from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.embodiment import ArmDescription, SafetyCard, StationDescription
from lbm_studio.core.pose import (
    FloatArray,
    Pose,
    matrix_from_rotation_6d,
    rotation_6d_from_matrix,
    rotation_from_vector,
)
from lbm_studio.core.teleoperation import ArmTwist, TeleopReading
from lbm_studio.station.teleop.shaping import at_most

GRIPPER_SPEED_M_S = 0.2
"""How fast the distance between the fingers changes: closed in less than half a second [m/s]."""


def next_action(
    reading: TeleopReading, previous: Action, station: StationDescription, period_s: float
) -> Action:
    """Return what to send next so that the hands move as the device asks.

    Starting from what was sent last, and not from what was measured, keeps a hand from sagging
    under its load; as that was clamped, pushing against a limit does not pile up. Without the
    dead-man only fingers go on; with a stop, nothing does.

    Args:
        reading: of the device.
        previous: what was sent last, after the safety envelope.
        station: its safety card and its grippers.
        period_s: duration of the step [s].
    """
    if reading.stop:
        return previous
    targets = dict(previous.arms)
    for name, before in previous.arms.items():
        if name not in reading.arms:
            continue
        twist = reading.arms[name]
        pose = _moved(before.pose, twist, station.safety, period_s)
        width_m = _next_width_m(before, twist, station.embodiment.arm(name), period_s)
        targets[name] = ArmTarget(pose if reading.enabled else before.pose, width_m)
    return Action(targets)


def _moved(pose: Pose, twist: ArmTwist, card: SafetyCard, period_s: float) -> Pose:
    """Return the pose after a step of the twist; turns are about the end effector itself."""
    linear = at_most(twist.linear_m_s, card.max_linear_speed_m_s)
    angular = at_most(twist.angular_rad_s, card.max_angular_speed_rad_s)
    turned = rotation_from_vector(angular * period_s) @ pose.rotation
    return Pose(pose.position + linear * period_s, _orthonormal(turned))


def _next_width_m(
    before: ArmTarget, twist: ArmTwist, arm: ArmDescription, period_s: float
) -> float:
    if twist.opening is None:
        return before.gripper_width_m
    step_m = GRIPPER_SPEED_M_S * period_s
    wanted_m = min(max(twist.opening, 0.0), 1.0) * arm.gripper_max_width_m
    return before.gripper_width_m + min(max(wanted_m - before.gripper_width_m, -step_m), step_m)


def _orthonormal(rotation: FloatArray) -> FloatArray:
    """Keep thousands of small turns from adding up to something that is no rotation."""
    return matrix_from_rotation_6d(rotation_6d_from_matrix(rotation))
