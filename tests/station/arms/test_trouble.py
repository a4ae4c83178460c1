"""What becomes of arms that fail: one stops both, in words, and nothing moves again by itself."""

from collections.abc import Iterator

import pytest

from lbm_studio.core.action import Action
from lbm_studio.core.arm_health import ArmCondition, HardwareStop
from lbm_studio.core.errors import StationError
from lbm_studio.station.arms.station import FrankaStation
from lbm_studio.station.simulation.embodiments import dual_fr3
from tests.station.arms.controllers import (
    PATIENT,
    SimulatedControllers,
    raise_hands,
    recover,
    trouble,
    wait_until,
)


@pytest.fixture(scope="module")
def controllers() -> Iterator[SimulatedControllers]:
    with SimulatedControllers(dual_fr3()) as running:
        yield running


@pytest.fixture(scope="module")
def connected(controllers: SimulatedControllers) -> Iterator[FrankaStation]:
    station = FrankaStation(dual_fr3(), controllers.addresses, settings=PATIENT)
    station.connect()
    yield station
    station.close()


@pytest.fixture
def station(connected: FrankaStation, controllers: SimulatedControllers) -> Iterator[FrankaStation]:
    """Arms that are well, before and after."""
    yield connected
    for name in controllers.addresses:
        controllers.order(name, "release")
    recover(connected)


def test_a_reflex_of_one_arm_stops_both_and_says_why(
    station: FrankaStation, controllers: SimulatedControllers
) -> None:
    raise_hands(station)

    controllers.order("right", "reflex", ("joint_reflex",))
    wait_until(lambda: bool(trouble(station)))

    assert "right arm stopped by its own reflex: something pushed against" in trouble(station)
    wait_until(lambda: not station.references)
    with pytest.raises(StationError, match="right arm stopped by its own reflex"):
        station.command(Action({}))


def test_recovery_clears_a_reflex_and_moves_nothing_until_the_next_command(
    station: FrankaStation, controllers: SimulatedControllers
) -> None:
    raise_hands(station)
    controllers.order("left", "reflex", ("cartesian_reflex",))
    wait_until(lambda: bool(trouble(station)))
    conditions = {health.name: health.condition for health in station.health()}

    recover(station)

    assert conditions == {"right": ArmCondition.READY, "left": ArmCondition.REFLEX}
    assert not station.references
    raise_hands(station)


def test_the_hardware_stop_is_told_until_it_is_released_and_recovered(
    station: FrankaStation, controllers: SimulatedControllers
) -> None:
    raise_hands(station)
    assert station.hardware_stop is HardwareStop.RELEASED

    controllers.order("right", "press")
    wait_until(lambda: bool(trouble(station)))
    assert "The hardware stop of the right arm is pressed" in trouble(station)
    station.recover()
    wait_until(lambda: "is recovering" not in trouble(station))

    assert station.hardware_stop is HardwareStop.PRESSED
    controllers.order("right", "release")
    wait_until(lambda: station.hardware_stop is HardwareStop.RELEASED)
    assert "The hardware stop of the right arm is pressed" in trouble(station)
    recover(station)


def test_an_arm_that_is_guided_by_hand_is_left_to_the_hand(
    station: FrankaStation, controllers: SimulatedControllers
) -> None:
    controllers.order("left", "guide")
    wait_until(lambda: bool(trouble(station)))

    assert "Somebody guides the left arm by hand" in trouble(station)
