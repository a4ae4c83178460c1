"""What every station promises, simulated or real; the real driver moves simulated controllers."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Protocol

import pytest

from lbm_studio.core.action import Action
from lbm_studio.core.clock import MonotonicClock
from lbm_studio.core.errors import StationError, UnknownNameError
from lbm_studio.core.observation import StationState
from lbm_studio.core.pose import Pose
from lbm_studio.station.arms.station import FrankaStation
from lbm_studio.station.interface import Hardware, Station
from lbm_studio.station.kinematics import ArmKinematics
from lbm_studio.station.simulation.embodiments import dual_fr3
from lbm_studio.station.simulation.station import SimulatedStation
from tests.station.arms.controllers import PATIENT, SimulatedControllers, wait_until

SETTLE_S = 1.0
REACHED_M = 0.008
REACHED_RAD = 0.05
STILL_M = 0.003
PATIENCE_STEPS = 40


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
    def __init__(self, addresses: Mapping[str, str]) -> None:
        self.station = FrankaStation(dual_fr3(), addresses, settings=PATIENT)

    def pass_time(self, seconds: float) -> None:
        until_s = self.station.robot_time_s + seconds
        wait_until(lambda: self.station.robot_time_s >= until_s)


@pytest.fixture(scope="module", params=["simulated", "franka"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with ExitStack() as stack:
        if request.param == "simulated":
            rig = SimulatedRig()
        else:
            controllers = stack.enter_context(SimulatedControllers(dual_fr3()))
            rig = FrankaRig(controllers.addresses)
        rig.station.connect()
        stack.callback(rig.station.close)
        yield rig


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


def widths_m(rig: Rig) -> list[float]:
    return [arm.gripper_width_m for arm in rig.station.read().arms.values()]


def eventually(rig: Rig, is_so: Callable[[], bool]) -> bool:
    """Return whether something comes about within a time that is long even on a busy machine."""
    for _ in range(PATIENCE_STEPS):
        if is_so():
            return True
        rig.pass_time(SETTLE_S / 4)
    return is_so()


def is_reached(rig: Rig, target: Action) -> bool:
    arms = rig.station.read().arms
    return all(
        arms[name].pose.distance_m(wanted.pose) < REACHED_M
        and arms[name].pose.angle_rad(wanted.pose) < REACHED_RAD
        for name, wanted in target.arms.items()
    )


def rested(rig: Rig) -> StationState:
    """Wait until the arms do not move any more, and return where they are."""
    states = [rig.station.read()]

    def is_still() -> bool:
        states.append(rig.station.read())
        return len(states) > 2 and travel_m(*states[-2:]) < STILL_M / 3

    assert eventually(rig, is_still)
    return states[-1]


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

    assert eventually(rig, lambda: is_reached(rig, target))


def test_holding_ends_a_motion_where_it_is(rig: Rig) -> None:
    before = rested(rig)
    rig.station.command(moved(before, z=-0.04))
    rig.pass_time(0.05)

    rig.station.hold()
    held = rested(rig)
    rig.pass_time(0.3)

    assert travel_m(before, held) < 0.05
    assert travel_m(held, rig.station.read()) < STILL_M


def test_stopping_drops_the_target_for_good(rig: Rig) -> None:
    before = rested(rig)
    rig.station.command(moved(before, z=0.08))
    rig.pass_time(0.05)

    rig.station.stop()
    stopped = rested(rig)
    rig.pass_time(0.3)

    assert travel_m(before, stopped) < 0.06
    assert travel_m(stopped, rig.station.read()) < STILL_M


def test_after_a_stop_the_next_command_moves_the_arms_again(rig: Rig) -> None:
    rig.station.stop()
    target = moved(rested(rig), z=0.03)

    rig.station.command(target)

    assert eventually(rig, lambda: is_reached(rig, target))


def test_any_thread_may_stop_as_often_as_it_likes(rig: Rig) -> None:
    before = rested(rig)
    rig.station.command(moved(before, x=0.05))
    threads = [threading.Thread(target=rig.station.stop) for _ in range(5)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert travel_m(before, rested(rig)) < 0.03


def test_fingers_close_and_open_again(rig: Rig) -> None:
    rig.station.command(gripped(rig.station.read(), 0.0))
    assert eventually(rig, lambda: max(widths_m(rig)) < 0.003)

    rig.station.command(gripped(rig.station.read(), 0.08))
    assert eventually(rig, lambda: min(widths_m(rig)) > 0.077)


def test_a_stop_keeps_the_grip(rig: Rig) -> None:
    rig.station.command(gripped(rig.station.read(), 0.0))
    assert eventually(rig, lambda: max(widths_m(rig)) < 0.005)

    rig.station.stop()
    rig.pass_time(0.5)

    assert max(widths_m(rig)) < 0.005


def test_an_unknown_camera_is_answered_with_the_known_ones(rig: Rig) -> None:
    with pytest.raises(UnknownNameError, match="no camera called “attic”"):
        rig.station.capture(["attic"])


def test_only_real_arms_have_hardware_to_tell_of(rig: Rig) -> None:
    assert isinstance(rig.station, Hardware) == isinstance(rig.station, FrankaStation)


def test_a_station_may_be_closed_twice_and_connected_again(rig: Rig) -> None:
    rig.station.close()
    rig.station.close()

    rig.station.connect()

    assert rig.station.read().arms
    rig.station.close()


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
