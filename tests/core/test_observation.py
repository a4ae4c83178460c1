"""Measured states share the layout of actions."""

import numpy as np

from lbm_studio.core.observation import ArmState, StationState
from lbm_studio.core.pose import Pose, rotation_from_vector


def make_state() -> StationState:
    right = Pose(np.array([0.1, -0.3, 0.2]), rotation_from_vector(np.array([0.0, 3.0, 0.1])))
    left = Pose(np.array([0.1, 0.3, 0.2]), np.eye(3))
    return StationState(
        {
            "left": ArmState(left, 0.08, np.zeros(7), np.zeros(7)),
            "right": ArmState(right, 0.03, np.zeros(7), np.zeros(7)),
        },
        captured_ns=12,
    )


def test_a_state_becomes_a_vector_in_the_order_asked_for() -> None:
    state = make_state()

    vector = state.as_vector(("right", "left"))

    np.testing.assert_array_equal(vector[:9], state.arms["right"].pose.as_vector())
    np.testing.assert_array_equal(vector[-2:], [0.03, 0.08])


def test_a_state_as_action_asks_every_arm_to_stay() -> None:
    state = make_state()

    action = state.as_action()

    assert set(action.arms) == {"right", "left"}
    assert action.arms["right"].pose == state.arms["right"].pose
    assert action.arms["right"].gripper_width_m == 0.03
