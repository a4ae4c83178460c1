"""What is limited of the hands, one limit after the other."""

from dataclasses import replace

import numpy as np
import pytest

from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.pose import Pose, rotation_from_vector
from lbm_studio.station.safety.envelope import Clamped
from lbm_studio.station.safety.hands import HandLimits
from lbm_studio.station.simulation.embodiments import dual_fr3

PERIOD_S = 0.1
STATION = dual_fr3()
CARD = STATION.safety


class Hands:
    """The limits, which say what they did as the envelope does."""

    def __init__(self, station: StationDescription = STATION) -> None:
        self._limits = HandLimits(station)

    def clamp(self, wanted: Action, before: Action) -> Clamped:
        targets, limits = self._limits.clamp(wanted, before, PERIOD_S)
        return Clamped(Action(targets), limits)


@pytest.fixture
def hands() -> Hands:
    return Hands()


def action(
    right: tuple[float, float, float] = (0.0, -0.2, 0.2),
    left: tuple[float, float, float] = (0.0, 0.2, 0.2),
    width_m: float = 0.04,
    turn_rad: float = 0.0,
) -> Action:
    rotation = rotation_from_vector(np.array([0.0, 0.0, turn_rad]))
    return Action(
        {
            name: ArmTarget(Pose(np.array(position), rotation), width_m)
            for name, position in (("right", right), ("left", left))
        }
    )


def test_an_allowed_action_passes_unchanged(hands: Hands) -> None:
    wanted = action(right=(0.02, -0.2, 0.21), turn_rad=0.1, width_m=0.0)

    clamped = hands.clamp(wanted, action())

    names = STATION.embodiment.arm_names
    assert clamped.limits == ()
    assert np.array_equal(clamped.action.as_vector(names), wanted.as_vector(names))


def test_linear_speed_is_limited_along_the_way(hands: Hands) -> None:
    clamped = hands.clamp(action(right=(0.1, -0.2, 0.2)), action())

    assert clamped.limits == ("right: linear speed",)
    reach_m = CARD.max_linear_speed_m_s * PERIOD_S
    assert clamped.action.arms["right"].pose.position == pytest.approx((reach_m, -0.2, 0.2))


def test_angular_speed_is_limited_about_the_same_axis(hands: Hands) -> None:
    clamped = hands.clamp(action(turn_rad=1.0), action())

    assert clamped.limits == ("right: angular speed", "left: angular speed")
    turned = clamped.action.arms["left"].pose
    expected = rotation_from_vector(np.array([0.0, 0.0, CARD.max_angular_speed_rad_s * PERIOD_S]))
    assert turned.rotation == pytest.approx(expected)


@pytest.mark.parametrize(
    ("start", "wanted", "expected"),
    [
        ((0.19, -0.2, 0.2), (0.22, -0.2, 0.2), (0.2, -0.2, 0.2)),
        ((0.0, -0.69, 0.2), (0.0, -0.72, 0.2), (0.0, -0.7, 0.2)),
        ((0.0, -0.2, 0.02), (0.0, -0.2, -0.01), (0.0, -0.2, 0.015)),
    ],
)
def test_the_hand_stays_in_the_workspace(
    hands: Hands,
    start: tuple[float, float, float],
    wanted: tuple[float, float, float],
    expected: tuple[float, float, float],
) -> None:
    clamped = hands.clamp(action(right=wanted), action(right=start))

    assert clamped.limits == ("right: workspace",)
    assert clamped.action.arms["right"].pose.position == pytest.approx(expected)


def test_a_hand_outside_the_workspace_comes_back_no_faster_than_it_may(
    hands: Hands,
) -> None:
    outside = action(right=(0.5, -0.2, 0.2))

    clamped = hands.clamp(outside, outside)

    assert clamped.limits == ("right: workspace", "right: linear speed")
    assert clamped.action.arms["right"].pose.position[0] == pytest.approx(0.46)


@pytest.mark.parametrize(("wanted_m", "expected_m"), [(0.2, 0.08), (-0.01, 0.0)])
def test_the_gripper_stays_in_its_range(hands: Hands, wanted_m: float, expected_m: float) -> None:
    clamped = hands.clamp(action(width_m=wanted_m), action())

    assert clamped.limits == ("right: gripper range", "left: gripper range")
    assert clamped.action.arms["right"].gripper_width_m == expected_m


@pytest.mark.parametrize(("wanted_m", "expected_m"), [(0.0801, 0.08), (-0.0001, 0.0)])
def test_a_width_that_is_a_hair_out_of_range_is_clipped_silently(
    hands: Hands, wanted_m: float, expected_m: float
) -> None:
    clamped = hands.clamp(action(width_m=wanted_m), action())

    assert clamped.limits == ()
    assert clamped.action.arms["right"].gripper_width_m == expected_m


def test_two_hands_stop_before_they_meet(hands: Hands) -> None:
    before = action(right=(0.0, -0.06, 0.2), left=(0.0, 0.06, 0.2))

    clamped = hands.clamp(action(right=(0.0, -0.03, 0.2), left=(0.0, 0.03, 0.2)), before)

    arms = clamped.action.arms
    assert clamped.limits == ("right and left: arm distance",)
    assert arms["right"].pose.distance_m(arms["left"].pose) == pytest.approx(
        CARD.min_arm_distance_m
    )


def test_two_hands_may_not_pass_through_each_other_within_one_step(
    hands: Hands,
) -> None:
    fast = Hands(replace(STATION, safety=replace(CARD, max_linear_speed_m_s=5.0)))
    before = action(right=(0.0, -0.1, 0.2), left=(0.0, 0.1, 0.2))

    clamped = fast.clamp(action(right=(0.0, 0.1, 0.2), left=(0.0, -0.1, 0.2)), before)

    arms = clamped.action.arms
    assert arms["right"].pose.position[1] < arms["left"].pose.position[1]
    assert arms["right"].pose.distance_m(arms["left"].pose) == pytest.approx(
        CARD.min_arm_distance_m
    )


def test_hands_that_are_too_near_may_part_but_not_close_in(hands: Hands) -> None:
    near = action(right=(0.0, -0.02, 0.2), left=(0.0, 0.02, 0.2))

    parting = hands.clamp(action(right=(0.0, -0.05, 0.2), left=(0.0, 0.05, 0.2)), near)
    closing = hands.clamp(action(right=(0.0, -0.01, 0.2), left=(0.0, 0.01, 0.2)), near)
    resting = hands.clamp(near, near)

    assert parting.limits == ()
    assert closing.limits == ("right and left: arm distance",)
    assert closing.action.arms["right"].pose.position[1] == pytest.approx(-0.02)
    assert resting.limits == ()


@pytest.mark.parametrize("part", ["position", "rotation", "width"])
def test_what_is_not_a_number_is_not_sent(hands: Hands, part: str) -> None:
    wanted = action(right=(0.01, -0.2, 0.2))
    target = wanted.arms["right"]
    broken = {
        "position": replace(target, pose=replace(target.pose, position=np.full(3, np.nan))),
        "rotation": replace(target, pose=replace(target.pose, rotation=np.full((3, 3), np.inf))),
        "width": replace(target, gripper_width_m=float("nan")),
    }[part]

    clamped = hands.clamp(Action({"right": broken, "left": wanted.arms["left"]}), action())

    assert clamped.limits == ("right: not a number",)
    assert clamped.action.arms["right"].pose.position == pytest.approx((0.0, -0.2, 0.2))


def test_an_arm_that_is_not_mentioned_stays_where_it_was_sent(hands: Hands) -> None:
    wanted = Action({"right": action().arms["right"]})

    clamped = hands.clamp(wanted, action())

    assert clamped.limits == ()
    assert clamped.action.arms["left"].pose.position == pytest.approx((0.0, 0.2, 0.2))
