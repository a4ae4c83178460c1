"""Which arms a device moves, and what their grippers should do."""

import numpy as np
import pytest

from lbm_studio.core.teleoperation import ArmChoice, ArmTwist

FORWARD, NO_TURN = np.array([0.1, 0.0, 0.0]), np.zeros(3)


def openings(choice: ArmChoice) -> dict[str, float | None]:
    return {name: twist.opening for name, twist in choice.twists(FORWARD, NO_TURN).items()}


def test_switching_goes_through_every_arm_then_all_of_them_and_round_again() -> None:
    choice = ArmChoice(("right", "left"))
    seen = [choice.active]

    for _ in range(3):
        choice.switch()
        seen.append(choice.active)

    assert seen == [("right",), ("left",), ("right", "left"), ("right",)]


def test_a_single_arm_has_nothing_to_switch_to() -> None:
    choice = ArmChoice(("right",))

    choice.switch()

    assert choice.active == ("right",)


def test_only_the_active_arm_moves() -> None:
    twists = ArmChoice(("right", "left")).twists(FORWARD, NO_TURN)

    np.testing.assert_array_equal(twists["right"].linear_m_s, FORWARD)
    np.testing.assert_array_equal(twists["left"].linear_m_s, 0.0)


def test_grippers_are_left_alone_until_they_are_told() -> None:
    assert openings(ArmChoice(("right", "left"))) == {"right": None, "left": None}


def test_a_gripper_goes_on_closing_after_the_arm_was_switched() -> None:
    choice = ArmChoice(("right", "left"))

    choice.toggle_gripper()
    choice.switch()

    assert openings(choice) == {"right": 0.0, "left": None}


@pytest.mark.parametrize(("sent", "first"), [(1.0, 0.0), (0.0, 1.0)], ids=["open", "closed"])
def test_the_first_press_undoes_what_was_sent_last(sent: float, first: float) -> None:
    choice = ArmChoice(("right",), {"right": sent})

    choice.toggle_gripper()
    assert openings(choice) == {"right": first}

    choice.toggle_gripper()
    assert openings(choice) == {"right": 1.0 - first}


def test_both_grippers_do_the_same_when_both_arms_are_chosen() -> None:
    choice = ArmChoice(("right", "left"), {"right": 1.0, "left": 0.0})
    choice.switch()
    choice.switch()

    choice.toggle_gripper()

    assert openings(choice) == {"right": 0.0, "left": 0.0}


def test_a_still_twist_moves_nothing() -> None:
    twist = ArmTwist.still(0.5)

    assert not twist.linear_m_s.any()
    assert not twist.angular_rad_s.any()
    assert twist.opening == 0.5
