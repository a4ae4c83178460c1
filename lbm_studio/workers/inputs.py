"""What is pressed to begin, keep and discard takes: pedals, and the buttons of gamepads.

Part of the process of the STOP window: there it works while the main window hangs, and a pedal can
stop the arms. What was pressed is published for the window to act on.
"""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Self

from lbm_studio.core.clock import Clock, MonotonicClock, seconds_between
from lbm_studio.core.errors import StationError
from lbm_studio.core.hands_free import PEDALS_FILE, PedalMap, TakeAction, read_pedals
from lbm_studio.core.paths import user_data
from lbm_studio.core.teleoperation import Device, DeviceStatus
from lbm_studio.link.bus import DEVICES_TOPIC, PRESSES_TOPIC, Publisher
from lbm_studio.link.inputs import InputDevices, TakePressed
from lbm_studio.link.session import Session
from lbm_studio.station.teleop.hid import HidBus, HidInfo, SystemHidBus
from lbm_studio.station.teleop.pedal import PEDAL, PedalPress, Pedals
from lbm_studio.station.teleop.spacemouse import spacemice_among

LOOK_EVERY_S = 1.0
"""How soon a device that is plugged in is found [s]."""

_POLL_EVERY_S = 0.01
_END_WITHIN_S = 1.0

_LOG = logging.getLogger(__name__)

Stop = Callable[[str, int], object]
"""Stops the arms: by whom, and when it was pressed [ns]."""


class InputWatcher:
    """Watches pedals and tells what was pressed. All but :meth:`press` belongs to one thread.

    Args:
        session: whose window is told.
        stop: what a pedal that stops the arms calls.
        clock: stamps presses.
        bus: where pedals and SpaceMice are plugged in; this machine by default.
        pedals_file: what the pedals mean.
        gamepads: returns what the plugged-in gamepads are called.
    """

    def __init__(
        self,
        session: Session,
        stop: Stop,
        *,
        clock: Clock | None = None,
        bus: HidBus | None = None,
        pedals_file: Path | None = None,
        gamepads: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        self._session = session
        self._stop = stop
        self._clock = clock or MonotonicClock()
        self._bus = bus
        self._pedals_file = pedals_file or user_data() / PEDALS_FILE
        self._gamepads = gamepads
        self._meanings = PedalMap()
        self._actions: SimpleQueue[TakeAction] = SimpleQueue()
        self._pedals: Pedals | None = None
        self._looked_ns: int | None = None

    def open(self) -> None:
        """Begin. Without hidapi only gamepads are told of."""
        self._events = Publisher(self._session.input_events)
        try:
            self._bus = self._bus or SystemHidBus()
            self._pedals = Pedals(self._bus, self._clock)
        except StationError as error:
            _LOG.info("Pedals are not watched: %s", error)

    def close(self) -> None:
        """Let go of the pedals."""
        if self._pedals is not None:
            self._pedals.close()
        self._events.close()

    def press(self, action: TakeAction) -> None:
        """Tell of a button of a gamepad. Any thread may call this."""
        self._actions.put(action)

    def poll(self) -> None:
        """Look once; waits for nothing."""
        now_ns = self._clock.now_ns()
        if self._looked_ns is None or seconds_between(self._looked_ns, now_ns) >= LOOK_EVERY_S:
            self._looked_ns = now_ns
            self._look()
        for press in self._pedals.poll() if self._pedals else ():
            self._tell_of_pedal(press)
        while (action := self._next_action()) is not None:
            self._tell(TakePressed(source=Device.GAMEPAD.value, action=action))

    def _look(self) -> None:
        infos = self._bus.devices() if self._bus else ()
        self._meanings = read_pedals(self._pedals_file)
        if self._pedals is not None:
            self._pedals.look(infos)
        self._events.publish(DEVICES_TOPIC, InputDevices(devices=self._devices(infos)))

    def _devices(self, infos: tuple[HidInfo, ...]) -> tuple[DeviceStatus, ...]:
        return (
            *(DeviceStatus(Device.GAMEPAD.value, title) for title in self._gamepads()),
            *(
                DeviceStatus(Device.SPACEMOUSE.value, info.title, info.place)
                for info in spacemice_among(infos)
            ),
            *(self._pedals.status() if self._pedals else ()),
        )

    def _tell_of_pedal(self, press: PedalPress) -> None:
        action = self._meanings.action(press.control)
        if action is TakeAction.STOP:
            self._stop(PEDAL, press.pressed_ns)
        self._tell(TakePressed(source=PEDAL, control=press.control, action=action))

    def _tell(self, pressed: TakePressed) -> None:
        self._events.publish(PRESSES_TOPIC, pressed)

    def _next_action(self) -> TakeAction | None:
        try:
            return self._actions.get_nowait()
        except Empty:
            return None


class InputWatch:
    """Runs an :class:`InputWatcher` in a thread for the duration of a ``with`` block.

    Unlike the stop watch beside it, one that breaks ends alone: the stop must not go with it.
    """

    def __init__(self, watcher: InputWatcher) -> None:
        self._watcher = watcher
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="input watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self.wait_until_over(_END_WITHIN_S)

    def wait_until_over(self, timeout_s: float) -> bool:
        """Whether it has ended, after waiting for it [s]."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._watcher.open()
            try:
                while not self._is_over.wait(_POLL_EVERY_S):
                    self._watcher.poll()
            finally:
                self._watcher.close()
        except Exception:  # noqa: BLE001 - without pedals everything else still works
            _LOG.exception("The pedals are no longer watched.")
