"""The keyboard as a teleoperation device: held keys become end effector velocities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.link.messages import TeleopInput

SPEED_FRACTION = 0.4
"""Of the safety card's limits; gentle enough to aim with, since keys know only on and off."""

SWITCH_ARM_KEY = "x"
GRIPPER_KEY = "f"

_LINEAR: Mapping[str, tuple[int, int, int]] = {
    "w": (1, 0, 0),
    "s": (-1, 0, 0),
    "a": (0, 1, 0),
    "d": (0, -1, 0),
    "e": (0, 0, 1),
    "q": (0, 0, -1),
}
_ANGULAR: Mapping[str, tuple[int, int, int]] = {
    "left": (0, 0, 1),
    "right": (0, 0, -1),
    "up": (0, 1, 0),
    "down": (0, -1, 0),
    "page up": (1, 0, 0),
    "page down": (-1, 0, 0),
}
KEYS = frozenset({*_LINEAR, *_ANGULAR, SWITCH_ARM_KEY, GRIPPER_KEY})

KEY_HELP = (
    ("W S", "away from and towards the arm bases"),
    ("A D", "left and right"),
    ("E Q", "up and down"),
    ("← →", "turn the hand about the vertical"),
    ("↑ ↓", "tilt the hand forwards and back"),
    ("Page Up, Page Down", "tilt the hand sideways"),
    ("F", "close or open the gripper"),
    ("X", "the other arm"),
)


@dataclass(frozen=True)
class _Limits:
    linear_m_s: float
    angular_rad_s: float


class KeyboardTeleoperation:
    """Remembers which keys are held. Holding one is the dead-man switch: none held, no motion."""

    def __init__(self, station: StationDescription) -> None:
        self._arms = station.embodiment.arm_names
        self._arm_index = 0
        self._is_closed = dict.fromkeys(self._arms, False)
        self._held: set[str] = set()
        self._gripper_pending = False
        self._limits = _Limits(
            SPEED_FRACTION * station.safety.max_linear_speed_m_s,
            SPEED_FRACTION * station.safety.max_angular_speed_rad_s,
        )

    @property
    def arm(self) -> str:
        """The arm that the keys move."""
        return self._arms[self._arm_index]

    def press(self, key: str) -> bool:
        """A key went down; return whether it means anything here. Repeats are harmless."""
        if key not in KEYS:
            return False
        if key not in self._held:
            self._held.add(key)
            self._act_once(key)
        return True

    def release(self, key: str) -> bool:
        """A key went up; return whether it means anything here."""
        self._held.discard(key)
        return key in KEYS

    def release_all(self) -> None:
        """No key is held any more, e.g. because the window lost the focus."""
        self._held.clear()

    def reading(self, now_ns: int) -> TeleopInput:
        """Return what the keys say now."""
        moving = self._held - {SWITCH_ARM_KEY, GRIPPER_KEY}
        gripper = float(not self._is_closed[self.arm]) if self._gripper_pending else None
        enabled = bool(moving) or GRIPPER_KEY in self._held or self._gripper_pending
        self._gripper_pending = GRIPPER_KEY in self._held
        return TeleopInput(
            arm=self.arm,
            linear_m_s=self._velocity(_LINEAR, moving, self._limits.linear_m_s),
            angular_rad_s=self._velocity(_ANGULAR, moving, self._limits.angular_rad_s),
            gripper=gripper,
            enabled=enabled,
            sampled_ns=now_ns,
        )

    def _act_once(self, key: str) -> None:
        if key == SWITCH_ARM_KEY:
            self._arm_index = (self._arm_index + 1) % len(self._arms)
            self._held -= {*_LINEAR, *_ANGULAR}  # the other arm does not inherit a motion
        elif key == GRIPPER_KEY:
            self._is_closed[self.arm] = not self._is_closed[self.arm]
            self._gripper_pending = True

    @staticmethod
    def _velocity(
        table: Mapping[str, tuple[int, int, int]], held: set[str], speed: float
    ) -> tuple[float, float, float]:
        x, y, z = (_axis(table, held, axis) * speed for axis in range(3))
        return (x, y, z)


def _axis(table: Mapping[str, Sequence[int]], held: set[str], axis: int) -> int:
    return sum(table[key][axis] for key in held if key in table)
