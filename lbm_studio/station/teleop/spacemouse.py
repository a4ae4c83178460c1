"""SpaceMice: one for each arm, or one for all of them in turn.

Pushing the cap moves the hand, turning it turns the hand. The cap springs back when it is let go,
so pushing it is the dead-man; whoever prefers holds the right button as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack

import numpy as np

from lbm_studio.core.clock import Clock, seconds_between
from lbm_studio.core.errors import StationError
from lbm_studio.core.pose import FloatArray
from lbm_studio.core.teleoperation import (
    ArmChoice,
    ArmTwist,
    Device,
    DeviceStatus,
    TeleopReading,
    TeleopSpeeds,
    arms_for,
)
from lbm_studio.station.teleop.cap import LEFT_BUTTON, RIGHT_BUTTON, Cap
from lbm_studio.station.teleop.hid import HidBus, HidInfo, HidReader, SystemHidBus
from lbm_studio.station.teleop.shaping import at_most, shaped
from lbm_studio.station.teleop.source import STALE_S

NO_SPACEMOUSE = "No SpaceMouse is connected. Plug one in, or use the keyboard."

_VENDORS = (0x256F, 0x046D)
"""3Dconnexion, and Logitech, which made the older ones."""

_MULTI_AXIS = (0x01, 0x08)
"""Usage page and usage by which a SpaceMouse is told from other devices of these makers."""

_DEAD_ZONE = 0.1
_MOST_REPORTS = 256
"""More than this never waits in a queue; a device that floods us is cut short."""


def spacemice_among(infos: Iterable[HidInfo]) -> tuple[HidInfo, ...]:
    """Return the SpaceMice among what is plugged in, each once."""
    found = {
        info.path: info
        for info in infos
        if info.vendor in _VENDORS and (info.usage_page, info.usage) == _MULTI_AXIS
    }
    return tuple(found.values())


class SpaceMouseTeleop:
    """A TeleopSource for the SpaceMice that are plugged in when it is connected.

    With one SpaceMouse, its right button goes on to the next arm; with several, each has its arm.

    Args:
        arm_names: of the station.
        clock: tells how long a device has been silent.
        remembered: arms by place, as a person chose them.
        hold_button: whether the arm moves only while the right button is held.
        openings: how far open each gripper was sent last, 0 to 1, where it is known.
        speeds: of a cap that is pushed all the way.
        bus: where the devices are; this machine by default.
        stale_s: a device silent for so long, while pushed, has been lost [s].
    """

    def __init__(
        self,
        arm_names: Sequence[str],
        clock: Clock,
        *,
        remembered: Mapping[str, str] | None = None,
        hold_button: bool = False,
        openings: Mapping[str, float] | None = None,
        speeds: TeleopSpeeds | None = None,
        bus: HidBus | None = None,
        stale_s: float = STALE_S,
    ) -> None:
        self._arm_names = tuple(arm_names)
        self._clock = clock
        self._remembered = remembered or {}
        self._hold_button = hold_button
        self._openings = openings
        self._speeds = speeds or TeleopSpeeds()
        self._bus = bus
        self._stale_s = stale_s
        self._hands: tuple[_Hand, ...] = ()

    def connect(self) -> None:
        if self._hands:
            return
        bus = self._bus or SystemHidBus()
        found = spacemice_among(bus.devices())
        if not found:
            raise StationError(NO_SPACEMOUSE)
        arms = arms_for((info.place for info in found), self._arm_names, self._remembered)
        with ExitStack() as opened:
            hands: list[_Hand] = []
            for info in found:
                if info.place in arms:
                    hand = self._hand(bus, info, arms[info.place], len(found) == 1)
                    opened.callback(hand.close)
                    hands.append(hand)
            opened.pop_all()
        self._hands = tuple(hands)

    def close(self) -> None:
        for hand in self._hands:
            hand.close()
        self._hands = ()

    def read(self) -> TeleopReading:
        now_ns = self._clock.now_ns()
        arms: dict[str, ArmTwist] = {}
        for hand in self._hands:
            arms |= hand.twists(now_ns)
        return TeleopReading(
            arms,
            enabled=any(hand.is_held for hand in self._hands),
            stop=False,
            sampled_ns=now_ns,
            devices=tuple(hand.status() for hand in self._hands),
        )

    def _hand(self, bus: HidBus, info: HidInfo, arm: str, is_only_one: bool) -> "_Hand":
        first = self._arm_names.index(arm)
        names = self._arm_names[first:] + self._arm_names[:first] if is_only_one else (arm,)
        choice = ArmChoice(names, self._openings)
        return _Hand(info, bus.open(info), choice, self._speeds, self._hold_button, self._stale_s)


class _Hand:
    """One SpaceMouse, and the arm or arms it moves."""

    def __init__(
        self,
        info: HidInfo,
        reader: HidReader,
        choice: ArmChoice,
        speeds: TeleopSpeeds,
        hold_button: bool,
        stale_s: float,
    ) -> None:
        self.is_held = False
        self._stale_s = stale_s
        self._info = info
        self._reader = reader
        self._choice = choice
        self._speeds = speeds
        self._hold_button = hold_button
        self._cap = Cap()
        self._heard_ns: int | None = None
        self._trouble = ""
        self._is_gone = False
        self._waits_for_centre = False

    def close(self) -> None:
        self._reader.close()

    def twists(self, now_ns: int) -> dict[str, ArmTwist]:
        self._drain(now_ns)
        self._watch(now_ns)
        self.is_held = self._may_move()
        speeds = self._speeds if self.is_held else TeleopSpeeds(0.0, 0.0)
        return self._choice.twists(
            _velocity(self._cap.push) * speeds.linear_m_s,
            _velocity(self._cap.turn) * speeds.angular_rad_s,
        )

    def status(self) -> DeviceStatus:
        return DeviceStatus(
            Device.SPACEMOUSE.value,
            self._info.title,
            self._info.place,
            " and ".join(self._choice.active),
            connected=not self._is_gone,
            heard_ns=self._heard_ns,
            trouble=self._trouble,
        )

    def _drain(self, now_ns: int) -> None:
        """Take in what the device has said since the last time."""
        for _ in range(_MOST_REPORTS if not self._is_gone else 0):
            try:
                report = self._reader.read()
            except OSError:
                self._is_gone = True
                return
            if report is None:
                return
            before = [self._cap.holds(button) for button in (LEFT_BUTTON, RIGHT_BUTTON)]
            if self._cap.take(report):
                self._heard_ns = now_ns
                self._obey_buttons(*before)
                self._waits_for_centre = self._waits_for_centre and not self._is_centred

    def _obey_buttons(self, had_left: bool, had_right: bool) -> None:
        if self._cap.holds(LEFT_BUTTON) and not had_left:
            self._choice.toggle_gripper()
        if self._cap.holds(RIGHT_BUTTON) and not had_right and not self._hold_button:
            before = self._choice.active
            self._choice.switch()
            # the next arm does not inherit a motion
            self._waits_for_centre = before != self._choice.active

    @property
    def _is_centred(self) -> bool:
        return not (_velocity(self._cap.push).any() or _velocity(self._cap.turn).any())

    def _watch(self, now_ns: int) -> None:
        """Find out why the arm must stay: a pushed cap goes on reporting, a lost one does not."""
        arms = _arms_in_words(self._choice.active)
        heard_ns = self._heard_ns
        is_silent = heard_ns is not None and seconds_between(heard_ns, now_ns) > self._stale_s
        self._trouble = ""
        if self._is_gone:
            self._trouble = (
                f"The SpaceMouse of the {arms} was unplugged; nothing moves there. "
                "Plug it in and start again."
            )
        elif is_silent and not self._is_centred:
            self._trouble = (
                f"The SpaceMouse of the {arms} has fallen silent; nothing moves there. "
                "Let the cap go, and look to its battery."
            )

    def _may_move(self) -> bool:
        is_pressed = self._cap.holds(RIGHT_BUTTON) or not self._hold_button
        is_pushed = not (self._is_centred or self._waits_for_centre)
        return is_pressed and is_pushed and not self._trouble


def _velocity(pushed: FloatArray) -> FloatArray:
    """Return which way and how fast, no longer than one."""
    return at_most(np.array([shaped(float(value), _DEAD_ZONE) for value in pushed]), 1.0)


def _arms_in_words(names: Sequence[str]) -> str:
    return f"{' and '.join(names)} {'arm' if len(names) == 1 else 'arms'}"
