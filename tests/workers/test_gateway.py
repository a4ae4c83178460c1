"""A real station on one machine, a window on another: moved, stopped, and left alone."""

import logging
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lbm_studio.core.errors import StudioError
from lbm_studio.link.messages import Mode, Tick
from lbm_studio.link.remote.keys import KeyPair, KeyRing, PairedStation
from lbm_studio.link.remote_stop import RemoteStopAddress
from lbm_studio.link.session import Session
from lbm_studio.link.stop import StopOutcome, StopSupervisor
from lbm_studio.workers.gateway import main
from tests.workers.two_machines import TwoMachines

pytestmark = pytest.mark.slow

REST_RAD = 0.002
SETTLE_TICKS = 10


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[TwoMachines]:
    with TwoMachines(tmp_path, "simulated-single") as machines:
        yield machines


def is_stopped(tick: Tick) -> bool:
    return tick.mode is Mode.STOPPED


def test_a_lost_link_stops_the_arms_by_the_stations_own_watch(machines: TwoMachines):
    machines.near.demonstrate()

    os.kill(machines.near.process.pid, signal.SIGKILL)

    stopped = machines.far.ticks_until(is_stopped)[-1]
    machines.far.ticks_until(lambda _: True, SETTLE_TICKS)
    assert stopped.stop_reason.startswith("The window has stopped answering")
    assert machines.far.travel_rad(SETTLE_TICKS) < REST_RAD
    assert machines.far.process.poll() is None


def test_a_link_that_hangs_is_a_lost_one(machines: TwoMachines):
    machines.near.demonstrate()

    os.kill(machines.far_gateway.pid, signal.SIGSTOP)

    assert machines.far.ticks_until(is_stopped)[-1].stop_reason


def test_a_press_here_stops_the_arms_there(machines: TwoMachines):
    machines.near.demonstrate()

    report = StopSupervisor(machines.near.session).press("STOP window")

    assert report.outcome is StopOutcome.STOPPED
    stopped = machines.far.ticks_until(is_stopped)[-1]
    assert stopped.stop_reason.startswith("Stopped by STOP window on desk")
    assert machines.near.ticks_until(is_stopped)[-1].stop_reason == stopped.stop_reason


def test_a_station_that_does_not_obey_is_killed_by_its_own_machine(
    machines: TwoMachines, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.CRITICAL)  # a busy machine may be so late that the link is cut as well
    machines.near.demonstrate()
    os.kill(machines.far.process.pid, signal.SIGSTOP)

    report = StopSupervisor(machines.near.session).press("STOP window")

    assert report.outcome is StopOutcome.KILLED
    assert machines.far.process.wait() == -signal.SIGKILL


def test_where_stops_do_not_get_through_the_link_is_cut_and_the_station_stops_by_itself(
    machines: TwoMachines, caplog: pytest.LogCaptureFixture
):
    machines.near.demonstrate()
    file = machines.near.session.stop_file
    address = RemoteStopAddress.read(file)
    assert address
    replace(address, port=9).write(file)  # as a firewall would have it that lets TCP pass alone

    report = StopSupervisor(machines.near.session).press("STOP window")

    assert report.outcome is StopOutcome.UNREACHABLE
    assert machines.near.process.wait() == -signal.SIGKILL
    assert machines.far.ticks_until(is_stopped)[-1].stop_reason
    assert "the link to the station is cut" in caplog.text


def test_a_machine_that_is_not_there_is_told_before_anything_is_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LBM_STUDIO_HOME", str(tmp_path))
    KeyRing().add(PairedStation("lab", "127.0.0.1", 9, KeyPair.make().public))
    session = Session(tmp_path / "s")

    with pytest.raises(StudioError, match="nothing listens at its port 9"):
        main(["--session", str(session.folder), "--station", "lab"])
    assert not session.is_running("gateway")
