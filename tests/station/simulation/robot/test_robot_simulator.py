import franky
import numpy as np
import pytest

from lbm_studio.core.errors import StationError
from lbm_studio.link.bus import PHYSICS_TOPIC, Subscriber
from lbm_studio.link.messages import Physics
from lbm_studio.link.session import Session
from lbm_studio.station.simulation.catalogue import find_skill
from lbm_studio.station.simulation.embodiments import find_station
from lbm_studio.station.simulation.robot.clock import RobotClock
from lbm_studio.station.simulation.robot.process import RobotSimulatorProcess
from lbm_studio.station.simulation.station import SimulatedStation

DESCRIPTION = find_station("simulated")
SKILL = "put_cube_in_tray"
WAIT_S = 30.0


@pytest.fixture
def station():
    with SimulatedStation(DESCRIPTION) as opened:
        yield opened


def connect(address: str) -> franky.Robot:
    return franky.Robot(
        address, realtime_config=franky.RealtimeConfig.Ignore, relative_dynamics_factor=0.2
    )


def newest_physics(session: Session) -> Physics:
    with Subscriber(session.simulator_events, PHYSICS_TOPIC) as subscriber:
        physics = subscriber.receive(WAIT_S)
    assert isinstance(physics, Physics)
    return physics


def test_each_arm_begins_where_the_simulated_station_does(
    robot_simulator: RobotSimulatorProcess, station: SimulatedStation
):
    robot_simulator.lay_out(SKILL, 3)
    station.load(find_skill(SKILL), 3)
    for arm, address in zip(DESCRIPTION.embodiment.arms, robot_simulator.addresses, strict=True):
        robot = connect(address)

        told = robot.current_pose.end_effector_pose

        state = station.read().arms[arm.name]
        expected = state.pose.relative_to(arm.base)
        np.testing.assert_allclose(robot.state.q, state.joints_rad, atol=3e-3)
        np.testing.assert_allclose(told.translation, expected.position, atol=2e-3)
        np.testing.assert_allclose(told.matrix[:3, :3], expected.rotation, atol=5e-3)


def test_an_arm_that_moves_is_seen_by_the_simulated_station(
    robot_simulator: RobotSimulatorProcess, robot_session: Session, station: SimulatedStation
):
    robot_simulator.lay_out(SKILL, 3)
    robot = connect(robot_simulator.addresses[1])
    goal = np.array(DESCRIPTION.embodiment.arms[1].home_joints_rad) + 0.1

    robot.move(franky.JointMotion(goal))

    station.load(find_skill(SKILL), 3)
    begun = station.read().arms["right"].joints_rad
    physics = newest_physics(robot_session)
    station.restore(physics.positions, physics.mocap)
    state = station.read()
    np.testing.assert_allclose(state.arms["left"].joints_rad, goal, atol=0.03)
    np.testing.assert_allclose(state.arms["right"].joints_rad, begun, atol=0.03)


def test_objects_lie_as_in_the_simulated_station(
    robot_simulator: RobotSimulatorProcess, robot_session: Session, station: SimulatedStation
):
    robot_simulator.lay_out(SKILL, 7)
    station.load(find_skill(SKILL), 7)
    things = [thing.name for thing in find_skill(SKILL).objects]
    expected = [station.world.pose(name).position for name in things]

    physics = newest_physics(robot_session)
    station.restore(physics.positions, physics.mocap)

    assert (physics.skill, physics.seed) == (SKILL, 7)
    found = [station.world.pose(name).position for name in things]
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_a_hand_opens_and_closes(robot_simulator: RobotSimulatorProcess):
    gripper = franky.Gripper(robot_simulator.addresses[0])

    gripper.move(0.02, 0.1)
    closed_m = gripper.width
    gripper.open(0.1)

    assert closed_m == pytest.approx(0.02, abs=2e-3)
    assert gripper.width == pytest.approx(0.08, abs=2e-3)


def test_robot_time_passes(robot_clock: RobotClock):
    begun_ns = robot_clock.now_ns()

    robot_clock.sleep_until_ns(begun_ns + 50_000_000)

    assert robot_clock.now_ns() >= begun_ns + 50_000_000


def test_a_simulator_lays_out_only_the_skill_it_was_started_for(
    robot_simulator: RobotSimulatorProcess,
):
    with pytest.raises(StationError, match="was started for “put_cube_in_tray”"):
        robot_simulator.lay_out("stack_cubes", 0)


def test_two_simulators_cannot_share_an_address(
    robot_simulator: RobotSimulatorProcess, tmp_path, capfd: pytest.CaptureFixture[str]
):
    second = RobotSimulatorProcess(Session(tmp_path), "simulated", robot_simulator.addresses)

    with pytest.raises(StationError, match="ended before it was ready"), second:
        pass

    assert "another simulator is running there" in capfd.readouterr().err
