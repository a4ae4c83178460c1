"""Game controllers through SDL: which are plugged in, what is held and what was pressed.

SDL keeps its devices and its event queue per process and is not thread-safe. Hence one
:class:`Controllers` a process, and all of its methods in one thread. None of them waits: opening
takes about 5 ms, polling a few microseconds.
"""

import ctypes
import threading
import warnings
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from lbm_studio.core.errors import StationError

_AXIS_RANGE = 32767.0


class Button(IntEnum):
    """Buttons by their place on an Xbox controller; the numbers are SDL's."""

    A = 0
    B = 1
    X = 2
    Y = 3
    BACK = 4
    START = 6
    LEFT_SHOULDER = 9
    RIGHT_SHOULDER = 10
    CROSS_UP = 11
    CROSS_DOWN = 12
    CROSS_LEFT = 13
    CROSS_RIGHT = 14


class Axis(IntEnum):
    """Axes; the numbers are SDL's.

    Sticks give -1 to 1, right and down positive; triggers 0 to 1.
    """

    LEFT_X = 0
    LEFT_Y = 1
    RIGHT_X = 2
    RIGHT_Y = 3
    LEFT_TRIGGER = 4
    RIGHT_TRIGGER = 5


@dataclass(frozen=True)
class ControllerState:
    """One controller at one moment.

    Attributes:
        name: what its maker calls it.
        axes: by axis, -1 to 1.
        held: buttons that are down now.
        pressed: buttons that went down since the last poll, even if they are up again.
    """

    name: str
    axes: dict[Axis, float]
    held: frozenset[Button]
    pressed: frozenset[Button]


class Controllers:
    """All controllers that are plugged in; they may come and go.

    Raises:
        StationError: SDL is not installed.
    """

    def __init__(self) -> None:
        self._sdl = load_sdl()
        self._devices: dict[int, Any] = {}
        self._thread: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it listens."""
        return self._thread is not None

    def open(self) -> None:
        """Begin to listen, in the thread that will poll. Does nothing when open already.

        Raises:
            StationError: SDL cannot read controllers on this machine.
        """
        if self._thread is not None:
            return
        # Read controllers without a window of one's own, and leave Ctrl+C and screens alone.
        self._sdl.SDL_SetHint(b"SDL_JOYSTICK_ALLOW_BACKGROUND_EVENTS", b"1")
        self._sdl.SDL_SetHint(b"SDL_NO_SIGNAL_HANDLERS", b"1")
        self._sdl.SDL_SetHint(b"SDL_VIDEODRIVER", b"dummy")
        if self._sdl.SDL_InitSubSystem(self._sdl.SDL_INIT_GAMECONTROLLER) != 0:
            reason = self._sdl.SDL_GetError().decode(errors="replace")
            raise StationError(f"Gamepads cannot be read on this machine: {reason}.")
        self._thread = threading.get_ident()

    def close(self) -> None:
        """Let go of all controllers. May be called twice."""
        if self._thread is None:
            return
        self._require_own_thread()
        for device in self._devices.values():
            self._sdl.SDL_GameControllerClose(device)
        self._devices = {}
        self._sdl.SDL_QuitSubSystem(self._sdl.SDL_INIT_GAMECONTROLLER)
        self._thread = None

    def poll(self) -> tuple[ControllerState, ...]:
        """Return all controllers that are plugged in now, the one that came first leading."""
        self._require_own_thread()
        self._sdl.SDL_GameControllerUpdate()
        self._follow_plugs()
        pressed = self._pressed_since()
        return tuple(
            self._state(device, frozenset(pressed.get(instance, ())))
            for instance, device in self._devices.items()
        )

    def _require_own_thread(self) -> None:
        if threading.get_ident() != self._thread:
            raise RuntimeError("Controllers must be polled in the thread that opened them.")

    def _follow_plugs(self) -> None:
        for instance, device in list(self._devices.items()):
            if not self._sdl.SDL_GameControllerGetAttached(device):
                self._sdl.SDL_GameControllerClose(self._devices.pop(instance))
        for index in range(self._sdl.SDL_NumJoysticks()):
            instance = self._sdl.SDL_JoystickGetDeviceInstanceID(index)
            if instance not in self._devices and self._sdl.SDL_IsGameController(index):
                device = self._sdl.SDL_GameControllerOpen(index)
                if device:
                    self._devices[instance] = device

    def _pressed_since(self) -> dict[int, set[Button]]:
        """Empty SDL's queue and return the buttons that went down, by controller."""
        pressed: dict[int, set[Button]] = {}
        event = self._sdl.SDL_Event()
        kind = self._sdl.SDL_CONTROLLERBUTTONDOWN
        take = self._sdl.SDL_GETEVENT
        while self._sdl.SDL_PeepEvents(ctypes.byref(event), 1, take, kind, kind) > 0:
            if event.cbutton.button in Button._value2member_map_:
                button = Button(event.cbutton.button)
                pressed.setdefault(event.cbutton.which, set()).add(button)
        self._sdl.SDL_FlushEvents(self._sdl.SDL_FIRSTEVENT, self._sdl.SDL_LASTEVENT)
        return pressed

    def _state(self, device: Any, pressed: frozenset[Button]) -> ControllerState:
        sdl = self._sdl
        axes = {axis: sdl.SDL_GameControllerGetAxis(device, axis) / _AXIS_RANGE for axis in Axis}
        held = frozenset(b for b in Button if sdl.SDL_GameControllerGetButton(device, b))
        name = sdl.SDL_GameControllerName(device) or b"gamepad"
        return ControllerState(name.decode(errors="replace"), axes, held, pressed)


def load_sdl() -> Any:
    """Return the module ``sdl2``.

    Raises:
        StationError: it is not installed; the sentence says how to install it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # PySDL2 announces the library it has found
            import sdl2
    except ImportError as error:
        raise StationError(
            "A gamepad needs SDL. Install it with: pip install PySDL2 pysdl2-dll"
        ) from error
    return sdl2
