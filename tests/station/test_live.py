"""The scene and the input devices of a live station."""

import sys
from collections.abc import Iterator

import pytest

from lbm_studio.core.action import Action
from lbm_studio.core.clock import ManualClock
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError, UnknownNameError
from lbm_studio.link.inputs import TeleopInput
from lbm_studio.link.messages import Mode
from lbm_studio.station.control.loop import ControlLoop, Cycle
from lbm_studio.station.control.motions import (
    DemonstrationMotion,
    HomingMotion,
    Motion,
    Situation,
)
from lbm_studio.station.latch import StopLatch
from lbm_studio.station.live import Devices, SimulatedScene, rest_action
from lbm_studio.station.safety.envelope import SafetyEnvelope
from lbm_studio.station.simulation.embodiments import STATIONS
from lbm_studio.station.simulation.station import SimulatedStation
from tests.core.stations import make_station
from tests.station.kinematic_station import KinematicStation
from tests.station.teleop.virtual_gamepad import gamepad_socket

SLICES = 5


class Rig:
    """A control loop over the physical simulation, in manual time."""

    def __init__(self, description: StationDescription) -> None:
        self.clock = ManualClock()
        self.station = SimulatedStation(description, clock=self.clock)
        self.scene = SimulatedScene(self.station)
        self.latch = StopLatch(self.clock)
        self.loop = ControlLoop(
            self.station,
            self.clock,
            envelope=SafetyEnvelope(description),
            latch=self.latch,
            has_window=False,
        )

    def tick(self) -> Cycle:
        cycle = self.loop.tick()
        period_s = self.station.description.embodiment.chunk.period_s
        for _ in range(SLICES):
            self.scene.advance(period_s / SLICES)
            self.clock.advance_s(period_s / SLICES)
        return cycle


@pytest.fixture(params=sorted(STATIONS))
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    rig = Rig(STATIONS[request.param]())
    yield rig
    rig.station.close()


def test_a_scene_that_was_never_laid_out_is_empty(rig: Rig):
    assert (rig.scene.skill, rig.scene.seed, rig.scene.is_success()) == ("", -1, None)
    assert not rig.scene.is_reached("anything")
    with pytest.raises(StationError, match="Lay out a scene first"):
        rig.scene.demonstrator(disturbance=False)


def test_only_skills_that_the_station_has_the_arms_for_are_offered(rig: Rig):
    for name in rig.scene.skills:
        assert rig.scene.load(name, 1)
        assert (rig.scene.skill, rig.scene.seed) == (name, 1)


def test_a_demonstration_through_the_loop_reaches_the_goal(rig: Rig):
    goal = rig.scene.load(rig.scene.skills[0], 5)
    rig.loop.start(DemonstrationMotion(rig.scene.demonstrator(disturbance=True)))
    assert not rig.scene.is_reached(goal)

    while not (cycle := rig.tick()).finished:
        assert cycle.mode is Mode.DEMONSTRATION

    assert rig.scene.is_success()
    assert rig.scene.is_reached(goal)
    assert not rig.scene.is_reached("something else")


def test_a_stop_freezes_the_physical_arms_within_a_fifth_of_a_second(rig: Rig):
    rig.scene.load(rig.scene.skills[0], 5)
    rig.loop.start(DemonstrationMotion(rig.scene.demonstrator(disturbance=False)))
    before = [rig.tick().state for _ in range(8)][-1]
    arm = rig.station.description.embodiment.arm_names[0]
    assert abs(before.arms[arm].joint_velocities_rad_s).max() > 0.05

    rig.latch.trip("Stopped by Esc.", "Esc")
    rig.station.stop()
    rig.scene.advance(0.2)
    stopped = rig.station.read().arms[arm].joints_rad
    for _ in range(5):
        rig.tick()

    assert rig.station.read().arms[arm].joints_rad == pytest.approx(stopped, abs=2e-3)


def test_homing_brings_the_physical_arms_to_their_rest_pose(rig: Rig):
    home = rest_action(rig.station.description)
    rig.scene.load(rig.scene.skills[0], 5)
    rig.loop.start(DemonstrationMotion(rig.scene.demonstrator(disturbance=False)))
    for _ in range(10):
        rig.tick()

    rig.loop.start(HomingMotion(home))
    while not rig.tick().finished:
        assert rig.loop.mode is not Mode.STOPPED
    rig.tick()

    for name, arm in rig.station.read().arms.items():
        assert arm.pose.distance_m(home.arms[name].pose) < 0.01
        assert arm.pose.angle_rad(home.arms[name].pose) < 0.03


# --- devices ----------------------------------------------------------------------------------


@pytest.fixture
def devices() -> Iterator[Devices]:
    description = make_station("right", "left")
    clock = ManualClock()
    station = KinematicStation(description, clock)
    commanded: list[Action | None] = [None, station.read().as_action()]
    devices = Devices(description, clock, lambda: commanded[-1])
    yield devices
    devices.release()


def reading(*, up_m_s: float) -> TeleopInput:
    return TeleopInput(
        arm="right",
        linear_m_s=(0.0, 0.0, up_m_s),
        angular_rad_s=(0.0, 0.0, 0.0),
        gripper=None,
        enabled=True,
        sampled_ns=0,
    )


def rise_m(motion: Motion) -> float:
    """Return how far the motion wants to lift the right arm in a period [m]."""
    description = make_station("right", "left")
    state = KinematicStation(description, ManualClock()).read()
    before = state.as_action()
    step = motion.next_step(Situation(state, before, 0, description.embodiment.chunk.period_s))
    after = step.action or before
    return float((after.arms["right"].pose.position - before.arms["right"].pose.position)[2])


def test_the_windows_readings_become_a_motion(devices: Devices):
    motion = devices.motion("keyboard")
    devices.accept(reading(up_m_s=0.1))

    assert motion.mode is Mode.TELEOPERATION
    assert rise_m(motion) > 0.0


def test_a_gamepad_that_is_not_there_is_told_in_words(devices: Devices):
    with pytest.raises(StationError, match="No gamepad is connected"):
        devices.motion("gamepad")
    devices.release()


def test_a_gamepad_that_is_not_there_leaves_the_keyboard_in_charge(devices: Devices):
    motion = devices.motion("keyboard")
    devices.accept(reading(up_m_s=0.1))

    with pytest.raises(StationError, match="No gamepad is connected"):
        devices.motion("gamepad")

    assert rise_m(motion) > 0.0


def test_taking_hold_of_the_same_device_again_lets_it_move_the_arms(devices: Devices):
    devices.motion("keyboard")
    motion = devices.motion("keyboard")
    devices.accept(reading(up_m_s=0.1))

    assert rise_m(motion) > 0.0


def test_a_gamepad_that_is_there_takes_over_from_the_keyboard(devices: Devices):
    keyboard = devices.motion("keyboard")
    devices.accept(reading(up_m_s=0.1))
    with gamepad_socket() as socket:
        socket.plug_in()

        assert devices.motion("gamepad").mode is Mode.TELEOPERATION
        assert rise_m(keyboard) == 0.0
        devices.release()


def test_the_libraries_of_devices_are_loaded_before_the_loop_needs_them(devices: Devices):
    assert {"sdl2", "hidraw"} <= set(sys.modules)


def test_unknown_devices_are_refused_with_the_choices(devices: Devices):
    choices = "Choose one of: keyboard, gamepad, spacemouse, phone"
    with pytest.raises(UnknownNameError, match=choices):
        devices.motion("mouse")
