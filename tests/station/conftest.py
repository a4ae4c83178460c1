"""Simulated controllers of FR3 arms, in processes of their own, for whatever speaks to them."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lbm_studio.link.session import Session
from lbm_studio.station.simulation.embodiments import find_station
from lbm_studio.station.simulation.robot.clock import RobotClock
from lbm_studio.station.simulation.robot.process import (
    RobotSimulatorProcess,
    loopback_addresses,
    own_network,
)
from tests.strict.arms import StrictArms, strict_python

SKILL = "put_cube_in_tray"
PATIENCE_S = 0.1
"""So that a busy machine fails no test; benchmarks find out how late answers may be [s]."""


@pytest.fixture(scope="session")
def loopback_network() -> str:
    """A part of the loopback network of this test run's own: several may run at once."""
    return own_network()


@pytest.fixture(scope="module")
def robot_session() -> Iterator[Session]:
    """Where a robot simulator is reached for what real controllers do not do."""
    with tempfile.TemporaryDirectory() as folder:  # a short path, as local sockets need
        yield Session(Path(folder))


@pytest.fixture(scope="module")
def robot_simulator(
    robot_session: Session, loopback_network: str
) -> Iterator[RobotSimulatorProcess]:
    """Both arms of the two-armed station in one scene; ``addresses`` in order of the arms."""
    pytest.importorskip("franky_sim")
    addresses = loopback_addresses(find_station("simulated"), loopback_network)
    with RobotSimulatorProcess(robot_session, "simulated", addresses, SKILL) as process:
        yield process


@pytest.fixture(scope="module")
def robot_clock(
    robot_session: Session, robot_simulator: RobotSimulatorProcess
) -> Iterator[RobotClock]:
    """The simulated robots' own time, which passes slowly on a busy machine."""
    clock = RobotClock(robot_session.robot_time_file)
    yield clock
    clock.close()


def strictly(address: str) -> str:
    """Return the address of a strict arm, which may run beside those of :func:`robot_simulator`."""
    network, _, number = address.rpartition(".")
    return f"{network}.{100 + int(number)}"


@pytest.fixture(scope="module")
def strict_arms(
    loopback_network: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StrictArms]:
    """Both arms of the two-armed station, with the limits of real ones; each in its own scene."""
    python = strict_python()
    if python is None:
        pytest.skip("The strict robot simulator is not installed: packaging/test installs it.")
    description = find_station("simulated")
    addresses = [strictly(address) for address in loopback_addresses(description, loopback_network)]
    folder = tmp_path_factory.mktemp("strict")
    with StrictArms(python, description, addresses, folder, patience_s=PATIENCE_S) as arms:
        yield arms
