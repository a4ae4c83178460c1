import numpy as np

from lbm_studio.core.pose import Pose, rotation_from_vector
from lbm_studio.station.arms.frames import ArmFrames, disagreement
from lbm_studio.station.arms.settings import Reference, franka_hand

BASE = Pose(np.array([-0.5, 0.3, 0.0]), rotation_from_vector(np.array([0.0, 0.0, 0.7])))
EE = Pose(np.array([0.5, 0.1, 0.4]), rotation_from_vector(np.array([2.8, 0.4, 0.1])))
FLANGE = Pose.identity()
LONG_TOOL = Pose(np.array([0.0, 0.0, 0.2]), np.eye(3))


def test_a_controller_set_up_for_the_hand_speaks_of_the_point_between_the_fingers() -> None:
    frames = ArmFrames.of(BASE, franka_hand(), franka_hand())

    assert frames.tool_in_station(EE).distance_m(BASE @ EE) < 1e-12


def test_a_controller_set_up_for_the_bare_flange_is_led_so_that_the_fingers_arrive() -> None:
    frames = ArmFrames.of(BASE, franka_hand(), FLANGE)
    target = frames.tool_in_station(EE)

    asked = frames.at_ee(Reference(frames.tool_in_base(target), np.zeros(3), np.zeros(3)))

    assert target.distance_m(BASE @ EE) > 0.1
    assert asked.pose.distance_m(EE) < 1e-12
    assert asked.pose.angle_rad(EE) < 1e-6


def test_turning_about_the_fingers_moves_the_flange() -> None:
    frames = ArmFrames.of(BASE, LONG_TOOL, FLANGE)
    upright = Reference(Pose(np.array([0.5, 0.0, 0.2]), np.eye(3)), np.zeros(3), np.eye(3)[0])

    asked = frames.at_ee(upright)

    np.testing.assert_allclose(asked.pose.position, [0.5, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(asked.velocity, [0.0, 0.2, 0.0], atol=1e-12)


def test_what_the_arm_exerts_is_what_it_is_met_with_the_other_way_round() -> None:
    quarter = Pose(np.zeros(3), rotation_from_vector(np.array([0.0, 0.0, np.pi / 2])))
    frames = ArmFrames.of(quarter, FLANGE, FLANGE)
    at = Pose(np.array([0.5, 0.0, 0.3]), np.eye(3))

    wrench = frames.wrench_at_tool(np.array([2.0, 0.0, -5.0, 0.0, 0.3, 0.0]), at, at)

    np.testing.assert_allclose(wrench, [0.0, -2.0, 5.0, 0.3, 0.0, 0.0], atol=1e-12)


def test_a_force_beside_the_fingers_is_a_torque_about_them() -> None:
    frames = ArmFrames.of(Pose.identity(), FLANGE, FLANGE)
    hand = Pose(np.array([0.5, 0.0, 0.3]), np.eye(3))
    beside = Pose(np.array([0.6, 0.0, 0.3]), np.eye(3))

    wrench = frames.wrench_at_tool(np.array([0.0, 0.0, -10.0, 0.0, 0.0, 0.0]), beside, hand)

    np.testing.assert_allclose(wrench, [0.0, 0.0, 10.0, 0.0, -1.0, 0.0], atol=1e-12)


def test_two_poses_of_one_hand_agree_within_a_millimetre_or_two() -> None:
    shifted = Pose(EE.position + [0.0, 0.001, 0.0], EE.rotation)

    assert disagreement(EE, shifted) == ""


def test_a_hand_that_is_elsewhere_is_told_in_millimetres_and_degrees() -> None:
    shifted = Pose(EE.position + [0.0, 0.0, 0.107], EE.rotation)

    assert disagreement(EE, shifted) == "107 mm and 0.0°"
