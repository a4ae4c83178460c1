"""Foot pedals: which are plugged in, and which were pressed.

Some are buttons: one bit each. Most pretend to be keyboards and type a letter when pressed. Those
are read as pedals only once they have been kept from typing, so that no press counts twice: here,
and as a key of the window.
"""

import fcntl
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Self

from lbm_studio.core.clock import Clock
from lbm_studio.core.errors import StationError
from lbm_studio.core.teleoperation import DeviceStatus
from lbm_studio.station.teleop.hid import SYSFS, HidBus, HidInfo, HidReader

PEDAL = "pedal"
"""What a pedal is called among the devices."""


class PedalKind(Enum):
    """How a pedal says that it is pressed."""

    BUTTONS = "buttons"
    KEYS = "keys"


PEDALS = {
    (0x05F3, 0x00FF): PedalKind.BUTTONS,  # VEC Infinity
    (0x0C45, 0x7403): PedalKind.KEYS,  # PCsensor FootSwitch and its sisters, from here on
    (0x0C45, 0x7404): PedalKind.KEYS,
    (0x413D, 0x2107): PedalKind.KEYS,
    (0x1A86, 0xE026): PedalKind.KEYS,
    (0x1A86, 0xE02D): PedalKind.KEYS,
    (0x3553, 0xB001): PedalKind.KEYS,
    (0x5131, 0x2019): PedalKind.KEYS,
    (0x0426, 0x3011): PedalKind.KEYS,  # Scythe
    (0x055A, 0x0998): PedalKind.KEYS,
}
"""USB vendor and product of known pedals; the keyboards among them as rgerganov/footswitch has."""

_KEYBOARD_USAGE = (0x01, 0x06)
_KEYBOARD_REPORT = 1
_BOOT_BYTES = 8
_GRAB_REQUEST = 0x40044590  # EVIOCGRAB: events reach the holder alone
_MOST_REPORTS = 64

Silencer = Callable[[HidInfo, ExitStack], None]
"""Keeps a pedal from typing until the stack is closed.

Raises:
    OSError: this user may not.
"""


@dataclass(frozen=True)
class PedalPress:
    """A pedal went down.

    Attributes:
        control: which: the device's vendor and product, then the bit or the key.
        pressed_ns: when it was read, monotonic [ns].
    """

    control: str
    pressed_ns: int


class Pedals:
    """All pedals that are plugged in; they may come and go. Use from one thread.

    Args:
        bus: where they are plugged in.
        clock: stamps presses.
        silence: keeps those that pretend to be keyboards from typing.
    """

    def __init__(self, bus: HidBus, clock: Clock, silence: Silencer | None = None) -> None:
        self._bus = bus
        self._clock = clock
        self._silence = silence or grab_keys
        self._pedals: dict[bytes, _Pedal] = {}
        self._troubles: dict[bytes, DeviceStatus] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all pedals; those that type do so again."""
        for pedal in self._pedals.values():
            pedal.close()
        self._pedals = {}

    def look(self, infos: tuple[HidInfo, ...]) -> None:
        """Take hold of pedals that came, or may be read by now, and let go of those that went.

        Args:
            infos: what is plugged in now.
        """
        there = {info.path: info for info in infos if is_pedal(info)}
        for path in set(self._pedals) - set(there):
            self._pedals.pop(path).close()
        self._troubles = {}
        for path in set(there) - set(self._pedals):
            self._open(there[path])

    def poll(self) -> tuple[PedalPress, ...]:
        """Return what was pressed since the last time; never waits."""
        now_ns = self._clock.now_ns()
        presses: list[PedalPress] = []
        for path, pedal in list(self._pedals.items()):
            try:
                presses += (PedalPress(control, now_ns) for control in pedal.pressed(now_ns))
            except OSError:  # pulled out
                self._pedals.pop(path).close()
        return tuple(presses)

    def status(self) -> tuple[DeviceStatus, ...]:
        """Return how each pedal is."""
        return (*(pedal.status() for pedal in self._pedals.values()), *self._troubles.values())

    def _open(self, info: HidInfo) -> None:
        with ExitStack() as opened:
            try:
                if _kind_of(info) is PedalKind.KEYS:
                    self._silence(info, opened)
                reader = self._bus.open(info)
            except OSError:
                self._troubles[info.path] = _status(info, trouble=_types(info))
                return
            except StationError as error:
                self._troubles[info.path] = _status(info, trouble=str(error))
                return
            self._pedals[info.path] = _Pedal(info, reader, opened.pop_all())


class _Pedal:
    def __init__(self, info: HidInfo, reader: HidReader, held: ExitStack) -> None:
        self._info = info
        self._reader = reader
        self._held = held
        self._down: frozenset[str] = frozenset()
        self._heard_ns: int | None = None

    def close(self) -> None:
        self._reader.close()
        self._held.close()

    def pressed(self, now_ns: int) -> list[str]:
        """Return the controls that went down since the last time."""
        device = f"{self._info.vendor:04x}:{self._info.product:04x}"
        found: list[str] = []
        for _ in range(_MOST_REPORTS):
            report = self._reader.read()
            if report is None:
                break
            down = _down(_kind_of(self._info), report)
            if down is not None:
                self._heard_ns = now_ns
                found += (f"{device} {control}" for control in sorted(down - self._down))
                self._down = down
        return found

    def status(self) -> DeviceStatus:
        return _status(self._info, heard_ns=self._heard_ns)


def grab_keys(info: HidInfo, held: ExitStack, sysfs: Path = SYSFS) -> None:
    """Keep a pedal from typing until ``held`` is closed.

    Raises:
        OSError: this user may not.
    """
    node = sysfs / Path(os.fsdecode(info.path)).name
    for event in sorted((node / "device" / "input").glob("input*/event*")):
        file = os.open(Path("/dev/input") / event.name, os.O_RDONLY | os.O_NONBLOCK)
        held.callback(os.close, file)
        fcntl.ioctl(file, _GRAB_REQUEST, 1)


def is_pedal(info: HidInfo) -> bool:
    """Whether this is a pedal, and the face of it by which presses are heard."""
    kind = PEDALS.get((info.vendor, info.product))
    if kind is PedalKind.KEYS:
        return (info.usage_page, info.usage) == _KEYBOARD_USAGE
    return kind is not None


def _kind_of(info: HidInfo) -> PedalKind:
    return PEDALS[info.vendor, info.product]


def _down(kind: PedalKind, report: bytes) -> frozenset[str] | None:
    """Return what is down, None for a report about something else."""
    if kind is PedalKind.BUTTONS:
        bits = int.from_bytes(report, "little")
        return frozenset(f"bit {bit}" for bit in range(8 * len(report)) if bits >> bit & 1)
    if len(report) == _BOOT_BYTES + 1 and report[0] == _KEYBOARD_REPORT:
        report = report[1:]
    if len(report) != _BOOT_BYTES:
        return None
    return frozenset(f"key {key:02x}" for key in report[2:] if key)


def _status(info: HidInfo, *, heard_ns: int | None = None, trouble: str = "") -> DeviceStatus:
    return DeviceStatus(PEDAL, info.title, info.place, heard_ns=heard_ns, trouble=trouble)


def _types(info: HidInfo) -> str:
    return (
        f"“{info.title}” types letters like a keyboard. To use it as a pedal, add the line "
        f'SUBSYSTEMS=="usb", ATTRS{{idVendor}}=="{info.vendor:04x}", TAG+="uaccess" to '
        "/etc/udev/rules.d/70-lbm-studio.rules and plug it in again."
    )
