"""Foot pedals, from reports as their owners wrote them down.

Sources:
- VEC Infinity (05f3:00ff): fenimore/scribouillage, driver.go: two bytes, 01 left, 02 middle, 04
  right and their sums, 00 when released.
- PCsensor FootSwitch: kenneth-ge/Foot-Pedal-Kernel-Dev, footpedal_userspace/reader.c: nine bytes,
  the fourth is 5 (the key B) while the pedal is down. jfedor2/hid-remapper, issue 304: three pedals
  type A, B and C as they leave the factory.
"""

import errno
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lbm_studio.core.clock import ManualClock
from lbm_studio.station.teleop.hid import HidInfo
from lbm_studio.station.teleop.pedal import Pedals, grab_keys
from tests.station.teleop.recorded_hid import COMPACT, KEYBOARD, RecordedBus

VEC = (0x05F3, 0x00FF)
FOOTSWITCH = (0x3553, 0xB001)
OLD_FOOTSWITCH = (0x0C45, 0x7403)
CONSUMER = (0x0C, 0x03)


class Floor:
    """Ports near the floor. ``typing`` are the pedals that still type."""

    def __init__(self) -> None:
        self.bus = RecordedBus()
        self.typing: set[bytes] = set()
        self.may_silence = True
        self.pedals = Pedals(self.bus, ManualClock(start_ns=7), self.silence)

    def silence(self, info: HidInfo, held: ExitStack) -> None:
        if not self.may_silence:
            raise PermissionError(errno.EACCES, "Permission denied")
        self.typing.discard(info.path)
        held.callback(self.typing.add, info.path)

    def look(self) -> None:
        self.pedals.look(self.bus.devices())

    def pressed(self) -> list[str]:
        return [press.control for press in self.pedals.poll()]


@pytest.fixture
def floor() -> Iterator[Floor]:
    floor = Floor()
    with floor.pedals:
        yield floor


def test_each_bit_of_a_button_pedal_is_a_pedal(floor: Floor):
    pedal = floor.bus.plug_in(VEC, usage=CONSUMER, title="VEC USB Footpedal")
    floor.look()
    pedal.say("01 00", "00 00", "02 00", "06 00", "04 00", "00 00")

    assert floor.pressed() == ["05f3:00ff bit 0", "05f3:00ff bit 1", "05f3:00ff bit 2"]
    assert floor.pressed() == []


def test_each_key_of_a_typing_pedal_is_a_pedal_and_no_longer_types(floor: Floor):
    pedal = floor.bus.plug_in(FOOTSWITCH, usage=KEYBOARD, title="FootSwitch")
    floor.typing.add(pedal.info.path)
    floor.look()
    pedal.say("01 00 00 05 00 00 00 00 00", "01 00 00 05 00 00 00 00 00")
    pedal.say("01 00 00 00 00 00 00 00 00", "01 00 00 06 00 00 00 00 00")

    assert floor.pressed() == ["3553:b001 key 05", "3553:b001 key 06"]
    assert not floor.typing

    floor.pedals.close()
    assert floor.typing == {pedal.info.path}


def test_older_pedals_send_no_report_number(floor: Floor):
    pedal = floor.bus.plug_in(OLD_FOOTSWITCH, usage=KEYBOARD)
    floor.look()
    pedal.say("00 00 04 00 00 00 00 00")

    assert floor.pressed() == ["0c45:7403 key 04"]


@pytest.mark.parametrize("report", ["01", "02 00 05 00", "03 00 00 05 00 00 00 00 00", "ff" * 64])
def test_other_and_broken_reports_press_nothing(floor: Floor, report: str):
    pedal = floor.bus.plug_in(FOOTSWITCH, usage=KEYBOARD)
    floor.look()
    pedal.say(report)

    assert floor.pressed() == []


def test_a_pedal_that_may_not_be_kept_from_typing_is_left_alone_with_a_sentence(floor: Floor):
    floor.may_silence = False
    pedal = floor.bus.plug_in(FOOTSWITCH, usage=KEYBOARD, title="FootSwitch")
    floor.look()
    pedal.say("01 00 00 05 00 00 00 00 00")

    assert floor.pressed() == []
    (status,) = floor.pedals.status()
    assert "“FootSwitch” types letters like a keyboard" in status.trouble
    assert 'ATTRS{idVendor}=="3553"' in status.trouble

    floor.may_silence = True
    floor.look()
    assert floor.pressed() == ["3553:b001 key 05"]
    assert floor.pedals.status()[0].trouble == ""


def test_pedals_come_and_go(floor: Floor):
    pedal = floor.bus.plug_in(VEC, usage=CONSUMER)
    floor.look()
    pedal.is_in = False
    assert floor.pressed() == []
    floor.look()
    assert floor.pedals.status() == ()

    pedal.is_in = True
    floor.look()
    pedal.say("02 00")
    assert floor.pressed() == ["05f3:00ff bit 1"]
    assert floor.pedals.status()[0].heard_ns == 7


def test_other_devices_are_no_pedals(floor: Floor):
    floor.bus.plug_in(COMPACT)
    floor.bus.plug_in(FOOTSWITCH, usage=(0x01, 0x02))
    floor.look()

    assert floor.pedals.status() == ()


def test_keys_that_cannot_be_grabbed_are_an_error(tmp_path: Path):
    (tmp_path / "hidraw3" / "device" / "input" / "input9" / "event_that_is_not_there").mkdir(
        parents=True
    )
    info = HidInfo(b"/dev/hidraw3", *FOOTSWITCH, *KEYBOARD, "FootSwitch", "usb-1")

    with ExitStack() as held, pytest.raises(OSError, match="No such file"):
        grab_keys(info, held, tmp_path)
