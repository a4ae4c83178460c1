"""From a reading to the next action."""

from dataclasses import replace

import numpy as np
import pytest

from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.pose import Pose, rotation_from_vector
from lbm_studio.core.teleoperation import ArmTwist, TeleopReading
from lbm_studio.station.safety.hands import HandLimits
from lbm_studio.station.teleop.mapping import GRIPPER_SPEED_M_S, next_action
from tests.core.stations import make_station

STATION = make_station("right", "left")
CARD = STATION.safety
PERIOD_S = STATION.embodiment.chunk.period_s
DOWN = rotation_from_vector(np.array([np.pi, 0.0, 0.0]))
BEFORE = Action(
    {
        "right": ArmTarget(Pose(np.array([-0.1, -0.2, 0.3]), DOWN), 0.08),
        "left": ArmTarget(Pose(np.array([-0.1, 0.2, 0.3]), DOWN), 0.08),
    }
)


def reading(
    linear: tuple[float, ...] = (0.0, 0.0, 0.0),
    angular: tuple[float, ...] = (0.0, 0.0, 0.0),
    opening: float | None = None,
    arms: tuple[str, ...] = ("right",),
) -> TeleopReading:
    twist = ArmTwist(np.array(linear), np.array(angular), opening)
    return TeleopReading(dict.fromkeys(arms, twist), enabled=True, stop=False, sampled_ns=0)


def step(request: TeleopReading, before: Action = BEFORE) -> Action:
    return next_action(request, before, STATION, PERIOD_S)


def test_a_velocity_moves_the_target_by_that_much_in_a_period() -> None:
    after = step(reading(linear=(0.1, 0.0, -0.2)))

    moved = after.arms["right"].pose.position - BEFORE.arms["right"].pose.position
    np.testing.assert_allclose(moved, np.array([0.1, 0.0, -0.2]) * PERIOD_S)
    assert after.arms["left"] == BEFORE.arms["left"]


def test_both_arms_can_move_at_once() -> None:
    after = step(reading(linear=(0.1, 0.0, 0.0), arms=("right", "left")))

    for name in ("right", "left"):
        assert after.arms[name].pose.distance_m(BEFORE.arms[name].pose) > 0.0


def test_a_turn_is_about_the_end_effector_and_the_axes_of_the_station() -> None:
    after = step(reading(angular=(0.0, 0.0, 0.5)))

    pose = after.arms["right"].pose
    np.testing.assert_array_equal(pose.position, BEFORE.arms["right"].pose.position)
    expected = rotation_from_vector(np.array([0.0, 0.0, 0.5 * PERIOD_S])) @ DOWN
    np.testing.assert_allclose(pose.rotation, expected, atol=1e-12)


def test_the_arms_stay_without_the_dead_man() -> None:
    after = step(replace(reading(linear=(0.1, 0.0, 0.0), angular=(0.0, 1.0, 0.0)), enabled=False))

    assert after == BEFORE


def test_fingers_on_their_way_finish_it_without_the_dead_man() -> None:
    after = step(replace(reading(linear=(0.1, 0.0, 0.0), opening=0.0), enabled=False))

    assert after.arms["right"].pose == BEFORE.arms["right"].pose
    assert after.arms["right"].gripper_width_m < 0.08


def test_nothing_at_all_moves_with_a_stop() -> None:
    assert step(replace(reading(linear=(0.1, 0.0, 0.0), opening=0.0), stop=True)) == BEFORE


def test_a_gripper_closes_at_its_own_speed_and_no_further_than_asked() -> None:
    action, widths = BEFORE, []

    for _ in range(4):
        action = step(reading(opening=0.25), action)
        widths.append(action.arms["right"].gripper_width_m)

    assert widths == pytest.approx([0.08 - GRIPPER_SPEED_M_S * PERIOD_S, 0.02, 0.02, 0.02])


@pytest.mark.parametrize(("opening", "width_m"), [(-1.0, 0.0), (7.0, 0.08)])
def test_an_impossible_opening_ends_at_the_grippers_own_limits(
    opening: float, width_m: float
) -> None:
    action = BEFORE
    for _ in range(5):
        action = step(reading(opening=opening), action)

    assert action.arms["right"].gripper_width_m == pytest.approx(width_m)


@pytest.mark.parametrize(
    "request_", [reading(linear=(3.0, 4.0, 0.0)), reading(angular=(0.0, 60.0, 0.0))]
)
def test_a_wild_device_is_kept_to_the_safety_card(request_: TeleopReading) -> None:
    after = step(request_)

    pose, before = after.arms["right"].pose, BEFORE.arms["right"].pose
    assert pose.distance_m(before) <= CARD.max_linear_speed_m_s * PERIOD_S + 1e-12
    assert pose.angle_rad(before) <= CARD.max_angular_speed_rad_s * PERIOD_S + 1e-9
    assert HandLimits(STATION).clamp(after, BEFORE, PERIOD_S)[1] == ()


def test_pushing_against_the_workspace_does_not_pile_up() -> None:
    limits, action = HandLimits(STATION), BEFORE
    for _ in range(50):
        pushed = step(reading(linear=(0.4, 0.0, 0.0)), action)
        action = Action(limits.clamp(pushed, action, PERIOD_S)[0])
    assert action.arms["right"].pose.position[0] == pytest.approx(CARD.workspace_max_m[0])

    back = step(reading(linear=(-0.1, 0.0, 0.0)), action)

    expected = CARD.workspace_max_m[0] - 0.1 * PERIOD_S
    assert back.arms["right"].pose.position[0] == pytest.approx(expected)


def test_thousands_of_turns_still_make_a_rotation() -> None:
    action = BEFORE
    for _ in range(5000):
        action = step(reading(angular=(0.3, -0.5, 0.7)), action)

    rotation = action.arms["right"].pose.rotation
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)


def test_a_device_that_knows_an_arm_the_station_lacks_moves_the_others() -> None:
    after = step(reading(linear=(0.1, 0.0, 0.0), arms=("third", "right")))

    assert set(after.arms) == {"right", "left"}
    assert after.arms["right"] != BEFORE.arms["right"]
