"""What an input device asks of the arms, in one vocabulary for every device."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from lbm_studio.core.pose import FloatArray


class Device(StrEnum):
    """The kinds of device with which a person moves the arms, by their names."""

    KEYBOARD = "keyboard"
    GAMEPAD = "gamepad"
    SPACEMOUSE = "spacemouse"
    PHONE = "phone"


@dataclass(frozen=True)
class DeviceStatus:
    """How one input device is, for people.

    Attributes:
        device: its kind, e.g. ``"spacemouse"`` or ``"pedal"``.
        title: what its maker calls it.
        place: its serial number, or the port it is plugged into; empty where there is only one.
        arm: the arm it moves; empty while it moves none.
        connected: whether it is there.
        heard_ns: when it said something last, monotonic; None before it did [ns].
        trouble: what is the matter and what to do, a sentence; empty when all is well.
    """

    device: str
    title: str
    place: str = ""
    arm: str = ""
    connected: bool = True
    heard_ns: int | None = None
    trouble: str = ""


@dataclass(frozen=True, eq=False)
class ArmTwist:
    """What a device asks of one arm.

    Attributes:
        linear_m_s: (3,) velocity of the end effector in the station frame [m/s].
        angular_rad_s: (3,) angular velocity about the end effector, axes of the station frame
            [rad/s].
        opening: wanted opening of the gripper, 0 closed to 1 open; None leaves it as it is. Fingers
            on their way finish it even when the dead-man is let go, as those of a real hand do.
    """

    linear_m_s: FloatArray
    angular_rad_s: FloatArray
    opening: float | None = None

    @classmethod
    def still(cls, opening: float | None = None) -> "ArmTwist":
        """Return the twist of an arm that stays where it is."""
        return cls(np.zeros(3), np.zeros(3), opening)


@dataclass(frozen=True, eq=False)
class TeleopReading:
    """One reading of an input device.

    Attributes:
        arms: by arm name; an arm that is not named stays where it is.
        enabled: the dead-man switch is held. While it is not, the arms stay where they are.
        stop: the operator asks for a stop.
        sampled_ns: when the device was read, monotonic [ns].
        devices: how what was read is, where there is more to say than that it is there.
    """

    arms: Mapping[str, ArmTwist]
    enabled: bool
    stop: bool
    sampled_ns: int
    devices: tuple[DeviceStatus, ...] = ()


@dataclass(frozen=True)
class TeleopSpeeds:
    """How fast a device moves an arm when it is pushed all the way.

    Attributes:
        linear_m_s: of the end effector [m/s].
        angular_rad_s: about the end effector [rad/s].
        slow_factor: what remains of both while the key for slow motion is held.
    """

    linear_m_s: float = 0.2
    angular_rad_s: float = 0.9
    slow_factor: float = 0.3


class ArmChoice:
    """Which arms a device moves, and how far open it wants each gripper.

    Args:
        arm_names: in the order in which they are chosen. With two arms or more, all of them
            together come last, for motions that carry something between the hands.
        openings: how far open each gripper was sent last, 0 to 1, where it is known; it decides
            whether the first press of the gripper key opens or closes. Unknown counts as open.
    """

    def __init__(
        self, arm_names: Sequence[str], openings: Mapping[str, float] | None = None
    ) -> None:
        self._arm_names = tuple(arm_names)
        each = [(name,) for name in self._arm_names]
        self._choices = [*each, self._arm_names] if len(each) > 1 else each
        self._chosen = 0
        self._believed = dict.fromkeys(self._arm_names, 1.0) | dict(openings or {})
        self._wanted: dict[str, float] = {}

    @property
    def active(self) -> tuple[str, ...]:
        """The arms that the device moves now."""
        return self._choices[self._chosen]

    def switch(self) -> None:
        """Go on to the next arm."""
        self._chosen = (self._chosen + 1) % len(self._choices)

    def toggle_gripper(self) -> None:
        """Close the grippers of the active arms, or open them when the first of them is closed."""
        opening = 0.0 if self._believed[self.active[0]] > 0.5 else 1.0
        for name in self.active:
            self._believed[name] = self._wanted[name] = opening

    def twists(self, linear_m_s: FloatArray, angular_rad_s: FloatArray) -> dict[str, ArmTwist]:
        """Return the motion for the active arms; the others stay, but finish closing or opening."""
        still = {name: ArmTwist.still(self._wanted.get(name)) for name in self._arm_names}
        moved = {
            name: ArmTwist(linear_m_s, angular_rad_s, self._wanted.get(name))
            for name in self.active
        }
        return still | moved


def arms_for(
    places: Iterable[str], arm_names: Sequence[str], remembered: Mapping[str, str]
) -> dict[str, str]:
    """Return which arm the device at each place moves; devices beyond the arms move none.

    Args:
        places: where devices are plugged in.
        arm_names: of the station.
        remembered: arms by place, as a person chose them; what no longer fits is ignored.
    """
    given: dict[str, str] = {}
    waiting: list[str] = []
    for place in sorted(places):
        arm = remembered.get(place, "")
        if arm in arm_names and arm not in given.values():
            given[place] = arm
        else:
            waiting.append(place)
    free = [arm for arm in arm_names if arm not in given.values()]
    return given | dict(zip(waiting, free, strict=False))
