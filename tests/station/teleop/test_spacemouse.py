"""SpaceMice on a recorded bus, and one arm of the simulated station that they move."""

from collections.abc import Iterator, Mapping

import numpy as np
import pytest

from lbm_studio.core.clock import ManualClock
from lbm_studio.core.errors import StationError
from lbm_studio.core.teleoperation import TeleopReading, TeleopSpeeds
from lbm_studio.station.control.loop import ControlLoop
from lbm_studio.station.latch import StopLatch
from lbm_studio.station.safety.envelope import SafetyEnvelope
from lbm_studio.station.simulation.catalogue import find_skill
from lbm_studio.station.simulation.embodiments import dual_fr3
from lbm_studio.station.simulation.station import SimulatedStation
from lbm_studio.station.teleop.motion import TeleoperationMotion
from lbm_studio.station.teleop.source import STALE_S
from lbm_studio.station.teleop.spacemouse import SpaceMouseTeleop
from tests.station.teleop.recorded_hid import KEYBOARD, NAVIGATOR, WIRELESS, Plug, RecordedBus

ARMS = ("right", "left")
SPEEDS = TeleopSpeeds(linear_m_s=0.2, angular_rad_s=1.0)
FORWARD = "01 00 00 a2 fe 00 00"
LEFT_TURN = "02 00 00 00 00 a2 fe"
REST = "01 00 00 00 00 00 00"
LEFT_BUTTON, RIGHT_BUTTON, NO_BUTTON = "03 01 00", "03 02 00", "03 00 00"


class Desk:
    """Two ports for SpaceMice, and a station that listens."""

    def __init__(self) -> None:
        self.bus = RecordedBus()
        self.clock = ManualClock(start_ns=1)
        self.source: SpaceMouseTeleop | None = None

    def connect(
        self, remembered: Mapping[str, str] | None = None, *, hold_button: bool = False
    ) -> None:
        self.source = SpaceMouseTeleop(
            ARMS,
            self.clock,
            remembered=remembered,
            hold_button=hold_button,
            speeds=SPEEDS,
            bus=self.bus,
        )
        self.source.connect()

    def read(self) -> TeleopReading:
        assert self.source is not None
        return self.source.read()

    def speed(self, arm: str) -> list[float]:
        return self.read().arms[arm].linear_m_s.tolist()


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    if desk.source is not None:
        desk.source.close()


@pytest.fixture
def two(desk: Desk) -> tuple[Plug, Plug]:
    plugs = desk.bus.plug_in(place="usb-1"), desk.bus.plug_in(WIRELESS, place="usb-2")
    desk.connect()
    return plugs


def test_each_cap_moves_its_own_arm(desk: Desk, two: tuple[Plug, Plug]):
    two[0].say(FORWARD)
    two[1].say("01 5e 01 00 00 00 00 00 00 00 00 a2 fe")

    reading = desk.read()

    assert reading.enabled
    np.testing.assert_allclose(reading.arms["right"].linear_m_s, [0.2, 0.0, 0.0])
    np.testing.assert_allclose(reading.arms["left"].linear_m_s, [0.0, -0.2, 0.0])
    np.testing.assert_allclose(reading.arms["left"].angular_rad_s, [0.0, 0.0, 1.0])


def test_the_arms_are_dealt_out_as_a_person_remembered_them(desk: Desk):
    first, _ = desk.bus.plug_in(place="usb-1"), desk.bus.plug_in(place="usb-2")
    desk.connect({"usb-1": "left", "usb-2": "right", "usb-7": "right"})
    first.say(FORWARD)

    assert desk.speed("left") == pytest.approx([0.2, 0.0, 0.0])
    assert [(s.place, s.arm) for s in desk.read().devices] == [
        ("usb-1", "left"),
        ("usb-2", "right"),
    ]


def test_a_cap_at_rest_moves_nothing_and_near_rest_neither(desk: Desk, two: tuple[Plug, Plug]):
    assert not desk.read().enabled

    two[0].say("01 1e 00 00 00 1e 00")

    assert not desk.read().enabled


def test_half_the_push_is_much_less_than_half_the_speed(desk: Desk, two: tuple[Plug, Plug]):
    two[0].say("01 00 00 51 ff 00 00")

    assert 0.01 < desk.speed("right")[0] < 0.06


def test_a_single_spacemouse_goes_from_arm_to_arm_to_both(desk: Desk):
    mouse = desk.bus.plug_in(NAVIGATOR)
    desk.connect()
    active = []
    for _ in range(3):
        mouse.say(REST, FORWARD)
        reading = desk.read()
        active.append([arm for arm in ARMS if reading.arms[arm].linear_m_s.any()])
        mouse.say(RIGHT_BUTTON, NO_BUTTON)
        assert not desk.read().enabled, "the next arm must not inherit the motion"

    assert active == [["right"], ["left"], ["right", "left"]]


def test_the_left_button_closes_and_opens_the_gripper_of_its_arm(
    desk: Desk, two: tuple[Plug, Plug]
):
    two[1].say(LEFT_BUTTON, NO_BUTTON)
    closed = desk.read()
    two[1].say(LEFT_BUTTON, NO_BUTTON)
    opened = desk.read()

    assert (closed.arms["left"].opening, opened.arms["left"].opening) == (0.0, 1.0)
    assert closed.arms["right"].opening is None


def test_whoever_prefers_holds_the_right_button_as_the_dead_man(desk: Desk):
    mouse = desk.bus.plug_in()
    desk.connect(hold_button=True)
    mouse.say(FORWARD)
    assert not desk.read().enabled

    mouse.say(RIGHT_BUTTON)
    assert desk.speed("right") == pytest.approx([0.2, 0.0, 0.0])

    mouse.say(NO_BUTTON)
    assert not desk.read().enabled


def test_a_pushed_cap_that_falls_silent_is_let_go_of_with_a_sentence(
    desk: Desk, two: tuple[Plug, Plug]
):
    two[0].say(FORWARD)
    desk.read()
    desk.clock.advance_s(STALE_S + 0.01)
    reading = desk.read()

    assert not reading.enabled
    assert "SpaceMouse of the right arm has fallen silent" in reading.devices[0].trouble

    two[0].say(FORWARD)
    assert desk.read().enabled
    assert desk.read().devices[0].trouble == ""


def test_a_cap_at_rest_may_be_silent(desk: Desk, two: tuple[Plug, Plug]):
    two[0].say(FORWARD, REST)
    desk.read()
    desk.clock.advance_s(60.0)

    assert [status.trouble for status in desk.read().devices] == ["", ""]


def test_an_unplugged_spacemouse_lets_go_of_its_arm_alone(desk: Desk, two: tuple[Plug, Plug]):
    two[0].say(FORWARD)
    two[1].say(FORWARD)
    desk.read()
    two[0].is_in = False
    reading = desk.read()

    assert not reading.arms["right"].linear_m_s.any()
    assert reading.arms["left"].linear_m_s.any()
    gone, there = reading.devices
    assert (gone.connected, there.connected) == (False, True)
    assert gone.trouble == (
        "The SpaceMouse of the right arm was unplugged; nothing moves there. "
        "Plug it in and start again."
    )


def test_keyboards_of_the_same_maker_and_second_faces_are_no_spacemice(desk: Desk):
    desk.bus.plug_in(usage=KEYBOARD)

    with pytest.raises(StationError, match="No SpaceMouse is connected"):
        desk.connect()


def test_one_that_may_not_be_read_is_told_in_words_and_the_other_is_let_go(desk: Desk):
    fine, forbidden = desk.bus.plug_in(place="usb-1"), desk.bus.plug_in(place="usb-2")
    forbidden.is_forbidden = True

    with pytest.raises(StationError, match="this user may not read it"):
        desk.connect()

    assert not fine.is_open


def test_a_push_moves_the_simulated_arm_and_unplugging_stops_it_in_mid_motion(desk: Desk):
    mouse = desk.bus.plug_in(place="usb-1")
    desk.connect()
    assert desk.source is not None
    with SimulatedStation(dual_fr3()) as station:
        station.load(find_skill("put_cube_in_tray"), seed=3)
        loop = ControlLoop(
            station,
            desk.clock,
            envelope=SafetyEnvelope(station.description),
            latch=StopLatch(desk.clock),
            has_window=False,
        )
        loop.start(TeleoperationMotion(desk.source, station.description))
        period_s = station.description.embodiment.chunk.period_s
        heights = []
        for step in range(12):
            mouse.say("01 00 00 00 00 a2 fe")
            mouse.is_in = step < 6
            loop.tick()
            station.advance(period_s)
            desk.clock.advance_s(period_s)
            heights.append(float(station.read().arms["right"].pose.position[2]))

    assert heights[5] > heights[0] + 0.05
    assert heights[11] < heights[6] + 0.02
    assert abs(heights[11] - heights[9]) < 0.002
