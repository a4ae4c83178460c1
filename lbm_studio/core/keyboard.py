"""The keys that move an arm: one table, also shown as help, and what the held keys ask for.

Directions are those of a person who stands behind the arms: forward is away from the bases (x),
left is y, up is z. A turn is about the point between the fingers, so the hand stays where it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from lbm_studio.core.pose import FloatArray
from lbm_studio.core.teleoperation import ArmChoice, TeleopReading, TeleopSpeeds


class KeyAction(StrEnum):
    """What a row of keys does."""

    MOVE = "move"
    TURN = "turn"
    GRIPPER = "gripper"
    SWITCH_ARM = "switch arm"
    SLOW = "slow"


@dataclass(frozen=True)
class KeyRow:
    """One key, or two that undo each other.

    Attributes:
        keys: lower-case names, e.g. ``("w", "s")``.
        action: what they do.
        meaning: what people read.
        axis: direction of MOVE, or axis of TURN by the right-hand rule, in the station frame, for
            the first key; the second goes the other way.
    """

    keys: tuple[str, ...]
    action: KeyAction
    meaning: str
    axis: tuple[float, float, float] = (0.0, 0.0, 0.0)


KEY_ROWS: tuple[KeyRow, ...] = (
    KeyRow(("w", "s"), KeyAction.MOVE, "forward and back", (1.0, 0.0, 0.0)),
    KeyRow(("a", "d"), KeyAction.MOVE, "left and right", (0.0, 1.0, 0.0)),
    KeyRow(("e", "q"), KeyAction.MOVE, "up and down", (0.0, 0.0, 1.0)),
    KeyRow(("j", "l"), KeyAction.TURN, "turn the hand left and right", (0.0, 0.0, 1.0)),
    KeyRow(("i", "k"), KeyAction.TURN, "tip the fingers forward and back", (0.0, -1.0, 0.0)),
    KeyRow(("u", "o"), KeyAction.TURN, "tip the fingers left and right", (1.0, 0.0, 0.0)),
    KeyRow(("f",), KeyAction.GRIPPER, "close or open the gripper"),
    KeyRow(("x",), KeyAction.SWITCH_ARM, "the next arm, then both"),
    KeyRow(("shift",), KeyAction.SLOW, "hold to move slowly"),
)

_MOTIONS = (KeyAction.MOVE, KeyAction.TURN)
_ROW_OF = {key: row for row in KEY_ROWS for key in row.keys}


def key_help(arm_count: int) -> tuple[tuple[str, str], ...]:
    """Return (keys, what they do) for the help page of a station with that many arms."""
    rows = [row for row in KEY_ROWS if arm_count > 1 or row.action is not KeyAction.SWITCH_ARM]
    return tuple((" ".join(key.capitalize() for key in row.keys), row.meaning) for row in rows)


class KeyboardArm:
    """The keys held at this moment, and the motion they ask for. Holding one is the dead-man.

    Args:
        arm_names: in the order in which the switching key chooses them.
        openings: how far open each gripper was sent last, 0 to 1, where it is known.
        speeds: of a held key.
    """

    def __init__(
        self,
        arm_names: Sequence[str],
        openings: Mapping[str, float] | None = None,
        speeds: TeleopSpeeds | None = None,
    ) -> None:
        self._choice = ArmChoice(arm_names, openings)
        self._speeds = speeds or TeleopSpeeds()
        self._held: set[str] = set()

    @property
    def active_arms(self) -> tuple[str, ...]:
        """The arms that the keys move now."""
        return self._choice.active

    def press(self, key: str) -> bool:
        """Note that a key went down; return whether it is one of ours. Repetitions are harmless."""
        if key not in _ROW_OF:
            return False
        if key not in self._held:
            self._held.add(key)
            self._act(_ROW_OF[key].action)
        return True

    def release(self, key: str) -> bool:
        """Note that a key went up; return whether it is one of ours."""
        self._held.discard(key)
        return key in _ROW_OF

    def release_all(self) -> None:
        """No key is held any more, e.g. because the window lost the focus."""
        self._held.clear()

    def reading(self, now_ns: int) -> TeleopReading:
        """Return what the held keys ask for."""
        factor = self._speeds.slow_factor if self._axes(KeyAction.SLOW) else 1.0
        linear = _sum_of_directions(self._axes(KeyAction.MOVE)) * self._speeds.linear_m_s
        angular = _sum_of_directions(self._axes(KeyAction.TURN)) * self._speeds.angular_rad_s
        twists = self._choice.twists(linear * factor, angular * factor)
        return TeleopReading(twists, enabled=bool(self._held), stop=False, sampled_ns=now_ns)

    def _act(self, action: KeyAction) -> None:
        if action is KeyAction.GRIPPER:
            self._choice.toggle_gripper()
        elif action is KeyAction.SWITCH_ARM:
            # The next arm inherits no motion: a key that is still held must be pressed again.
            self._held = {key for key in self._held if _ROW_OF[key].action not in _MOTIONS}
            self._choice.switch()

    def _axes(self, action: KeyAction) -> list[FloatArray]:
        rows = [(key, _ROW_OF[key]) for key in self._held if _ROW_OF[key].action is action]
        return [np.array(row.axis) * (1.0 if key == row.keys[0] else -1.0) for key, row in rows]


def _sum_of_directions(axes: list[FloatArray]) -> FloatArray:
    """Return the sum, no longer than one: two keys together are not faster than one."""
    total = np.sum([np.zeros(3), *axes], axis=0)
    return total / max(1.0, float(np.linalg.norm(total)))
