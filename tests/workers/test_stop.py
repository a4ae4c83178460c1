"""The stop watch: a gamepad's button pressed for real, and a station that falls silent."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from lbm_studio.core.clock import ManualClock
from lbm_studio.link.bus import TICK_TOPIC, Publisher, wait_for_any
from lbm_studio.link.messages import Mode, Tick
from lbm_studio.link.session import Session
from lbm_studio.link.stop import Press, StopOutcome, StopReceiver, StopReport
from lbm_studio.station.teleop.controller import Button
from lbm_studio.workers.stop import GAMEPAD, SILENCE, StopWatch, StopWatcher
from tests.link.ticks import AT_REST
from tests.station.teleop.virtual_gamepad import gamepad_socket
from tests.workers.live_station import LiveStation, make_session

BROKEN_WATCH = """
import sys
from lbm_studio.workers.stop import StopWatcher, main

def poll(self):
    raise RuntimeError("The wire is cut.")

StopWatcher.poll = poll
sys.exit(main(sys.argv[1:]))
"""


class Watched:
    """A watcher that notes its reports, in manual time, for a session of its own."""

    def __init__(self, session: Session) -> None:
        self.clock = ManualClock(1)
        self.reports: list[StopReport] = []
        self.watcher = StopWatcher(session, self.clock, self.reports.append)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return make_session(tmp_path)


@pytest.fixture
def watched(session: Session) -> Iterator[Watched]:
    watched = Watched(session)
    watched.watcher.open()
    yield watched
    watched.watcher.close()


def tick(mode: Mode, number: int = 0, *, captured_ns: int = 0, stop_reason: str = "") -> Tick:
    return msgspec.structs.replace(
        AT_REST, number=number, captured_ns=captured_ns, mode=mode, stop_reason=stop_reason
    )


def tell(events: Publisher, watched: Watched, message: Tick) -> None:
    """Publish until the watcher has heard it: a new subscriber misses the first messages."""
    while not wait_for_any([watched.watcher.ticks], 0.01):
        events.publish(TICK_TOPIC, message)
    watched.watcher.poll()


def test_the_gamepads_button_stops_a_real_station_in_mid_motion(
    session: Session, caplog: pytest.LogCaptureFixture
):
    with gamepad_socket() as socket, LiveStation(session) as live:
        gamepad = socket.plug_in()
        reports: list[StopReport] = []
        watcher = StopWatcher(session, on_report=reports.append)
        watcher.open()
        live.demonstrate()
        watcher.poll()
        assert reports == []

        gamepad.press(Button.B)
        watcher.poll()
        watcher.poll()
        stopped = live.newest_tick()
        watcher.close()

    assert [report.outcome for report in reports] == [StopOutcome.STOPPED]
    assert stopped.stop_reason == "Stopped by gamepad."
    assert "Stop by gamepad" in caplog.text


def test_a_stop_that_is_reset_while_the_button_is_held_is_pressed_again(
    session: Session, caplog: pytest.LogCaptureFixture
):
    presses: list[Press] = []
    with (
        gamepad_socket() as socket,
        StopReceiver(session.stop_file, presses.append),
        Publisher(session.station_events) as events,
    ):
        gamepad = socket.plug_in()
        watched = Watched(session)
        watched.watcher.open()
        watched.watcher.poll()
        gamepad.press(Button.B)
        watched.watcher.poll()

        tell(events, watched, tick(Mode.POLICY))  # on its way when the button went down
        tell(events, watched, tick(Mode.STOPPED, captured_ns=5, stop_reason="Stopped by gamepad."))
        assert len(presses) == 1
        tell(events, watched, tick(Mode.IDLE, captured_ns=6))
        assert len(presses) == 2

        gamepad.release(Button.B)
        watched.watcher.poll()
        tell(events, watched, tick(Mode.IDLE, captured_ns=7))
        watched.watcher.close()

    assert [press.source for press in presses] == [GAMEPAD, GAMEPAD]


def test_a_moving_station_that_falls_silent_is_stopped_once(
    session: Session, watched: Watched, caplog: pytest.LogCaptureFixture
):
    presses: list[Press] = []
    with (
        StopReceiver(session.stop_file, presses.append),
        Publisher(session.station_events) as events,
    ):
        tell(events, watched, tick(Mode.POLICY))
        watched.clock.advance_s(0.9)
        watched.watcher.poll()
        assert presses == []

        watched.clock.advance_s(0.2)
        for _ in range(3):
            watched.watcher.poll()

    assert [press.source for press in presses] == [SILENCE]
    assert [report.outcome for report in watched.reports] == [StopOutcome.STOPPED]
    assert SILENCE in caplog.text


@pytest.mark.parametrize("mode", [Mode.IDLE, Mode.PAUSED, Mode.STOPPED])
def test_a_resting_station_may_be_silent(session: Session, watched: Watched, mode: Mode):
    with Publisher(session.station_events) as events:
        tell(events, watched, tick(Mode.POLICY, 1))
        tell(events, watched, tick(mode, 2))
        watched.clock.advance_s(60.0)
        watched.watcher.poll()

    assert watched.reports == []


def test_a_watch_without_a_station_waits_quietly(session: Session):
    reports: list[StopReport] = []
    with StopWatch(session, reports.append):
        pass

    assert reports == []


def test_the_process_of_its_own_ends_in_order(session: Session):
    command = "import sys; from lbm_studio.workers.stop import main; sys.exit(main(sys.argv[1:]))"
    with subprocess.Popen(
        [sys.executable, "-c", command, "--session", str(session.folder)]
    ) as process:
        while not session.is_running("stop"):
            assert process.poll() is None
        niceness, ours = (os.getpriority(os.PRIO_PROCESS, pid) for pid in (process.pid, 0))
        os.kill(process.pid, signal.SIGTERM)

        assert niceness == -10 or (niceness == ours and os.getuid() != 0)

        assert process.wait(5.0) == 0
    assert not session.is_running("stop")


def test_a_watch_that_breaks_ends_its_process_and_says_why(session: Session):
    ended = subprocess.run(
        [sys.executable, "-c", BROKEN_WATCH, "--session", str(session.folder)],
        capture_output=True,
        text=True,
        timeout=30.0,
    )

    assert ended.returncode == 1
    assert "The stop watch broke" in ended.stderr
    assert "The wire is cut." in ended.stderr
    assert not session.is_running("stop")


def test_neither_qt_nor_the_simulator_nor_the_learning_library_is_loaded():
    check = (
        "import sys, lbm_studio.workers.stop; "
        "print([name for name in ('PySide6', 'mujoco', 'torch', 'mink') if name in sys.modules])"
    )

    found = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True
    )

    assert found.stdout == "[]\n"
