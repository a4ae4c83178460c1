"""A person at the keys of the simulated station, through the same loop and clamp as a policy."""

from collections.abc import Iterator

import numpy as np
import pytest

from lbm_studio.core.clock import ManualClock
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.keyboard import KeyboardArm
from lbm_studio.core.pose import FloatArray, rotation_vector
from lbm_studio.core.teleoperation import TeleopReading, TeleopSpeeds
from lbm_studio.link.messages import Mode
from lbm_studio.station.control.loop import ControlLoop, Cycle
from lbm_studio.station.latch import StopLatch
from lbm_studio.station.safety.envelope import SafetyEnvelope
from lbm_studio.station.simulation.catalogue import find_skill
from lbm_studio.station.simulation.embodiments import dual_fr3, single_fr3
from lbm_studio.station.simulation.motion import pointing_down, yaw_of
from lbm_studio.station.simulation.station import SimulatedStation
from lbm_studio.station.teleop.motion import TeleoperationMotion
from tests.core.hands import KeysHere, hold_exactly

GRASP_HEIGHT_M = 0.02
CLOSE_ENOUGH_RAD = 0.03
FAR_M = 0.04
MOVE_KEYS = (("w", "s"), ("a", "d"), ("e", "q"))
TURN_KEYS = (("u", "o"), ("k", "i"), ("j", "l"))


class Cockpit:
    """A keyboard in front of a simulated station; every step is one control period."""

    def __init__(self, station: SimulatedStation) -> None:
        self.station = station
        self.keys = KeyboardArm(station.description.embodiment.arm_names)
        self.cycles: list[Cycle] = []
        self._clock = ManualClock()
        self.period_s = station.description.embodiment.chunk.period_s
        self.latch = StopLatch(self._clock)
        envelope = SafetyEnvelope(station.description)
        self.loop = ControlLoop(
            station, self._clock, envelope=envelope, latch=self.latch, has_window=False
        )
        self.start()

    def start(self) -> None:
        source = KeysHere(self.keys, self._clock)
        self.loop.start(TeleoperationMotion(source, self.station.description))

    def hold(self, *keys: str, steps: int = 1) -> None:
        for _ in range(steps):
            hold_exactly(self.keys, *keys)
            self.cycles.append(self.loop.tick())
            self.station.advance(self.period_s)
            self._clock.advance_s(self.period_s)

    def fly_to(self, arm: str, position: FloatArray, yaw_rad: float = 0.0) -> None:
        """Do what a person does: hold the keys that lead there, slowly at the end."""
        goal = pointing_down(position, yaw_rad)
        speeds = TeleopSpeeds()
        close_enough_m = 0.55 * speeds.linear_m_s * speeds.slow_factor * self.period_s
        for _ in range(200):
            sent = self.cycles[-1].sent
            assert sent is not None
            pose = sent.arms[arm].pose
            offset = goal.position - pose.position
            turn = rotation_vector(goal.rotation @ pose.rotation.T)
            keys = _keys_along(MOVE_KEYS, offset, close_enough_m)
            keys |= _keys_along(TURN_KEYS, turn, CLOSE_ENOUGH_RAD)
            if not keys:
                return
            is_far = np.abs(offset).max() > FAR_M
            self.hold(*keys, *(() if is_far else ("shift",)))
        raise AssertionError(f"The hand never got to {position}.")


def _keys_along(
    pairs: tuple[tuple[str, str], ...], offset: FloatArray, tolerance: float
) -> set[str]:
    return {
        pair[0] if value > 0.0 else pair[1]
        for pair, value in zip(pairs, offset, strict=True)
        if abs(value) > tolerance
    }


@pytest.fixture(params=[dual_fr3, single_fr3], ids=["two arms", "one arm"])
def description(request: pytest.FixtureRequest) -> StationDescription:
    return request.param()


@pytest.fixture
def cockpit(description: StationDescription) -> Iterator[Cockpit]:
    with SimulatedStation(description) as station:
        station.load(find_skill("put_cube_in_tray"), seed=3)
        yield Cockpit(station)


def test_w_moves_the_right_gripper_ten_centimetres_forward_and_nothing_else(
    cockpit: Cockpit,
) -> None:
    cockpit.keys = KeyboardArm(("right",), speeds=TeleopSpeeds(linear_m_s=0.25))
    cockpit.start()
    cockpit.hold("s", steps=2)
    cockpit.hold(steps=5)
    before = cockpit.station.read().arms

    cockpit.hold("w", steps=round(0.1 / (0.25 * cockpit.period_s)))
    cockpit.hold(steps=5)

    after = cockpit.station.read().arms
    moved = after["right"].pose.position - before["right"].pose.position
    np.testing.assert_allclose(moved, [0.1, 0.0, 0.0], atol=0.005)
    assert after["right"].pose.angle_rad(before["right"].pose) < 0.03
    for other in set(after) - {"right"}:
        assert after[other].pose.distance_m(before[other].pose) < 0.003
    assert not any(cycle.limits for cycle in cockpit.cycles)
    assert {cycle.mode for cycle in cockpit.cycles} == {Mode.TELEOPERATION}


def test_a_turn_leaves_the_point_between_the_fingers_where_it_is(cockpit: Cockpit) -> None:
    cockpit.hold(steps=2)
    before = cockpit.station.read().arms["right"].pose

    cockpit.hold("j", steps=4)
    cockpit.hold(steps=5)

    after = cockpit.station.read().arms["right"].pose
    assert after.distance_m(before) < 0.005
    turn = rotation_vector(after.rotation @ before.rotation.T)
    assert turn[2] > 0.3
    assert np.abs(turn[:2]).max() < 0.05


def test_pushing_on_into_the_limits_stays_inside_and_says_why(cockpit: Cockpit) -> None:
    card = cockpit.station.description.safety

    cockpit.hold("q", steps=40)

    sent = cockpit.cycles[-1].sent
    assert sent is not None
    assert sent.arms["right"].pose.position[2] >= card.workspace_min_m[2] - 1e-9
    assert "right: workspace" in cockpit.cycles[-1].limits

    cockpit.hold("e", steps=1)
    assert cockpit.cycles[-1].limits == ()


def test_a_person_can_pick_up_a_cube_by_keys_alone(cockpit: Cockpit) -> None:
    world = cockpit.station.world
    cube = world.pose("first_cube")
    arms = cockpit.station.description.embodiment.arms
    arm = min(arms, key=lambda a: abs(a.base.position[1] - cube.position[1])).name
    cockpit.hold()
    if arm not in cockpit.keys.active_arms:
        cockpit.hold("x")
        cockpit.hold()
    above = np.array([*cube.position[:2], 0.12])

    cockpit.fly_to(arm, above, yaw_of(cube, symmetry=4))
    cockpit.fly_to(arm, np.array([*cube.position[:2], GRASP_HEIGHT_M]), yaw_of(cube, symmetry=4))
    cockpit.hold("f")
    cockpit.hold(steps=8)
    cockpit.fly_to(arm, above, yaw_of(cube, symmetry=4))
    cockpit.hold(steps=5)

    assert world.pose("first_cube").position[2] > 0.08
    assert cockpit.station.read().arms[arm].gripper_width_m > 0.02

    cockpit.hold("f")
    cockpit.hold(steps=8)
    assert world.pose("first_cube").position[2] < 0.04


def test_letting_go_of_all_keys_keeps_sending_the_same_target(cockpit: Cockpit) -> None:
    cockpit.hold("w", steps=2)
    cockpit.hold(steps=3)

    targets = [cycle.sent for cycle in cockpit.cycles[-4:]]

    assert targets[0] is not None
    assert all(target == targets[0] for target in targets)


def test_the_stop_button_of_a_device_latches(cockpit: Cockpit) -> None:
    class StopButton:
        def connect(self) -> None: ...

        def close(self) -> None: ...

        def read(self) -> TeleopReading:
            return TeleopReading({}, enabled=True, stop=True, sampled_ns=0)

    cockpit.loop.start(TeleoperationMotion(StopButton(), cockpit.station.description))
    cockpit.hold("w")

    assert cockpit.latch.is_latched
    assert "stop button" in cockpit.latch.reason
    assert cockpit.cycles[-1].mode is Mode.STOPPED
    assert cockpit.cycles[-1].sent is None


def test_keys_that_are_still_held_move_nothing_once_a_stop_was_reset(cockpit: Cockpit) -> None:
    cockpit.hold("w", steps=3)
    cockpit.latch.trip("Stopped by a test.", "test")
    cockpit.hold("w", steps=2)

    cockpit.loop.reset_stop()
    cockpit.hold("w", steps=3)

    assert cockpit.loop.motion is None
    assert [cycle.sent for cycle in cockpit.cycles[3:]] == [None] * 5
