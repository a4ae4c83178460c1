"""Input devices as the window knows them."""

from pathlib import Path

import pytest

from lbm_studio.app.device_words import PEDAL, troubles
from lbm_studio.app.devices import FORGET_AFTER_S, InputDevicesModel
from lbm_studio.app.notices import Level, Notices
from lbm_studio.app.settings import SettingsStore, read_settings
from lbm_studio.app.supervisor import ProcessName
from lbm_studio.app.views.devices import PhoneLink
from lbm_studio.app.views.teach import MotionSource, TeachState, TeachView
from lbm_studio.core.hands_free import TakeAction, read_pedals
from lbm_studio.core.teleoperation import Device, DeviceStatus
from lbm_studio.link.inputs import ArrangeDevices, InputDevices, TakePressed
from lbm_studio.link.phone import PhoneAccess
from tests.app.fakes import SECOND_NS, FakeProcesses, FakeStation, two_armed_description

FIRST = DeviceStatus("spacemouse", "SpaceMouse Compact", "usb-1")
SECOND = DeviceStatus("spacemouse", "SpaceMouse Wireless", "usb-2")
VEC = DeviceStatus(PEDAL, "VEC USB Footpedal", "usb-3")
ACCESS = PhoneAccess("https://127.0.0.1:8443/#00", "AA:BB", ("10", "01"))


class FakeTakes:
    """What pedals act on, written down. Fulfils Takes."""

    def __init__(self) -> None:
        self.view = TeachView(state=TeachState.READY)
        self.done: list[str] = []

    def start(self) -> None:
        self.done.append("start")

    def finish(self) -> None:
        self.done.append("finish")

    def keep(self, success: bool | None = None) -> None:
        self.done.append("keep")

    def discard(self) -> None:
        self.done.append("discard")

    def redo(self) -> None:
        self.done.append("redo")

    def undo_last(self) -> None:
        self.done.append("undo")


class Desk:
    """The model among its collaborators."""

    def __init__(self, folder: Path) -> None:
        self.station = FakeStation()
        self.station.description = two_armed_description()
        self.takes = FakeTakes()
        self.processes = FakeProcesses()
        self.notices = Notices(lambda: 0.0)
        self.settings = SettingsStore(folder, self.notices.add)
        self.pedals_file = folder / "pedals.json"
        self.is_teaching = True
        self.model = InputDevicesModel(
            self.station,
            self.takes,
            self.processes,
            self.settings,
            self.notices,
            pedals_file=self.pedals_file,
            phone_access=lambda: ACCESS,
            is_teaching=lambda: self.is_teaching,
        )

    def tell(self, *devices: DeviceStatus, in_use: bool = False, now_s: float = 1.0) -> None:
        self.model.poll(round(now_s * SECOND_NS))
        self.model.hear(InputDevices(devices=devices, in_use=in_use))
        self.model.poll(round(now_s * SECOND_NS))

    def press(self, action: TakeAction | None, control: str = "05f3:00ff bit 0") -> None:
        self.model.hear(TakePressed(source=PEDAL, control=control, action=action))

    def told(self) -> str:
        return self.notices.all[-1].text

    def row(self, device: str) -> tuple[str, str, bool]:
        row = next(row for row in self.model.view.rows if row.device == device)
        return row.title, row.sentence, row.connected


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_every_kind_of_device_is_told_of_even_while_it_is_not_there(desk: Desk):
    desk.model.poll(0)

    assert [row.device for row in desk.model.view.rows] == [
        *("keyboard", "gamepad", "spacemouse", "phone", "pedal")
    ]
    assert desk.row("keyboard") == ("Keys", "Always there.", True)
    assert desk.row("spacemouse") == ("SpaceMouse", "Not plugged in.", False)
    helped = [row.device for row in desk.model.view.rows if row.help]
    assert helped == ["gamepad", "spacemouse", "phone"]


def test_the_names_by_which_takes_are_moved_are_the_stations_and_the_colleague():
    assert {source.value for source in MotionSource} == {d.value for d in Device} | {"colleague"}


def test_what_is_plugged_in_says_which_arm_it_would_move(desk: Desk):
    desk.tell(FIRST, SECOND, VEC)

    rows = {row.place: row for row in desk.model.view.rows}
    assert (rows["usb-1"].arm, rows["usb-2"].arm) == ("right", "left")
    assert rows["usb-1"].sentence == "Moves the right arm."
    assert (rows["usb-3"].title, rows["usb-3"].sentence) == ("VEC USB Footpedal", "Ready.")


def test_a_device_in_use_tells_its_age_and_its_trouble(desk: Desk):
    desk.tell(FIRST, SECOND, now_s=9.0)
    gone = DeviceStatus(
        *("spacemouse", "SpaceMouse Compact", "usb-1", "right"),
        connected=False,
        heard_ns=7 * SECOND_NS,
        trouble="It was unplugged.",
    )
    desk.tell(gone, in_use=True, now_s=9.0)

    first, second = (row for row in desk.model.view.rows if row.device == "spacemouse")
    assert (first.connected, first.age_s, first.level) == (False, 2.0, Level.BAD)
    assert second.connected
    assert troubles(desk.model.view.rows) == {"It was unplugged."}
    desk.model.poll(round(9.1 * SECOND_NS))
    assert [notice.text for notice in desk.notices.all] == ["It was unplugged."]


def test_devices_nobody_tells_of_any_more_are_gone(desk: Desk):
    desk.tell(FIRST)
    desk.model.poll(round((1.1 + FORGET_AFTER_S) * SECOND_NS))

    assert desk.row("spacemouse")[2] is False


# --- pedals and buttons --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "action", "done"),
    [
        (TeachState.READY, TakeAction.RECORD, "start"),
        (TeachState.RECORDING, TakeAction.RECORD, "finish"),
        (TeachState.COUNTING, TakeAction.RECORD, "finish"),
        (TeachState.READY, TakeAction.REDO, "start"),
        (TeachState.RECORDING, TakeAction.REDO, "redo"),
        (TeachState.DECIDING, TakeAction.REDO, "redo"),
        (TeachState.RECORDING, TakeAction.KEEP, "keep"),
        (TeachState.DECIDING, TakeAction.DISCARD, "discard"),
        (TeachState.READY, TakeAction.UNDO, "undo"),
    ],
)
def test_a_pedal_does_what_the_key_does(
    desk: Desk, state: TeachState, action: TakeAction, done: str
):
    desk.takes.view = TeachView(state=state)
    desk.press(action)

    assert desk.takes.done == [done]


def test_a_pedal_does_nothing_while_another_panel_is_in_front(desk: Desk):
    desk.is_teaching = False
    desk.press(TakeAction.RECORD)

    assert desk.takes.done == []
    assert "Open the panel Teach" in desk.told()


def test_a_pedal_that_stopped_the_arms_has_done_so_already(desk: Desk):
    desk.press(TakeAction.STOP)

    assert desk.takes.done == []
    assert desk.notices.all == ()


def test_a_pedal_without_a_meaning_asks_to_be_taught(desk: Desk):
    desk.press(None)

    assert desk.told() == "Nobody has said what this pedal means. Teach it first."


def test_the_pedal_pressed_next_is_learned_and_does_nothing_else(desk: Desk):
    desk.model.learn(TakeAction.STOP)
    desk.press(TakeAction.REDO, "05f3:00ff bit 0")

    assert desk.takes.done == []
    assert desk.model.view.learning is None
    assert read_pedals(desk.pedals_file).action("05f3:00ff bit 0") is TakeAction.STOP
    assert desk.told() == "This pedal now means “stop”."


def test_a_gamepad_is_not_learned(desk: Desk):
    desk.model.learn(TakeAction.KEEP)
    desk.model.hear(TakePressed(source="gamepad", action=TakeAction.RECORD))
    assert desk.takes.done == ["start"]

    desk.model.cancel_learning()
    assert desk.model.view.learning is None


def test_a_disk_that_does_not_take_what_was_learned_is_told_in_words(
    desk: Desk, caplog: pytest.LogCaptureFixture
):
    desk.pedals_file.mkdir()
    desk.model.learn(TakeAction.KEEP)
    desk.press(None)

    assert "could not be saved" in desk.told()


# --- SpaceMice -----------------------------------------------------------------------------------


def test_the_station_is_told_how_to_use_devices_when_it_appears(desk: Desk):
    desk.model.poll(0)
    desk.model.poll(1)

    assert desk.station.told == [ArrangeDevices()]

    desk.station.description = None
    desk.model.poll(2)
    desk.station.description = two_armed_description()
    desk.model.poll(3)
    assert len(desk.station.told) == 2


def test_swapping_exchanges_the_arms_and_is_remembered(desk: Desk, tmp_path: Path):
    desk.tell(FIRST, SECOND)
    assert desk.model.view.can_swap
    desk.model.swap_arms()
    desk.model.poll(SECOND_NS)

    assert [row.arm for row in desk.model.view.rows if row.place] == ["left", "right"]
    swapped = {"usb-1": "left", "usb-2": "right"}
    assert desk.station.told[-1] == ArrangeDevices(spacemice=swapped)
    assert read_settings(tmp_path / "settings.json", desk.notices.add).spacemice == swapped


def test_a_single_spacemouse_has_nothing_to_swap_with(desk: Desk):
    desk.tell(FIRST)
    desk.model.swap_arms()

    assert not desk.model.view.can_swap
    assert "There is only one SpaceMouse" in desk.told()


def test_the_button_as_a_dead_man_is_remembered(desk: Desk):
    desk.model.set_hold_button(True)
    desk.model.poll(0)

    assert desk.model.view.hold_button
    assert ArrangeDevices(hold_button=True) in desk.station.told


# --- phones --------------------------------------------------------------------------------------


def test_a_phone_gets_its_link_once_it_is_let_in_and_loses_it_again(desk: Desk):
    desk.processes.open("simulated")
    desk.model.poll(0)
    assert desk.model.view.phone is None

    desk.model.open_phone(in_network=True)
    desk.model.poll(1)
    assert desk.processes.restarted == [ProcessName.PHONE]
    assert desk.processes.phones_in_network
    assert desk.model.view.phone == PhoneLink(ACCESS.url, ACCESS.fingerprint, ACCESS.code)

    desk.model.close_phone()
    desk.model.poll(2)
    assert desk.model.view.phone is None


def test_without_a_station_no_phone_is_let_in(desk: Desk):
    desk.model.open_phone(in_network=False)

    assert desk.told() == "Connect a station first."
    assert desk.processes.restarted == []
