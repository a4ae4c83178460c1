"""HID devices that say what real ones were recorded to say."""

from collections import deque
from dataclasses import dataclass, field

from lbm_studio.core.errors import StationError
from lbm_studio.station.teleop.hid import HidInfo, HidReader

COMPACT = (0x256F, 0xC635)
WIRELESS = (0x256F, 0xC62E)
NAVIGATOR = (0x046D, 0xC626)

MULTI_AXIS = (0x01, 0x08)
KEYBOARD = (0x01, 0x06)


@dataclass
class Plug:
    """One device: what it is, and the reports that nobody has read yet.

    Attributes:
        info: what it says of itself.
        is_forbidden: whether this user may not open it.
    """

    info: HidInfo
    is_forbidden: bool = False
    is_in: bool = True
    is_open: bool = False
    reports: deque[bytes] = field(default_factory=deque)

    def say(self, *reports: str) -> None:
        """Send reports, written in hexadecimal."""
        self.reports.extend(bytes.fromhex(report) for report in reports)

    def read(self) -> bytes | None:
        if not self.is_in:
            raise OSError("read error")
        return self.reports.popleft() if self.reports else None

    def close(self) -> None:
        self.is_open = False


class RecordedBus:
    """Where they are plugged in. Fulfils HidBus."""

    def __init__(self) -> None:
        self.plugs: list[Plug] = []

    def plug_in(
        self,
        identity: tuple[int, int] = COMPACT,
        place: str = "usb-1",
        *,
        usage: tuple[int, int] = MULTI_AXIS,
        title: str = "SpaceMouse Compact",
    ) -> Plug:
        path = f"/dev/hidraw{len(self.plugs)}".encode()
        plug = Plug(HidInfo(path, *identity, *usage, title, place))
        self.plugs.append(plug)
        return plug

    def devices(self) -> tuple[HidInfo, ...]:
        return tuple(plug.info for plug in self.plugs if plug.is_in)

    def open(self, info: HidInfo) -> HidReader:
        plug = next(plug for plug in self.plugs if plug.info == info)
        if plug.is_forbidden:
            raise StationError(f"“{info.title}” is plugged in, but this user may not read it.")
        plug.is_open = True
        return plug
