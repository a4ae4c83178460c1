"""The messages about input devices: to the station, and from the processes that read devices."""

import msgspec

from lbm_studio.core.hands_free import TakeAction
from lbm_studio.core.teleoperation import DeviceStatus
from lbm_studio.link.message import Message


class ArrangeDevices(Message, frozen=True):
    """Say how devices are to be used from the next StartTeleoperation on.

    Attributes:
        spacemice: arms by the place where a SpaceMouse is plugged in; others are dealt out.
        hold_button: whether a SpaceMouse moves its arm only while its right button is held.
    """

    spacemice: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    hold_button: bool = False


class TeleopInput(Message, frozen=True):
    """One reading of a device that lives in the window, e.g. the keyboard.

    Attributes:
        arm: which arm it moves.
        linear_m_s: (3,) desired end effector velocity in the station frame [m/s].
        angular_rad_s: (3,) desired angular velocity in the station frame [rad/s].
        gripper: desired opening, 0 closed to 1 open; None leaves it.
        enabled: the dead-man switch.
        sampled_ns: when it was read [ns].
    """

    arm: str
    linear_m_s: tuple[float, float, float]
    angular_rad_s: tuple[float, float, float]
    gripper: float | None
    enabled: bool
    sampled_ns: int


class PhonePose(Message, frozen=True):
    """Where a phone is that moves an arm, as its server has checked it.

    Attributes:
        arm: which arm it moves.
        touch: counts the touches of the screen; a new one begins a new motion.
        held: whether the screen is touched: the dead-man switch.
        position_m: in a frame of the phone's own: right, up, backwards [m].
        rotation_xyzw: unit quaternion, in the same frame.
        opening: desired opening of the gripper, 0 closed to 1 open; None leaves it.
        scale: how far the hand goes for a metre of the phone.
        sampled_ns: when it arrived [ns].
    """

    arm: str
    touch: int
    held: bool
    position_m: tuple[float, float, float]
    rotation_xyzw: tuple[float, float, float, float]
    opening: float | None
    scale: float
    sampled_ns: int


class InputDevices(Message, frozen=True):
    """How the input devices are that the sender reads.

    Attributes:
        devices: every one of them.
        in_use: whether they move the arms at this moment: the station tells of those, the process
            of the STOP window of what is plugged in.
    """

    devices: tuple[DeviceStatus, ...]
    in_use: bool = False


class TakePressed(Message, frozen=True):
    """A pedal or a button of a gamepad was pressed.

    Attributes:
        source: ``"pedal"`` or ``"gamepad"``.
        control: which pedal; empty for a gamepad.
        action: what it asks for; None for a pedal that nobody has taught its meaning.
    """

    source: str
    control: str = ""
    action: TakeAction | None = None
