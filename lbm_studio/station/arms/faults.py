"""What can go wrong with an arm or a hand, in words, each with what to do about it.

The controller's errors come as exceptions without a common base, as modes and as flags; they are
told apart by their names, so that nothing here needs the driver library.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lbm_studio.core.arm_health import ArmCondition


class RobotMode(StrEnum):
    """What the controller of an arm says it is doing."""

    OTHER = "Other"
    IDLE = "Idle"
    MOVE = "Move"
    GUIDING = "Guiding"
    REFLEX = "Reflex"
    USER_STOPPED = "UserStopped"
    RECOVERY = "AutomaticErrorRecovery"


@dataclass(frozen=True)
class Fault:
    """Why an arm or a hand does not obey.

    Attributes:
        condition: the kind of fault.
        sentence: what is the matter, and what to do about it.
    """

    condition: ArmCondition
    sentence: str


CAN_MOVE = frozenset({RobotMode.IDLE, RobotMode.MOVE})
"""The modes in which an arm does what it is told."""

FLAGS: Mapping[str, str] = {
    "joint_position_limits_violation": "a joint came to the end of its range",
    "cartesian_position_limits_violation": "the hand came to the edge of what the arm may reach",
    "self_collision_avoidance_violation": "the arm would have hit itself",
    "joint_velocity_violation": "a joint moved too fast",
    "cartesian_velocity_violation": "the hand moved too fast",
    "force_control_safety_violation": "the force at the hand became too large",
    "joint_reflex": "something pushed against a joint",
    "cartesian_reflex": "something pushed against the hand",
    "max_goal_pose_deviation_violation": "the arm did not arrive where it should",
    "max_path_pose_deviation_violation": "the arm left its path",
    "controller_torque_discontinuity": "the torques asked for changed too abruptly",
    "communication_constraints_violation": "commands came too late: this computer is too busy",
    "power_limit_violation": "the arm would have drawn too much power",
    "tau_j_range_violation": "a joint would have needed too much torque",
    "instability_detected": "the arm began to swing",
    "joint_move_in_wrong_direction": "a joint outside its range moved further out",
    "base_acceleration_invalid_reading": "the sensor in the base gives no sense",
    "base_acceleration_initialization_timeout": "the sensor in the base does not answer",
}
"""The controller's own names of its errors, in words; others are shown as they are."""

_MODES: Mapping[RobotMode, tuple[ArmCondition, str]] = {
    RobotMode.USER_STOPPED: (
        ArmCondition.USER_STOPPED,
        "The hardware stop of {arm} is pressed. Release it, then recover.",
    ),
    RobotMode.GUIDING: (
        ArmCondition.GUIDING,
        "Somebody guides {arm} by hand. Let go of its buttons, then recover.",
    ),
    RobotMode.RECOVERY: (ArmCondition.RECOVERING, "{Arm} is recovering."),
    RobotMode.OTHER: (
        ArmCondition.AWAY,
        "{Arm} is not ready; its brakes may be locked. Unlock them in Desk.",
    ),
}

_LOST = frozenset({"NetworkException", "ProtocolException"})
_PREEMPTED = "preempted"
_SAFETY = "activated safety functions"
_USER_STOP = "User Stop pressed"
_REFUSED = "refused"


def was_preempted(error: Exception) -> bool:
    """Whether a motion ended because the arm was told to stop."""
    return type(error).__name__ == "ControlException" and _PREEMPTED in str(error)


def is_connection_lost(error: Exception) -> bool:
    """Whether an arm or a hand can be reached again only by connecting anew."""
    return type(error).__name__ in _LOST


def explain_mode(arm: str, mode: RobotMode, flags: Iterable[str] = ()) -> Fault | None:
    """Return why an arm in this mode does not move; None when it can."""
    if mode in CAN_MOVE:
        return None
    if mode is RobotMode.REFLEX:
        return _reflex(arm, flags)
    condition, sentence = _MODES[mode]
    return Fault(condition, sentence.format(arm=arm, Arm=_capital(arm)))


def explain_error(arm: str, address: str, error: Exception) -> Fault:
    """Return what an exception of the driver library means.

    Args:
        arm: e.g. ``"the right arm"``.
        address: of the arm.
        error: what was raised.
    """
    text = str(error)
    match type(error).__name__:
        case "NetworkException" | "ProtocolException":
            return _away(
                f"The connection to {arm} at {address} is lost. Check the cable and that "
                "the arm is switched on, then connect again."
            )
        case "IncompatibleVersionException":
            return _away(
                f"{_capital(arm)} speaks another version of the protocol than this program "
                f"({_versions(text)}). Update the arm's system, or install the franky wheel "
                "for its version."
            )
        case "MotionEndedError":
            return explain_end(arm)
        case "RealtimeException":
            return _away(
                "This computer has no real-time kernel, but the station asks for one. Start a "
                "real-time kernel, or write realtime = false into the station file."
            )
        case _:
            return _refusal(arm, text)


def explain_failure(arm: str, address: str, error: Exception) -> Fault:
    """Return why connecting failed; takes what :func:`explain_error` takes."""
    if type(error).__name__ != "NetworkException":
        return explain_error(arm, address, error)
    if _REFUSED not in str(error):
        return explain_away(arm, address)
    return _away(
        f"{_capital(arm)} at {address} takes no commands. Switch on FCI in Desk, then connect "
        "again."
    )


def explain_busy(arm: str, address: str) -> Fault:
    """Return that an arm can be reached and does not answer."""
    return _away(
        f"{_capital(arm)} at {address} is busy: another program is connected to it. "
        "Close that program, then connect again."
    )


def explain_away(arm: str, address: str) -> Fault:
    """Return that nothing answers at the address of an arm."""
    return _away(
        f"{_capital(arm)} does not answer at {address}. Check the address in the station file, "
        "the cable, and that the arm is switched on."
    )


def explain_silence(arm: str, silent_s: float) -> Fault:
    """Return that an arm has sent nothing for a while."""
    return _away(
        f"{_capital(arm)} has sent nothing for {silent_s:.1f} s. Check the cable and the arm, "
        "then recover; if that fails, connect again."
    )


def explain_end(arm: str) -> Fault:
    """Return that an arm was made to stop following by somebody else."""
    return Fault(
        ArmCondition.REFLEX,
        f"Something else, perhaps Desk, ended the motion of {arm}. Recover to go on.",
    )


def _refusal(arm: str, text: str) -> Fault:
    """Return why a command or a motion was refused or broken off."""
    modes = [mode for mode in RobotMode if f'current mode ("{mode}")' in text]
    if _USER_STOP in text:
        modes = [RobotMode.USER_STOPPED]
    for fault in (explain_mode(arm, mode) for mode in modes):
        if fault is not None:
            return fault
    if flags := re.findall(r'"([a-z_]+)"', text):
        return _reflex(arm, flags)
    if _SAFETY in text:
        sentence = f"A safety input of {arm} has stopped it. See to it in Desk, then recover."
        return Fault(ArmCondition.REFLEX, sentence)
    if _PREEMPTED in text:
        return explain_end(arm)
    first_line = text.removeprefix("libfranka: ").partition("\n")[0].rstrip(".! ")
    sentence = f"{_capital(arm)} refuses: {first_line}. Recover to go on."
    return Fault(ArmCondition.REFLEX, sentence)


def _reflex(arm: str, flags: Iterable[str]) -> Fault:
    reasons = [FLAGS.get(flag, flag.replace("_", " ")) for flag in dict.fromkeys(flags)]
    because = " and ".join(reasons) or "it does not say why"
    sentence = f"{_capital(arm)} stopped by its own reflex: {because}. See to it, then recover."
    return Fault(ArmCondition.REFLEX, sentence)


def _away(sentence: str) -> Fault:
    return Fault(ArmCondition.AWAY, sentence)


def _versions(text: str) -> str:
    numbers = re.findall(r"version: (\d+)", text)
    return f"{numbers[0]}, not {numbers[1]}" if len(numbers) > 1 else text.rstrip(".")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
