"""Presses of pedals and gamepads on their way to the window, over real sockets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lbm_studio.core.clock import ManualClock
from lbm_studio.core.hands_free import PedalMap, TakeAction, write_pedals
from lbm_studio.link.bus import Subscriber
from lbm_studio.link.inputs import InputDevices, TakePressed
from lbm_studio.link.messages import Published
from lbm_studio.link.session import Session
from lbm_studio.station.teleop.controller import Button
from lbm_studio.station.teleop.pedal import PEDAL
from lbm_studio.workers.inputs import LOOK_EVERY_S, InputWatch, InputWatcher
from lbm_studio.workers.stop import StopWatcher
from tests.station.teleop.recorded_hid import RecordedBus
from tests.station.teleop.virtual_gamepad import gamepad_socket
from tests.workers.live_station import make_session

VEC = (0x05F3, 0x00FF)
CONSUMER = (0x0C, 0x03)
PATIENCE_S = 10.0


class Room:
    """A watcher over a recorded pedal, and a window that hears it, in manual time."""

    def __init__(self, folder: Path) -> None:
        self.session: Session = make_session(folder)
        self.clock = ManualClock(start_ns=1)
        self.bus = RecordedBus()
        self.pedal = self.bus.plug_in(VEC, "usb-3", usage=CONSUMER, title="VEC USB Footpedal")
        self.bus.plug_in(place="usb-1")
        self.file = folder / "pedals.json"
        self.stops: list[str] = []
        self.watcher = InputWatcher(
            self.session,
            lambda source, pressed_ns: self.stops.append(source),
            clock=self.clock,
            bus=self.bus,
            pedals_file=self.file,
            gamepads=lambda: ("Pad",),
        )
        self.window = Subscriber(self.session.input_events)

    def look(self) -> InputDevices:
        """Let it list devices, and hear it: a new subscriber misses the first messages."""
        heard: Published | None = None
        while not isinstance(heard, InputDevices):
            self.clock.advance_s(LOOK_EVERY_S)
            self.watcher.poll()
            heard = self.window.receive(0.02)
        return heard

    def pressed(self) -> TakePressed:
        self.watcher.poll()
        heard = self.window.receive(PATIENCE_S)
        while not isinstance(heard, TakePressed):
            assert heard is not None
            heard = self.window.receive(PATIENCE_S)
        return heard


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    room.watcher.open()
    yield room
    room.watcher.close()
    room.window.close()


def test_what_is_plugged_in_is_told(room: Room):
    told = room.look().devices

    assert [(status.device, status.title, status.place) for status in told] == [
        ("gamepad", "Pad", ""),
        ("spacemouse", "SpaceMouse Compact", "usb-1"),
        ("pedal", "VEC USB Footpedal", "usb-3"),
    ]


def test_a_pedal_is_heard_in_the_window_with_its_meaning(room: Room):
    room.look()
    room.pedal.say("02 00", "00 00")

    assert room.pressed() == TakePressed(
        source=PEDAL, control="05f3:00ff bit 1", action=TakeAction.KEEP
    )
    assert room.stops == []


def test_a_pedal_that_was_taught_to_stop_stops_without_the_window(room: Room):
    write_pedals(room.file, PedalMap().learned("05f3:00ff bit 0", TakeAction.STOP))
    room.look()
    room.pedal.say("01 00")

    assert room.pressed().action is TakeAction.STOP
    assert room.stops == [PEDAL]


def test_a_button_of_the_gamepad_is_heard_in_the_window(room: Room):
    room.look()
    room.watcher.press(TakeAction.RECORD)

    assert room.pressed() == TakePressed(source="gamepad", action=TakeAction.RECORD)


def test_the_gamepads_buttons_ask_for_takes_unless_it_moves_the_arms(tmp_path: Path):
    actions: list[TakeAction] = []
    watcher = StopWatcher(make_session(tmp_path), ManualClock(1), on_action=actions.append)
    with gamepad_socket() as socket:
        gamepad = socket.plug_in()
        watcher.open()
        watcher.poll()
        for button in (Button.X, Button.START, Button.BACK, Button.CROSS_UP, Button.CROSS_DOWN):
            gamepad.press(button)
            watcher.poll()
            gamepad.release(button)
            watcher.poll()
        gamepad.press(Button.LEFT_SHOULDER)
        watcher.poll()
        gamepad.press(Button.BACK)
        watcher.poll()
        names = watcher.gamepads
        watcher.close()

    assert actions == [
        TakeAction.RECORD,
        TakeAction.KEEP,
        TakeAction.DISCARD,
        TakeAction.REDO,
        TakeAction.UNDO,
    ]
    assert len(names) == 1


def test_a_watch_that_breaks_says_so_and_ends_alone(
    room: Room, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    room.watcher.close()

    def broken() -> None:
        raise RuntimeError("The cable is cut.")

    monkeypatch.setattr(room.watcher, "poll", broken)
    watch = InputWatch(room.watcher)
    with watch:
        watch.wait_until_over(PATIENCE_S)

    assert "The pedals are no longer watched." in caplog.text
    room.watcher.open()
