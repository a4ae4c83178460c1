"""What every station promises, simulated or real; the real driver moves simulated controllers."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

import numpy as np
import pytest

from lbm_studio.core.action import Action
from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, MonotonicClock
from lbm_studio.core.errors import StationError, UnknownNameError
from lbm_studio.core.observation import StationState
from lbm_studio.core.pose import Pose
from lbm_studio.station.arms.settings import ArmSettings
from lbm_studio.station.arms.station import FrankaStation
from lbm_studio.station.interface import Hardware, Station
from lbm_studio.station.kinematics import ArmKinematics
from lbm_studio.station.simulation.embodiments import dual_fr3
from lbm_studio.station.simulation.robot.clock import RobotClock
from lbm_studio.station.simulation.robot.process import RobotSimulatorProcess
from lbm_studio.station.simulation.station import SimulatedStation

PATIENT = ArmSettings(connect_within_s=60.0, silent_after_s=30.0, stop_within_s=5.0)
SETTLE_S = 1.0
REACHED_M = 0.008
STILL_M = 0.003


class Rig(Protocol):
    """A connected station, and a way to let time pass for it."""

    @property
    def station(self) -> Station: ...

    def pass_time(self, seconds: float) -> None: ...


class SimulatedRig:
    def __init__(self) -> None:
        self.station = SimulatedStation(dual_fr3())

    def pass_time(self, seconds: float) -> None:
        self.station.advance(seconds)


class FrankaRig:
    def __init__(self, addresses: dict[str, str], clock: RobotClock) -> None:
        self.station = FrankaStation(dual_fr3(), addresses, settings=PATIENT)
        self._clock = clock

    def pass_time(self, seconds: float) -> None:
        now_ns = self._clock.now_ns()
        self._clock.sleep_until_ns(now_ns + round(seconds * NANOSECONDS_PER_SECOND))


@pytest.fixture(scope="module", params=["simulated", "franka"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    if request.param == "simulated":
        rig = SimulatedRig()
    else:
        simulator: RobotSimulatorProcess = request.getfixturevalue("robot_simulator")
        addresses = dict(zip(dual_fr3().embodiment.arm_names, simulator.addresses, strict=True))
        rig = FrankaRig(addresses, request.getfixturevalue("robot_clock"))
    rig.station.connect()
    yield rig
    rig.station.close()


def moved(state: StationState, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Action:
    """Return every arm displaced by some metres from where it was measured."""
    arms = state.as_action().arms
    return Action(
        {
            name: replace(t, pose=Pose(t.pose.position + [x, y, z], t.pose.rotation))
            for name, t in arms.items()
        }
    )


def gripped(state: StationState, width_m: float) -> Action:
    """Return every arm where it was measured, with its fingers so far apart."""
    arms = state.as_action().arms
    return Action({name: replace(t, gripper_width_m=width_m) for name, t in arms.items()})


def travel_m(before: StationState, after: StationState) -> float:
    """Return how far the arm that moved furthest has moved."""
    return max(arm.pose.distance_m(after.arms[name].pose) for name, arm in before.arms.items())


def test_poses_are_where_the_joints_put_the_fingers(rig: Rig) -> None:
    state = rig.station.read()

    for arm in rig.station.description.embodiment.arms:
        measured = state.arms[arm.name]
        expected = ArmKinematics(arm).forward(measured.joints_rad)
        assert measured.pose.distance_m(expected) < 0.001
        assert measured.pose.angle_rad(expected) < 0.005


def test_everything_that_the_description_promises_is_measured(rig: Rig) -> None:
    state = rig.station.read()

    assert list(state.arms) == list(rig.station.description.embodiment.arm_names)
    for measurement in rig.station.description.measures:
        assert state.joined(measurement, list(state.arms)).size >= len(state.arms)
    assert 0 < state.captured_ns <= MonotonicClock().now_ns()


def test_connecting_twice_does_nothing_the_second_time(rig: Rig) -> None:
    before = rig.station.read()

    rig.station.connect()

    assert travel_m(before, rig.station.read()) < STILL_M


def test_a_target_is_reached_soon(rig: Rig) -> None:
    target = moved(rig.station.read(), x=0.02, z=0.03)

    rig.station.command(target)
    rig.pass_time(SETTLE_S)

    state = rig.station.read()
    for name, wanted in target.arms.items():
        assert state.arms[name].pose.distance_m(wanted.pose) < REACHED_M
        assert state.arms[name].pose.angle_rad(wanted.pose) < 0.05


def test_holding_ends_a_motion_where_it_is(rig: Rig) -> None:
    before = rig.station.read()
    rig.station.command(moved(before, z=-0.04))
    rig.pass_time(0.05)

    rig.station.hold()
    rig.pass_time(SETTLE_S)
    held = rig.station.read()
    rig.pass_time(0.3)

    assert 0.005 < travel_m(before, held) < 0.034
    assert travel_m(held, rig.station.read()) < STILL_M


def test_stopping_drops_the_target_for_good(rig: Rig) -> None:
    before = rig.station.read()
    rig.station.command(moved(before, z=0.08))
    rig.pass_time(0.05)

    rig.station.stop()
    rig.pass_time(0.5)
    rested = rig.station.read()
    rig.pass_time(0.3)

    assert travel_m(before, rested) < 0.06
    assert travel_m(rested, rig.station.read()) < STILL_M


def test_after_a_stop_the_next_command_moves_the_arms_again(rig: Rig) -> None:
    rig.station.stop()
    rig.pass_time(0.1)
    target = moved(rig.station.read(), z=0.03)

    rig.station.command(target)
    rig.pass_time(SETTLE_S)

    state = rig.station.read()
    for name, wanted in target.arms.items():
        assert state.arms[name].pose.distance_m(wanted.pose) < REACHED_M


def test_any_thread_may_stop_as_often_as_it_likes(rig: Rig) -> None:
    before = rig.station.read()
    rig.station.command(moved(before, x=0.05))
    threads = [threading.Thread(target=rig.station.stop) for _ in range(5)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rig.pass_time(0.5)

    assert travel_m(before, rig.station.read()) < 0.02


def test_fingers_close_and_open_again(rig: Rig) -> None:
    for width_m in (0.0, 0.08):
        rig.station.command(gripped(rig.station.read(), width_m))
        rig.pass_time(2.0)

        arms = rig.station.read().arms.values()
        assert [arm.gripper_width_m for arm in arms] == pytest.approx([width_m] * 2, abs=0.003)


def test_a_stop_keeps_the_grip(rig: Rig) -> None:
    rig.station.command(gripped(rig.station.read(), 0.0))
    rig.pass_time(1.5)

    rig.station.stop()
    rig.pass_time(0.5)

    widths_m = [arm.gripper_width_m for arm in rig.station.read().arms.values()]
    assert np.max(widths_m) < 0.005


def test_an_unknown_camera_is_answered_with_the_known_ones(rig: Rig) -> None:
    with pytest.raises(UnknownNameError, match="no camera called “attic”"):
        rig.station.capture(["attic"])


def test_only_real_arms_have_hardware_to_tell_of(rig: Rig) -> None:
    assert isinstance(rig.station, Hardware) == isinstance(rig.station, FrankaStation)


def test_a_station_may_be_closed_twice_and_connected_again(rig: Rig) -> None:
    before = rig.station.read()

    rig.station.close()
    rig.station.close()
    rig.station.connect()

    assert travel_m(before, rig.station.read()) < 0.01


def test_real_arms_that_are_not_connected_say_so() -> None:
    station = FrankaStation(dual_fr3(), {"right": "127.0.0.1", "left": "127.0.0.2"})

    with pytest.raises(StationError, match="not connected"):
        station.read()
    station.stop()
    station.hold()
    station.close()


def test_an_arm_without_an_address_is_named() -> None:
    station = FrankaStation(dual_fr3(), {"right": "127.0.0.1", "left": ""})

    with pytest.raises(StationError, match="no address for the left arm"):
        station.connect()


def test_a_station_without_cameras_has_no_pictures() -> None:
    station = FrankaStation(dual_fr3(), {})
    name = station.description.embodiment.camera_names[0]

    with pytest.raises(StationError, match="no cameras"):
        station.capture([name])
