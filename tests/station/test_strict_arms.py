"""That the strict simulator is what tests and benchmarks take it for."""

import franky
import numpy as np
import pytest

from lbm_studio.station.simulation.embodiments import find_station
from tests.strict.arms import StrictArms

ARMS = find_station("simulated").embodiment.arms


def connect(address: str) -> franky.Robot:
    return franky.Robot(address, realtime_config=franky.RealtimeConfig.Ignore)


def test_each_arm_begins_at_home_and_tells_the_pose_that_its_model_has(strict_arms: StrictArms):
    for arm, address in zip(ARMS, strict_arms.addresses, strict=True):
        robot = connect(address)

        state = robot.state

        modelled = robot.model.pose(franky.Frame.EndEffector, state)
        np.testing.assert_allclose(state.q, arm.home_joints_rad, atol=1e-3)
        np.testing.assert_allclose(state.O_T_EE.matrix, modelled.matrix, atol=1e-4)


def test_a_hand_finds_what_it_is_told_to_find(strict_arms: StrictArms):
    gripper = franky.Gripper(strict_arms.addresses[0])

    assert gripper.grasp(0.0, 0.1, 20.0, epsilon_outer=1.0)
    assert gripper.width == pytest.approx(0.03, abs=1e-3)


@pytest.mark.slow
def test_a_motion_that_no_real_arm_could_make_ends_in_a_reflex(strict_arms: StrictArms):
    robot = connect(strict_arms.addresses[1])
    robot.relative_dynamics_factor = 1.0  # franky's own limits are those of another robot

    with pytest.raises(franky.ControlException, match=r"discontinuity|violation"):
        robot.move(franky.JointMotion(np.array(ARMS[1].home_joints_rad) + 0.5))

    assert robot.recover_from_errors()
    assert robot.state.robot_mode == franky.RobotMode.Idle
