"""What becomes of arms that fail: one stops both, in words, and nothing moves again by itself."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from lbm_studio.core.action import Action
from lbm_studio.core.arm_health import ArmCondition, HardwareStop
from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, MonotonicClock
from lbm_studio.core.errors import StationError
from lbm_studio.core.pose import Pose
from lbm_studio.station.arms.controller import ARM_PORT
from lbm_studio.station.arms.settings import ArmSettings
from lbm_studio.station.arms.station import FrankaStation
from lbm_studio.station.simulation.embodiments import dual_fr3
from tests.station.arms.controllers import SimulatedControllers

PATIENT = ArmSettings(connect_within_s=60.0, silent_after_s=30.0, stop_within_s=5.0)
WITHIN_S = 60.0
POLL_NS = 20_000_000


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


def wait_until(is_so: Callable[[], bool]) -> None:
    clock = MonotonicClock()
    deadline_ns = clock.now_ns() + round(WITHIN_S * NANOSECONDS_PER_SECOND)
    while not is_so():
        assert clock.now_ns() < deadline_ns
        clock.sleep_until_ns(clock.now_ns() + POLL_NS)


def trouble(station: FrankaStation) -> str:
    try:
        station.read()
    except StationError as error:
        return str(error)
    return ""


def recover(station: FrankaStation) -> None:
    station.recover()
    wait_until(lambda: not trouble(station))


def raise_hands(station: FrankaStation) -> None:
    """Send a command, and wait until both arms follow it."""
    arms = station.read().as_action().arms
    targets = {
        name: replace(t, pose=Pose(t.pose.position + [0.0, 0.0, 0.02], t.pose.rotation))
        for name, t in arms.items()
    }
    station.command(Action(targets))
    wait_until(lambda: len(station.references) == len(targets))


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
    recover(station)
    assert station.hardware_stop is HardwareStop.RELEASED


def test_an_arm_that_is_guided_by_hand_is_left_to_the_hand(
    station: FrankaStation, controllers: SimulatedControllers
) -> None:
    controllers.order("left", "guide")
    wait_until(lambda: bool(trouble(station)))

    assert "Somebody guides the left arm by hand" in trouble(station)


def test_an_arm_held_by_somebody_else_is_busy_and_nobody_waits_for_it(
    station: FrankaStation, controllers: SimulatedControllers
) -> None:
    impatient = replace(PATIENT, connect_within_s=2.0)
    second = FrankaStation(dual_fr3(), controllers.addresses, settings=impatient)

    with pytest.raises(StationError, match=r"right arm at .* is busy: another program"):
        second.connect()
    station.close()  # the connection that was waited for comes now, and is given back
    wait_until(lambda: not any("right arm" in thread.name for thread in threading.enumerate()))

    station.connect()
    assert not trouble(station)


def test_an_arm_that_falls_silent_stops_both_and_has_to_be_connected_again(
    controllers: SimulatedControllers, connected: FrankaStation
) -> None:
    connected.close()
    settings = replace(PATIENT, silent_after_s=6.0)
    station = FrankaStation(dual_fr3(), controllers.addresses, settings=settings)
    station.connect()
    raise_hands(station)

    controllers.order("left", "mute")
    wait_until(lambda: bool(trouble(station)))
    assert "left arm" in trouble(station)
    assert "onnect again" in trouble(station)
    wait_until(lambda: "right" not in station.references)

    controllers.order("left", "speak")
    station.close()
    station.connect()
    assert not trouble(station)
    station.close()
    connected.connect()


def test_an_arm_that_takes_no_commands_is_told_in_words() -> None:
    station = FrankaStation(dual_fr3(), {"right": "127.9.9.1", "left": "127.9.9.2"})

    with pytest.raises(StationError, match=r"right arm at 127\.9\.9\.1 takes no commands"):
        station.connect()


def test_an_address_that_nobody_has_is_told_in_words() -> None:
    station = FrankaStation(dual_fr3(), {"right": "no-such-arm.invalid", "left": "127.9.9.2"})

    with pytest.raises(StationError, match=r"right arm does not answer at no-such-arm\.invalid"):
        station.connect()


def test_an_arm_that_speaks_another_protocol_says_which() -> None:
    address = "127.9.8.1"
    with socket.create_server((address, ARM_PORT)) as server:
        arm = threading.Thread(target=answer_with_version, args=(server, 9))
        arm.start()
        station = FrankaStation(dual_fr3(), {"right": address, "left": "127.9.9.2"})

        with pytest.raises(StationError, match=r"another version of the protocol .*\(9, not 10\)"):
            station.connect()
        arm.join()


def answer_with_version(server: socket.socket, version: int) -> None:
    """Refuse one client as a controller with another protocol does."""
    client, _ = server.accept()
    with client:
        client.recv(64)
        body = struct.pack("<HH4x", 1, version)  # 1: incompatible
        client.sendall(struct.pack("<III", 0, 0, 12 + len(body)) + body)
        client.recv(64)
