"""The values of a station file as people type them, with their units, there and back."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from lbm_studio.core.embodiment import SafetyCard
from lbm_studio.core.pose import Pose, rotation_from_vector, rotation_vector
from lbm_studio.core.station_file import ArmSetup, StationFile

YES, NO = "yes", "no"
_DEGREES = 180.0 / math.pi
_DIGITS, _CONVERTED_DIGITS = 4, 2
"""After the point. What is shown shorter than it is stays as it is unless it is typed anew."""

_UNITS = (
    ("_m_s", "m/s", 1.0),
    ("_rad_s", "°/s", _DEGREES),
    ("_rad", "°", _DEGREES),
    ("_nm", "N m", 1.0),
    ("_share", "%", 100.0),
    ("_m", "m", 1.0),
    ("_s", "s", 1.0),
    ("_n", "N", 1.0),
)
"""How the names of fields end, the unit that people use, and how many of it make one of ours."""

_LIMITS = {
    "max_linear_speed_m_s": "Speed of a hand",
    "max_angular_speed_rad_s": "Turning speed of a hand",
    "workspace_min_m": "Workspace from x, y, z",
    "workspace_max_m": "Workspace to x, y, z",
    "min_arm_distance_m": "Hands apart by",
    "min_body_distance_m": "Arms apart by",
    "min_table_distance_m": "Arms above the table by",
    "joint_margin_rad": "Joints short of their ends by",
    "max_elbow_rad": "Elbow at most",
    "max_joint_speed_share": "Speed of a joint",
    "max_force_n": "Force of an arm",
    "max_torque_nm": "Torque of a hand",
    "max_tracking_error_m": "Hand off its target by",
    "max_tracking_error_rad": "Hand turned off it by",
    "max_jump_m": "Jump of a target",
    "max_jump_rad": "Turn of a target at once",
    "policy_hold_s": "Late policy: hold after",
    "policy_stop_s": "Late policy: stop after",
    "max_picture_age_s": "Age of pictures",
    "dead_man_s": "Dead-man let go after",
    "heartbeat_s": "Silent window: stop after",
}
"""What people call the limits; others go by the name of their field."""


@dataclass(frozen=True)
class Entry:
    """One value of a station file.

    Attributes:
        path: as problems name it, e.g. ``"arms[0].address"``.
        label: for people.
        unit: of what is typed.
        text: returns what is there, as it is typed.
        changed: returns the file with what was typed; raises ValueError with a reason that goes on
            from the label.
        is_flag: whether it is yes or no.
        is_wide: whether it is long.
    """

    path: str
    label: str
    unit: str
    text: Callable[[StationFile], str]
    changed: Callable[[StationFile, str], StationFile]
    is_flag: bool = False
    is_wide: bool = False


def station_entries() -> tuple[Entry, ...]:
    """Return what belongs to the station as a whole."""
    return (
        Entry("title", "Title", "", lambda f: f.title, lambda f, t: replace(f, title=t.strip())),
        Entry("name", "Name of the file", "", lambda f: f.name, lambda f, t: replace(f, name=t)),
        Entry(
            "realtime",
            "Insist on a real-time kernel",
            "",
            lambda f: YES if f.realtime else NO,
            lambda f, t: replace(f, realtime=t == YES),
            is_flag=True,
        ),
    )


def arm_entries(index: int) -> tuple[Entry, ...]:
    """Return what belongs to one arm."""

    def entry(
        field: str, label: str, unit: str, text: Any, change: Any, *, is_wide: bool = False
    ) -> Entry:
        return Entry(
            f"arms[{index}].{field}",
            label,
            unit,
            lambda file: text(file.arms[index]),
            lambda file, typed: _with_arm(file, index, change(file.arms[index], typed)),
            is_wide=is_wide,
        )

    return (
        entry(
            "address",
            "Address of its control box",
            "",
            lambda arm: arm.address,
            lambda arm, typed: replace(arm, address=typed.strip()),
        ),
        entry("base.position_m", "Base at x, y, z", "m", _base_position, _with_base_position),
        entry("base.rotation", "Base turned about x, y, z", "°", _base_turn, _with_base_turn),
        entry("home_joints_rad", "Joints at rest", "°", _home, _with_home, is_wide=True),
        entry(
            "gripper_max_width_m",
            "Gripper opens",
            "mm",
            lambda arm: shown(1000 * arm.gripper_max_width_m),
            lambda arm, typed: replace(arm, gripper_max_width_m=_one(typed) / 1000),
        ),
    )


def limit_entries() -> Iterator[Entry]:
    """Yield every limit of the safety card: whatever it has, by the unit in its name."""
    for field in fields(SafetyCard):
        name = field.name
        suffix, unit, factor = next(
            (known for known in _UNITS if name.endswith(known[0])), ("", "", 1.0)
        )
        yield Entry(
            f"safety.{name}",
            _label(name, suffix),
            unit,
            lambda file, name=name, factor=factor: _limit_text(file.safety, name, factor),
            lambda file, typed, name=name, factor=factor: replace(
                file, safety=_with_limit(file.safety, name, factor, typed)
            ),
        )


def shown(*values: float) -> str:
    """Return numbers as they are typed, with no more digits than matter."""
    return ", ".join(f"{round(value, _DIGITS) + 0.0:.10g}" for value in values)


def _label(name: str, suffix: str) -> str:
    words = name.removesuffix(suffix).replace("_", " ")
    return _LIMITS.get(name, words[:1].upper() + words[1:])


def _limit_text(card: SafetyCard, name: str, factor: float) -> str:
    value = getattr(card, name)
    values = value if isinstance(value, tuple) else (value,)
    digits = _DIGITS if factor == 1.0 else _CONVERTED_DIGITS
    return shown(*(round(factor * float(one), digits) for one in values))


def _with_limit(card: SafetyCard, name: str, factor: float, typed: str) -> SafetyCard:
    before = getattr(card, name)
    if isinstance(before, tuple):
        numbers = tuple(number / factor for number in _numbers(typed, len(before)))
        return replace(card, **{name: numbers})
    return replace(card, **{name: _one(typed) / factor})


def _with_arm(file: StationFile, index: int, arm: ArmSetup) -> StationFile:
    return replace(file, arms=(*file.arms[:index], arm, *file.arms[index + 1 :]))


def _base_position(arm: ArmSetup) -> str:
    return shown(*arm.base.position)


def _with_base_position(arm: ArmSetup, typed: str) -> ArmSetup:
    position = np.array(_numbers(typed, 3))
    return replace(arm, base=Pose(position, arm.base.rotation))


def _base_turn(arm: ArmSetup) -> str:
    turn = _DEGREES * rotation_vector(arm.base.rotation)
    return shown(*(round(float(angle), _CONVERTED_DIGITS) for angle in turn))


def _with_base_turn(arm: ArmSetup, typed: str) -> ArmSetup:
    turn = np.array(_numbers(typed, 3)) / _DEGREES
    return replace(arm, base=Pose(arm.base.position, rotation_from_vector(turn)))


def _home(arm: ArmSetup) -> str:
    return shown(*(round(_DEGREES * angle, _CONVERTED_DIGITS) for angle in arm.home_joints_rad))


def _with_home(arm: ArmSetup, typed: str) -> ArmSetup:
    angles = _numbers(typed, len(arm.home_joints_rad))
    return replace(arm, home_joints_rad=tuple(angle / _DEGREES for angle in angles))


def _one(typed: str) -> float:
    return _numbers(typed, 1)[0]


def _numbers(typed: str, count: int) -> tuple[float, ...]:
    wanted = "a number" if count == 1 else f"{count} numbers with commas between them"
    parts = [part for part in re.split(r"[,;\s]+", typed.replace("−", "-").strip()) if part]
    try:
        numbers = tuple(float(part) for part in parts)
    except ValueError as error:
        raise ValueError(f"should be {wanted}") from error
    if len(numbers) != count or not all(map(math.isfinite, numbers)):
        raise ValueError(f"should be {wanted}")
    return numbers
