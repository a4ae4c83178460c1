import numpy as np
import pytest

from lbm_studio.core.pose import Pose, rotation_from_vector
from lbm_studio.station.kinematics import ArmKinematics
from lbm_studio.station.simulation.embodiments import dual_fr3
from lbm_studio.station.simulation.station import SimulatedStation

RIGHT = dual_fr3().embodiment.arm("right")
HOME = np.asarray(RIGHT.home_joints_rad)
LOWER = np.array([-2.7437, -1.7837, -2.9007, -3.0421, -2.8065, 0.5445, -3.0159])
UPPER = np.array([2.7437, 1.7837, 2.9007, -0.1518, 2.8065, 4.5169, 3.0159])


@pytest.fixture
def arm() -> ArmKinematics:
    return ArmKinematics(RIGHT)


def test_the_kinematics_agree_with_the_simulated_arm(arm: ArmKinematics) -> None:
    with SimulatedStation(dual_fr3()) as station:
        measured = station.read().arms["right"]

    found = arm.forward(measured.joints_rad)

    assert found.distance_m(measured.pose) < 1e-9
    assert found.angle_rad(measured.pose) < 1e-6


@pytest.mark.parametrize(
    "offset", [(0.0, 0.0, 0.0), (0.1, 0.1, -0.2), (0.25, 0.3, -0.3), (-0.05, -0.1, 0.1)]
)
def test_a_target_in_reach_is_met_in_small_steps(
    arm: ArmKinematics, offset: tuple[float, float, float]
) -> None:
    start = arm.forward(HOME)
    turn = rotation_from_vector(np.array([0.1, -0.1, 0.4]))

    for fraction in np.linspace(0.0, 1.0, 20):
        turned = start.rotation @ rotation_from_vector(fraction * np.array([0.1, -0.1, 0.4]))
        before = arm.joints_rad
        joints = arm.solve(Pose(start.position + fraction * np.array(offset), turned))
        assert np.abs(joints - before).max() < 0.3

    reached = arm.forward(arm.joints_rad)
    assert reached.distance_m(Pose(start.position + offset, start.rotation @ turn)) < 5e-4
    assert reached.angle_rad(Pose(start.position, start.rotation @ turn)) < 5e-3


@pytest.mark.parametrize("direction", [(2.0, 0.0, 0.0), (0.0, 2.0, 2.0), (0.0, 0.0, -1.5)])
def test_out_of_reach_the_joints_stay_within_their_limits(
    arm: ArmKinematics, direction: tuple[float, float, float]
) -> None:
    start = arm.forward(HOME)

    for fraction in np.linspace(0.0, 1.0, 30):
        position = start.position + fraction * np.array(direction)
        joints = arm.solve(Pose(position, start.rotation), max_joint_step_rad=0.25)

        assert np.isfinite(joints).all()
        assert (joints >= LOWER - 1e-6).all()
        assert (joints <= UPPER + 1e-6).all()


def test_no_joint_moves_further_than_it_may_in_one_step(arm: ArmKinematics) -> None:
    start = arm.forward(HOME)
    far = Pose(start.position + np.array([0.3, 0.3, -0.2]), start.rotation)

    joints = arm.solve(far, max_joint_step_rad=0.05)

    assert np.abs(joints - HOME).max() == pytest.approx(0.05)


def test_equal_targets_give_equal_joints(arm: ArmKinematics) -> None:
    start = arm.forward(HOME)
    targets = [Pose(start.position + [0.01 * i, 0.02 * i, 0.0], start.rotation) for i in range(9)]
    first = [arm.solve(target) for target in targets]

    arm.reset(HOME)
    second = [arm.solve(target) for target in targets]

    assert np.array_equal(first, second)
    assert np.array_equal(first, [ArmKinematics(RIGHT).solve(targets[0]), *first[1:]])


def test_the_elbow_returns_to_its_posture(arm: ArmKinematics) -> None:
    start = arm.forward(HOME)
    swung = HOME + np.array([0.0, 0.0, 0.6, 0.0, 0.0, 0.0, 0.0])
    arm.reset(swung)

    for step in range(300):
        wiggle = 0.01 * np.sin(step * 0.5)
        arm.solve(Pose(start.position + [wiggle, 0.0, 0.0], start.rotation))

    assert abs(arm.joints_rad[2] - HOME[2]) < 0.3
