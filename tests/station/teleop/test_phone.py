"""A phone as an input device: how far it was moved while it was touched."""

from dataclasses import dataclass, field

import msgspec
import numpy as np
import pytest

from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.clock import ManualClock
from lbm_studio.core.embodiment import SafetyCard
from lbm_studio.core.errors import StationError
from lbm_studio.core.pose import FloatArray, Pose, rotation_vector
from lbm_studio.link.inputs import PhonePose
from lbm_studio.station.teleop.mapping import next_action
from lbm_studio.station.teleop.phone import PhoneTeleop
from lbm_studio.station.teleop.source import STALE_S
from tests.core.stations import make_station

PERIOD_S = 0.1
CARD = SafetyCard(max_linear_speed_m_s=0.4, max_angular_speed_rad_s=1.5)
STATION = make_station("right", "left")
HOME = Pose(np.array([0.0, 0.0, 0.4]), np.eye(3))
AT_REST = PhonePose(
    arm="right",
    touch=1,
    held=False,
    position_m=(0.0, 1.2, 0.0),
    rotation_xyzw=(0.0, 0.0, 0.0, 1.0),
    opening=None,
    scale=1.0,
    sampled_ns=1,
)


@dataclass
class Hand:
    """A hand with a phone, and an arm that follows it through the usual arithmetic."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(start_ns=1))
    pose: PhonePose = AT_REST

    def __post_init__(self) -> None:
        self.phone = PhoneTeleop(("right", "left"), self.clock, CARD, PERIOD_S)
        self.sent = Action({name: ArmTarget(HOME, 0.08) for name in ("right", "left")})
        self.say()
        self.phone.connect()

    def say(self, **changes: object) -> None:
        changes.setdefault("sampled_ns", self.clock.now_ns())
        self.pose = msgspec.structs.replace(self.pose, **changes)
        self.phone.accept(self.pose)

    def step(self, **changes: object) -> None:
        """Let a period pass at whose end the phone is somewhere else."""
        self.clock.advance_s(PERIOD_S)
        self.say(**changes)
        self.sent = next_action(self.phone.read(), self.sent, STATION, PERIOD_S)

    def moved(self) -> FloatArray:
        return self.sent.arms["right"].pose.position - HOME.position

    def turned(self) -> FloatArray:
        return rotation_vector(self.sent.arms["right"].pose.rotation)

    @property
    def trouble(self) -> str:
        return self.phone.read().devices[0].trouble


@pytest.fixture
def hand() -> Hand:
    return Hand()


def test_nothing_moves_until_the_screen_is_touched(hand: Hand):
    hand.step(position_m=(0.3, 1.2, 0.0))

    assert not hand.moved().any()
    assert not hand.phone.read().enabled


@pytest.mark.parametrize(
    ("phone_m", "hand_m"),
    [
        ((0.0, 1.2, -0.03), (0.03, 0.0, 0.0)),
        ((-0.03, 1.2, 0.0), (0.0, 0.03, 0.0)),
        ((0.0, 1.23, 0.0), (0.0, 0.0, 0.03)),
    ],
    ids=["forward", "left", "up"],
)
def test_the_gripper_goes_where_the_phone_goes_from_the_touch_on(
    hand: Hand, phone_m: tuple[float, float, float], hand_m: tuple[float, float, float]
):
    hand.step(held=True, touch=2)
    hand.step(position_m=phone_m)

    np.testing.assert_allclose(hand.moved(), hand_m, atol=1e-9)


def test_turning_the_phone_to_the_left_turns_the_gripper_to_the_left(hand: Hand):
    hand.step(held=True, touch=2)
    half = 0.05
    hand.step(rotation_xyzw=(0.0, float(np.sin(half)), 0.0, float(np.cos(half))))

    np.testing.assert_allclose(hand.turned(), [0.0, 0.0, 0.1], atol=1e-9)
    assert not hand.moved().any()


def test_half_the_scale_is_half_the_way_but_all_of_the_turn(hand: Hand):
    hand.step(held=True, touch=2, scale=0.5)
    hand.step(position_m=(0.0, 1.23, 0.0), rotation_xyzw=(0.0, 0.05, 0.0, 0.99875))

    np.testing.assert_allclose(hand.moved(), [0.0, 0.0, 0.015], atol=1e-9)
    assert hand.turned()[2] == pytest.approx(0.1, abs=1e-3)


def test_a_hand_that_is_too_fast_is_caught_up_with_at_the_limit(hand: Hand):
    hand.step(held=True, touch=2)
    ways = []
    for way in (0.1, 0.1, 0.1, 0.1):
        hand.step(position_m=(0.0, 1.2 + way, 0.0))
        ways.append(hand.moved()[2])

    assert ways == pytest.approx([0.04, 0.08, 0.1, 0.1])


def test_letting_go_forgets_the_rest_and_the_next_touch_begins_where_it_is(hand: Hand):
    hand.step(held=True, touch=2)
    hand.step(position_m=(0.0, 1.3, 0.0))
    hand.step(held=False)
    hand.step(position_m=(0.0, 1.0, 0.0))
    hand.step(held=True, touch=3)
    assert hand.moved()[2] == pytest.approx(0.04)

    hand.step(position_m=(0.0, 1.01, 0.0))
    assert hand.moved()[2] == pytest.approx(0.05)


def test_a_phone_that_falls_silent_lets_go_and_must_be_touched_again(hand: Hand):
    hand.step(held=True, touch=2)
    hand.clock.advance_s(STALE_S + 0.01)
    assert "fallen silent" in hand.trouble
    assert not hand.phone.read().enabled

    hand.step(position_m=(0.0, 1.25, 0.0))
    assert not hand.moved().any()
    assert "touch it again" in hand.trouble

    hand.step(held=False)
    hand.step(held=True, touch=3)
    hand.step(position_m=(0.0, 1.27, 0.0))
    assert hand.moved()[2] == pytest.approx(0.02)


def test_a_phone_that_loses_its_place_in_the_room_must_be_touched_again(hand: Hand):
    hand.step(held=True, touch=2)
    hand.step(position_m=(0.0, 2.2, 0.0))

    assert not hand.moved().any()
    assert "touch it again" in hand.trouble


def test_a_phone_that_is_touched_before_the_start_must_be_touched_again(hand: Hand):
    hand.say(held=True, touch=2)
    hand.phone.connect()
    hand.step(position_m=(0.0, 1.21, 0.0))

    assert not hand.moved().any()


def test_the_gripper_follows_the_slider_even_without_a_touch(hand: Hand):
    hand.step(opening=0.0)

    assert hand.sent.arms["right"].gripper_width_m < 0.08
    assert hand.sent.arms["left"].gripper_width_m == 0.08


def test_a_slider_that_stands_somewhere_from_before_moves_no_gripper(hand: Hand):
    hand.say(opening=0.2)
    hand.phone.connect()
    hand.step()
    assert hand.sent.arms["right"].gripper_width_m == 0.08

    hand.step(opening=0.3)
    assert hand.sent.arms["right"].gripper_width_m < 0.08


def test_a_phone_that_is_gone_wants_nothing_of_the_gripper(hand: Hand):
    hand.say(opening=0.2)
    hand.clock.advance_s(STALE_S + 0.01)

    assert hand.phone.read().arms["right"].opening is None


def test_late_messages_and_unknown_arms_change_nothing(hand: Hand):
    hand.step(held=True, touch=2)
    hand.phone.accept(msgspec.structs.replace(hand.pose, position_m=(9.0, 9.0, 9.0), sampled_ns=0))
    hand.phone.accept(msgspec.structs.replace(hand.pose, arm="third"))

    reading = hand.phone.read()

    assert not reading.arms["right"].linear_m_s.any()
    assert set(reading.arms) == {"right"}


def test_without_a_phone_the_way_out_is_named(hand: Hand):
    hand.clock.advance_s(10.0)

    with pytest.raises(StationError, match=r"No phone is connected\. Open its link"):
        hand.phone.connect()
