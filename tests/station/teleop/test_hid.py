"""HID devices of this machine: what can be known without one, through the real library."""

from pathlib import Path

import pytest

from lbm_studio.core.errors import StationError
from lbm_studio.station.teleop.hid import HidInfo, SystemHidBus, info_of, port_of

UEVENT = """DRIVER=hid-generic
HID_ID=0003:0000256F:0000C635
HID_NAME=3Dconnexion SpaceMouse Compact
HID_PHYS=usb-0000:00:14.0-2/input0
HID_UNIQ=
MODALIAS=hid:b0003g0001v0000256Fp0000C635
"""


def uevent(sysfs: Path, text: str) -> None:
    folder = sysfs / "hidraw3" / "device"
    folder.mkdir(parents=True)
    (folder / "uevent").write_text(text)


def test_the_real_library_lists_what_is_plugged_in():
    infos = SystemHidBus().devices()

    assert list(infos) == sorted(infos, key=lambda info: (info.place, info.path, info.usage))


def test_a_device_that_cannot_be_opened_is_told_with_the_remedy():
    nowhere = HidInfo(b"/dev/hidraw99", 0x256F, 0xC635, 1, 8, "SpaceMouse Compact", "usb-1")

    with pytest.raises(StationError, match="this user may not read it") as caught:
        SystemHidBus().open(nowhere)

    assert 'ATTRS{idVendor}=="256f"' in str(caught.value)


@pytest.mark.parametrize(
    ("serial", "interface", "place"),
    [
        ("", 0, "/dev/hidraw9"),
        ("", -1, "/dev/hidraw9"),
        ("A1", 0, "A1"),
        ("A1", 1, "A1/1"),
        (None, 2, "/dev/hidraw9/2"),
    ],
)
def test_two_devices_on_one_receiver_are_told_apart(
    tmp_path: Path, serial: str | None, interface: int, place: str
):
    entry = {
        "path": b"/dev/hidraw9",
        "vendor_id": 0x256F,
        "product_id": 0xC652,
        "usage_page": 1,
        "usage": 8,
        "product_string": "",
        "serial_number": serial,
        "interface_number": interface,
    }

    expected = HidInfo(b"/dev/hidraw9", 0x256F, 0xC652, 1, 8, "input device", place)

    assert info_of(entry, tmp_path) == expected


def test_a_device_without_a_serial_number_is_known_by_its_port(tmp_path: Path):
    uevent(tmp_path, UEVENT)

    assert port_of(b"/dev/hidraw3", tmp_path) == "usb-0000:00:14.0-2"


def test_a_wireless_device_is_known_by_its_address(tmp_path: Path):
    uevent(tmp_path, UEVENT.replace("HID_UNIQ=", "HID_UNIQ=e4:00:11:22:33:44"))

    assert port_of(b"/dev/hidraw3", tmp_path) == "e4:00:11:22:33:44"


def test_where_the_system_tells_nothing_the_path_has_to_do(tmp_path: Path):
    assert port_of(b"/dev/hidraw9", tmp_path) == "/dev/hidraw9"
