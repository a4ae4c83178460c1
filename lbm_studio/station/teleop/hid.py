"""Raw reports of USB and Bluetooth input devices, through hidapi.

Listing takes milliseconds; reading never waits. A device that is pulled out says so at the next
read. Everything that uses devices takes a :class:`HidBus`, so that tests can plug in recordings.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from lbm_studio.core.errors import StationError

SYSFS = Path("/sys/class/hidraw")
"""Where Linux tells at which port a device is."""

_LONGEST_REPORT_BYTES = 64


@dataclass(frozen=True)
class HidInfo:
    """One device, or one of several faces of it.

    Attributes:
        path: by which it is opened.
        vendor: USB vendor number.
        product: USB product number.
        usage_page: what it says it is: 1 is “generic desktop”; 0 where the system does not tell.
        usage: within the page: 6 is a keyboard, 8 a multi-axis controller.
        title: what its maker calls it.
        place: its serial number, or else the port it is plugged into.
    """

    path: bytes
    vendor: int
    product: int
    usage_page: int
    usage: int
    title: str
    place: str


class HidReader(Protocol):
    """A device that was opened."""

    def read(self) -> bytes | None:
        """Return the oldest report not yet read, None without one; never waits.

        Raises:
            OSError: the device is gone.
        """
        ...

    def close(self) -> None:
        """Let go of the device. May be called twice, and after it is gone."""
        ...


class HidBus(Protocol):
    """Where devices are plugged in."""

    def devices(self) -> tuple[HidInfo, ...]:
        """Return what is plugged in now, in the order of places."""
        ...

    def open(self, info: HidInfo) -> HidReader:
        """Take hold of a device.

        Raises:
            StationError: this user may not read it; the sentence says what to do.
        """
        ...


class SystemHidBus:
    """The devices of this machine. Fulfils :class:`HidBus`.

    Args:
        sysfs: where the ports are looked up.

    Raises:
        StationError: hidapi is not installed.
    """

    def __init__(self, sysfs: Path = SYSFS) -> None:
        self._api = load_hidapi()
        self._sysfs = sysfs

    def devices(self) -> tuple[HidInfo, ...]:
        infos = [info_of(entry, self._sysfs) for entry in self._api.enumerate()]
        return tuple(sorted(infos, key=lambda info: (info.place, info.path, info.usage)))

    def open(self, info: HidInfo) -> HidReader:
        device = self._api.device()
        try:
            device.open_path(info.path)
        except OSError as error:
            raise StationError(
                f"“{info.title}” is plugged in, but this user may not read it. Add the line "
                f'KERNEL=="hidraw*", ATTRS{{idVendor}}=="{info.vendor:04x}", TAG+="uaccess" to '
                "/etc/udev/rules.d/70-lbm-studio.rules and plug it in again."
            ) from error
        device.set_nonblocking(True)
        return _SystemReader(device)


class _SystemReader:
    def __init__(self, device: Any) -> None:
        self._device = device

    def read(self) -> bytes | None:
        try:
            report = self._device.read(_LONGEST_REPORT_BYTES)
        except ValueError as error:  # hidapi's word for a device that is closed
            raise OSError("The device is closed.") from error
        return bytes(report) if report else None

    def close(self) -> None:
        self._device.close()


def info_of(entry: Mapping[str, Any], sysfs: Path = SYSFS) -> HidInfo:
    """Return what hidapi tells of one device. Those that share a receiver have places of their own.

    Args:
        entry: an item of hidapi's list.
        sysfs: where the ports are looked up.
    """
    place = entry.get("serial_number") or port_of(entry["path"], sysfs)
    interface = entry.get("interface_number", 0)
    return HidInfo(
        entry["path"],
        entry["vendor_id"],
        entry["product_id"],
        entry.get("usage_page", 0),
        entry.get("usage", 0),
        entry.get("product_string") or "input device",
        f"{place}/{interface}" if interface > 0 else place,
    )


def port_of(path: bytes, sysfs: Path = SYSFS) -> str:
    """Return the port a device is plugged into, e.g. ``"usb-0000:00:14.0-2"``, else its path."""
    device = Path(os.fsdecode(path))
    try:
        lines = (sysfs / device.name / "device" / "uevent").read_text().splitlines()
    except OSError:
        return str(device)
    facts = {key: fact for key, _, fact in (line.partition("=") for line in lines)}
    return facts.get("HID_UNIQ") or facts.get("HID_PHYS", "").partition("/")[0] or str(device)


def load_hidapi() -> Any:
    """Return hidapi's module.

    Raises:
        StationError: it is not installed; the sentence says how to install it.
    """
    try:
        import hidraw  # leaves devices to the system as well
    except ImportError:
        try:
            import hid  # where there is no hidraw
        except ImportError as error:
            sentence = "This device needs hidapi. Install it with: pip install hidapi"
            raise StationError(sentence) from error
        return hid
    return hidraw
