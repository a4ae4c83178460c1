"""How arms are taken hold of, and what is said when that fails."""

import gc
import json
import re
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import pytest

from lbm_studio.core.action import Action
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


SECOND_PROGRAM = """
import json, sys
from lbm_studio.core.errors import StationError
from lbm_studio.station.arms.settings import ArmSettings
from lbm_studio.station.arms.station import FrankaStation
from lbm_studio.station.simulation.embodiments import dual_fr3

settings = ArmSettings(connect_within_s=2.0)
station = FrankaStation(dual_fr3(), json.loads(sys.argv[1]), settings=settings)
try:
    station.connect()
except StationError as error:
    sys.stdout.write(str(error))
"""


def test_an_arm_held_by_somebody_else_is_busy_and_nobody_waits_for_it(
    controllers: SimulatedControllers,
) -> None:
    station = FrankaStation(dual_fr3(), controllers.addresses, settings=PATIENT)
    station.connect()

    command = [sys.executable, "-c", SECOND_PROGRAM, json.dumps(controllers.addresses)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)

    assert re.match(r"The right arm at .* is busy: another program is connected", second.stdout)
    assert not trouble(station)
    station.close()


def test_hands_let_go_of_while_they_move_can_be_taken_hold_of_at_once(
    controllers: SimulatedControllers,
) -> None:
    settings = replace(PATIENT, connect_within_s=10.0)
    station = FrankaStation(dual_fr3(), controllers.addresses, settings=settings)
    gc.disable()  # nothing may be kept until somebody tidies up
    try:
        for width_m in (0.02, 0.08, 0.02, 0.08):
            station.connect()
            arms = station.read().as_action().arms
            before_m = [target.gripper_width_m for target in arms.values()]
            targets = {n: replace(t, gripper_width_m=width_m) for n, t in arms.items()}
            station.command(Action(targets))
            wait_until(partial(_hands_have_moved, station, before_m))
            station.close()
    finally:
        gc.enable()
        station.close()


def _hands_have_moved(station: FrankaStation, before_m: Sequence[float]) -> bool:
    widths_m = [arm.gripper_width_m for arm in station.read().arms.values()]
    return all(abs(w - b) > 0.005 for w, b in zip(widths_m, before_m, strict=True))


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
