"""A device with a thread of its own: opened, used every so often, and let go of in that thread."""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, MonotonicClock

Device = TypeVar("Device")


class DeviceThread(Generic[Device]):
    """Owns one device whose calls may take long, or for ever.

    Args:
        name: of the thread.
        opening: connects and returns the device.
        using: called every period; returns whether to go on.
        closing: lets go of the device.
        period_s: time between two uses, of the machine's own [s].
    """

    def __init__(
        self,
        name: str,
        *,
        opening: Callable[[], Device],
        using: Callable[[Device], bool],
        closing: Callable[[Device], None],
        period_s: float,
    ) -> None:
        self._opening, self._using, self._closing = opening, using, closing
        self._period_ns = round(period_s * NANOSECONDS_PER_SECOND)
        self._clock = MonotonicClock()
        self._opened: SimpleQueue[Exception | None] = SimpleQueue()
        self._is_over = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def is_alive(self) -> bool:
        """Whether the device is still used."""
        return self._thread.is_alive()

    def open(self, within_s: float) -> bool:
        """Start, and return whether the device was opened in time; later it is let go of at once.

        Raises:
            Exception: whatever opening raised.
        """
        self._thread.start()
        try:
            error = self._opened.get(timeout=within_s)
        except Empty:
            self._is_over = True
            return False
        if error is not None:
            raise error
        return True

    def end(self, within_s: float) -> bool:
        """Let go of the device, and return whether that was done in time. May be called twice.

        A device that was not opened in time is not waited for either.
        """
        is_given_up, self._is_over = self._is_over, True
        if self._thread.is_alive() and not is_given_up:
            self._thread.join(within_s)
        return is_given_up or not self._thread.is_alive()

    def _run(self) -> None:
        try:
            device = self._opening()
        except Exception as error:  # noqa: BLE001 - raised again where the opening is waited for
            self._opened.put(error)
            return
        self._opened.put(None)
        try:
            self._use(device)
        finally:
            self._closing(device)

    def _use(self, device: Device) -> None:
        due_ns = self._clock.now_ns()
        while not self._is_over and self._using(device):
            due_ns = max(due_ns + self._period_ns, self._clock.now_ns() - self._period_ns)
            self._clock.sleep_until_ns(due_ns)
