"""How arms are taken hold of, and what is said when that fails."""

import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from lbm_studio.core.errors import StationError
from lbm_studio.station.arms.controller import ARM_PORT
from lbm_studio.station.arms.station import FrankaStation
from lbm_studio.station.simulation.embodiments import dual_fr3
from tests.station.arms.controllers import (
    PATIENT,
    SimulatedControllers,
    raise_hands,
    trouble,
    wait_until,
)


@pytest.fixture(scope="module")
def controllers() -> Iterator[SimulatedControllers]:
    with SimulatedControllers(dual_fr3()) as running:
        yield running


def test_an_arm_held_by_somebody_else_is_busy_and_nobody_waits_for_it(
    controllers: SimulatedControllers,
) -> None:
    station = FrankaStation(dual_fr3(), controllers.addresses, settings=PATIENT)
    station.connect()
    impatient = replace(PATIENT, connect_within_s=2.0)
    second = FrankaStation(dual_fr3(), controllers.addresses, settings=impatient)

    with pytest.raises(StationError, match=r"right arm at .* is busy: another program"):
        second.connect()
    station.close()  # the connection that was waited for comes now, and is given back
    wait_until(lambda: not any("right arm" in thread.name for thread in threading.enumerate()))


def test_an_arm_that_falls_silent_stops_both_and_has_to_be_connected_again(
    controllers: SimulatedControllers,
) -> None:
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
        body = struct.pack("<BH5x", 1, version)  # 1: incompatible
        client.sendall(struct.pack("<III", 0, 0, 12 + len(body)) + body)
        client.recv(64)
