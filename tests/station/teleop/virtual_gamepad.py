"""A gamepad made of air: SDL's virtual joystick, which readers of this process take for real."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from lbm_studio.station.teleop.controller import Axis, Button, load_sdl

_AXES, _BUTTONS = 6, 15
_FULL = 32767


class VirtualGamepad:
    """Plugged in on construction. What it is told shows at the next poll of a reader."""

    def __init__(self, sdl: Any) -> None:
        self._sdl = sdl
        index = sdl.SDL_JoystickAttachVirtual(
            sdl.SDL_JOYSTICK_TYPE_GAMECONTROLLER, _AXES, _BUTTONS, 0
        )
        assert index >= 0, sdl.SDL_GetError()
        self._instance = sdl.SDL_JoystickGetDeviceInstanceID(index)
        self._device = sdl.SDL_JoystickOpen(index)
        for trigger in (Axis.LEFT_TRIGGER, Axis.RIGHT_TRIGGER):
            self.push(trigger, 0.0)

    def push(self, axis: Axis, value: float) -> Self:
        """Move a stick, -1 to 1 with right and down positive, or a trigger, 0 to 1."""
        if axis in (Axis.LEFT_TRIGGER, Axis.RIGHT_TRIGGER):
            value = 2.0 * value - 1.0
        self._sdl.SDL_JoystickSetVirtualAxis(self._device, axis, round(value * _FULL))
        return self

    def press(self, *buttons: Button) -> Self:
        for button in buttons:
            self._sdl.SDL_JoystickSetVirtualButton(self._device, button, 1)
        return self

    def release(self, *buttons: Button) -> Self:
        for button in buttons:
            self._sdl.SDL_JoystickSetVirtualButton(self._device, button, 0)
        return self

    def unplug(self) -> None:
        """May be called twice."""
        sdl = self._sdl
        for index in range(sdl.SDL_NumJoysticks()):
            if sdl.SDL_JoystickGetDeviceInstanceID(index) == self._instance:
                sdl.SDL_JoystickDetachVirtual(index)
                break
        if self._device is not None:
            sdl.SDL_JoystickClose(self._device)
            self._device = None


class GamepadSocket:
    """Where virtual gamepads are plugged in."""

    def __init__(self, sdl: Any) -> None:
        self._sdl = sdl
        self._plugged: list[VirtualGamepad] = []

    def plug_in(self) -> VirtualGamepad:
        gamepad = VirtualGamepad(self._sdl)
        self._plugged.append(gamepad)
        return gamepad

    def unplug_all(self) -> None:
        for gamepad in self._plugged:
            gamepad.unplug()


@contextmanager
def gamepad_socket() -> Iterator[GamepadSocket]:
    """Keep SDL's controllers alive, so that virtual gamepads can come and go."""
    sdl = load_sdl()
    assert sdl.SDL_InitSubSystem(sdl.SDL_INIT_GAMECONTROLLER) == 0, sdl.SDL_GetError()
    socket = GamepadSocket(sdl)
    try:
        yield socket
    finally:
        socket.unplug_all()
        sdl.SDL_QuitSubSystem(sdl.SDL_INIT_GAMECONTROLLER)
