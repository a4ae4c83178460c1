# MuJoCo carries no type information.
# pyright: reportAttributeAccessIssue=false, reportOptionalMemberAccess=false

from dataclasses import replace
from math import pi

import mujoco
import numpy as np
import pytest
from franky_sim.mujoco_simulator import MujocoSimulator

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError
from lbm_studio.core.pose import Pose, rotation_from_vector
from lbm_studio.core.shift import Shift
from lbm_studio.station.kinematics import ArmKinematics
from lbm_studio.station.simulation.catalogue import find_skill
from lbm_studio.station.simulation.embodiments import single_fr3
from lbm_studio.station.simulation.objects import CUBE_EDGE_M
from lbm_studio.station.simulation.robot.scene import robot_scene
from lbm_studio.station.simulation.robot.stage import Stage
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.station import SimulatedStation

SKILL = find_skill("put_cube_in_tray")
TURNED = Pose(np.array([-0.4, 0.1, 0.05]), rotation_from_vector(np.array([0.0, 0.0, pi / 6])))


def started(description: StationDescription, skill: Skill | None = None) -> MujocoSimulator:
    simulator = robot_scene(description, skill.objects if skill else ())
    simulator.init()
    simulator.start()
    return simulator


def turned_station() -> StationDescription:
    station = single_fr3()
    arm = replace(station.embodiment.arms[0], base=TURNED)
    return replace(station, embodiment=replace(station.embodiment, arms=(arm,)))


def test_an_arm_stands_on_its_base_however_that_is_turned():
    description = turned_station()

    simulator = started(description)

    arm = description.embodiment.arms[0]
    hand = simulator.data.body("robot0_hand")
    tool = ArmKinematics(arm).forward(np.asarray(arm.home_joints_rad))
    along_hand = tool.rotation @ np.array([0.0, 0.0, 0.1034])
    np.testing.assert_allclose(hand.xpos + along_hand, tool.position, atol=1e-3)


def test_a_layout_is_carried_from_one_model_into_the_other_and_back():
    simulator = started(single_fr3(), SKILL)
    stage = Stage(single_fr3(), SKILL, simulator)

    stage.lay_out(SKILL.name, 4, (), free_arms=(0,))

    with SimulatedStation(single_fr3()) as station:
        station.load(SKILL, 4)
        expected, fixtures = station.snapshot()
    assert stage.seed == 4
    positions, mocap = stage.snapshot()
    np.testing.assert_array_equal(np.frombuffer(positions), np.frombuffer(expected))
    assert mocap == fixtures


def test_an_arm_that_somebody_holds_stays_where_it_is():
    simulator = started(single_fr3(), SKILL)
    stage = Stage(single_fr3(), SKILL, simulator)
    joint = simulator.model.joint("robot0_fr3_joint1").qposadr
    before = simulator.data.qpos[joint].copy()

    stage.lay_out(SKILL.name, 4, (), free_arms=())

    assert simulator.data.qpos[joint] == before


@pytest.mark.parametrize(
    ("skill", "shifts", "sentence"),
    [
        ("stack_cubes", (), "was started for “put_cube_in_tray”"),
        (SKILL.name, (Shift.LIGHTING,), "cannot be shifted"),
    ],
)
def test_what_cannot_be_laid_out_is_refused_in_words(
    skill: str, shifts: tuple[Shift, ...], sentence: str
):
    stage = Stage(single_fr3(), SKILL, started(single_fr3(), SKILL))

    with pytest.raises(StationError, match=sentence):
        stage.lay_out(skill, 0, shifts, free_arms=())


def test_fingers_squeeze_what_is_between_them_with_more_than_ten_newton():
    simulator = started(single_fr3(), SKILL)
    data, robot = simulator.data, simulator.robots[0]
    hand, cube = data.body("robot0_hand"), data.joint("first_cube")
    between = hand.xpos + hand.xmat.reshape(3, 3) @ np.array([0.0, 0.0, 0.1034])
    cube.qpos[:3] = between
    mujoco.mju_mat2Quat(cube.qpos[3:], hand.xmat)
    for finger in ("robot0_finger_joint1", "robot0_finger_joint2"):
        data.joint(finger).qpos[:] = CUBE_EDGE_M / 2

    robot.set_hand_goal(0.0, 0.1, 30.0)
    for _ in range(300):
        robot.joint_position_control(robot.initial_q)
        simulator.step()

    assert cube.qpos[2] == pytest.approx(between[2], abs=0.005)
    assert squeezing_n(simulator, "robot0_left_finger", "first_cube") > 10.0


def squeezing_n(simulator: MujocoSimulator, *bodies: str) -> float:
    """Return the normal force between two bodies [N]."""
    model, data = simulator.model, simulator.data
    pair, force, total = {model.body(name).id for name in bodies}, np.zeros(6), 0.0
    for number, contact in enumerate(data.contact):
        if set(model.geom_bodyid[contact.geom]) == pair:
            mujoco.mj_contactForce(model, data, number, force)
            total += force[0]
    return total
