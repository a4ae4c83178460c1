"""A gamepad as an input device, and its B button as a stop of its own.

One reader a process, used from one thread (:mod:`lbm_studio.station.teleop.controller`): the
station process holds a :class:`GamepadTeleop`, the stop process a :class:`GamepadStopWatcher`. Both
may read the same gamepad.
"""

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np

from lbm_studio.core.clock import Clock
from lbm_studio.core.errors import StationError
from lbm_studio.core.hands_free import TakeAction
from lbm_studio.core.pose import FloatArray
from lbm_studio.core.teleoperation import (
    ArmChoice,
    Device,
    DeviceStatus,
    TeleopReading,
    TeleopSpeeds,
)
from lbm_studio.station.teleop.controller import Axis, Button, Controllers, ControllerState
from lbm_studio.station.teleop.shaping import at_most, shaped

_TAKE_BUTTONS = {
    Button.X: TakeAction.RECORD,
    Button.START: TakeAction.KEEP,
    Button.BACK: TakeAction.DISCARD,
    Button.CROSS_UP: TakeAction.REDO,
    Button.CROSS_DOWN: TakeAction.UNDO,
}

GAMEPAD_GONE = "The gamepad was unplugged; nothing moves. Plug it in again."

_DEAD_ZONE = 0.12
"""Sticks that nobody touches do not rest exactly at zero."""


class GamepadTeleop:
    """A TeleopSource. Moves in the directions that :mod:`lbm_studio.core.keyboard` explains.

    Args:
        arm_names: in the order in which Y chooses them.
        clock: stamps the readings.
        openings: how far open each gripper was sent last, 0 to 1, where it is known.
        speeds: of sticks pushed all the way.

    Raises:
        StationError: SDL is not installed.
    """

    def __init__(
        self,
        arm_names: Sequence[str],
        clock: Clock,
        openings: Mapping[str, float] | None = None,
        speeds: TeleopSpeeds | None = None,
    ) -> None:
        self._clock = clock
        self._choice = ArmChoice(arm_names, openings)
        self._speeds = speeds or TeleopSpeeds()
        self._controllers = Controllers()
        self._waits_for_centre = False
        self._title = "gamepad"
        self._heard_ns: int | None = None

    @property
    def active_arms(self) -> tuple[str, ...]:
        """The arms that the gamepad moves now."""
        return self._choice.active

    def connect(self) -> None:
        self._controllers.open()
        if not self._controllers.poll():
            self._controllers.close()
            raise StationError("No gamepad is connected. Plug one in, or use the keyboard.")

    def close(self) -> None:
        self._controllers.close()

    def read(self) -> TeleopReading:
        now_ns = self._clock.now_ns()
        states = self._controllers.poll() if self._controllers.is_open else ()
        linear, angular, enabled = np.zeros(3), np.zeros(3), False
        if states:
            linear, angular = self._velocities(states[0])
            enabled = Button.LEFT_SHOULDER in states[0].held
            self._act(states[0])
            self._title, self._heard_ns = states[0].name, now_ns
        return TeleopReading(
            self._choice.twists(linear, angular),
            enabled=enabled and not self._waits_for_centre,
            stop=any(Button.B in state.held | state.pressed for state in states),
            sampled_ns=now_ns,
            devices=(self._status(is_there=bool(states)),),
        )

    def _status(self, *, is_there: bool) -> DeviceStatus:
        return DeviceStatus(
            Device.GAMEPAD.value,
            self._title,
            arm=" and ".join(self._choice.active),
            connected=is_there,
            heard_ns=self._heard_ns,
            trouble="" if is_there else GAMEPAD_GONE,
        )

    def _act(self, state: ControllerState) -> None:
        """Obey the buttons that do something once."""
        if Button.Y in state.pressed:
            self._choice.switch()
            self._waits_for_centre = True  # the next arm does not inherit a motion
        if Button.A in state.pressed and Button.LEFT_SHOULDER in state.held:
            self._choice.toggle_gripper()
        if not any(shaped(value, _DEAD_ZONE) for value in state.axes.values()):
            self._waits_for_centre = False

    def _velocities(self, state: ControllerState) -> tuple[FloatArray, FloatArray]:
        """Return linear [m/s] and angular [rad/s] velocity in the station frame."""
        axes = {axis: shaped(value, _DEAD_ZONE) for axis, value in state.axes.items()}
        factor = self._speeds.slow_factor if Button.RIGHT_SHOULDER in state.held else 1.0
        up = axes[Axis.RIGHT_TRIGGER] - axes[Axis.LEFT_TRIGGER]
        tip = float(Button.CROSS_LEFT in state.held) - float(Button.CROSS_RIGHT in state.held)
        linear = np.array([-axes[Axis.LEFT_Y], -axes[Axis.LEFT_X], up])
        angular = np.array([tip, axes[Axis.RIGHT_Y], -axes[Axis.RIGHT_X]])
        return (
            at_most(linear, 1.0) * self._speeds.linear_m_s * factor,
            at_most(angular, 1.0) * self._speeds.angular_rad_s * factor,
        )


class GamepadStopWatcher:
    """Watches the buttons of every gamepad, for a process that can stop the station.

    Attributes:
        titles: what their makers call the gamepads that were plugged in at the last poll.
        actions: what their buttons asked for at the last poll, beside the stop. While the arms are
            moved, that is with the left shoulder held, they ask for nothing.

    Raises:
        StationError: SDL is not installed.
    """

    def __init__(self) -> None:
        self._controllers = Controllers()
        self._is_held = False
        self.titles: tuple[str, ...] = ()
        self.actions: tuple[TakeAction, ...] = ()

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_held(self) -> bool:
        """Whether the button was down at the last poll: a stop cannot be reset meanwhile."""
        return self._is_held

    def connect(self) -> None:
        """Begin to watch; gamepads may be plugged in later.

        Raises:
            StationError: SDL cannot read gamepads on this machine.
        """
        self._controllers.open()

    def close(self) -> None:
        """Stop watching. May be called twice."""
        self._controllers.close()
        self._is_held = False

    def poll(self) -> bool:
        """Return whether B went down since the last poll: true once a press, however short."""
        was_held = self._is_held
        states = self._controllers.poll()
        self._is_held = any(Button.B in state.held for state in states)
        went_down = any(Button.B in state.pressed for state in states)
        self.titles = tuple(state.name for state in states)
        self.actions = tuple(action for state in states for action in _take_actions(state))
        return went_down or (self._is_held and not was_held)


def _take_actions(state: ControllerState) -> list[TakeAction]:
    if Button.LEFT_SHOULDER in state.held:
        return []
    return [action for button, action in _TAKE_BUTTONS.items() if button in state.pressed]
