"""The stop datagram over a real loopback socket, and the ladder above it with real processes."""

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lbm_studio.link.process import ProcessIdentity
from lbm_studio.link.session import Session
from lbm_studio.link.stop import (
    Press,
    StopOutcome,
    StopReceiver,
    StopSender,
    StopSupervisor,
)
from lbm_studio.link.stop_address import StopAddress

STATION = """
import sys
from pathlib import Path
from lbm_studio.link.stop import StopReceiver

with StopReceiver(Path(sys.argv[1]), lambda press: None):
    print("ready", flush=True)
    sys.stdin.read()
"""


class Heard:
    """Remembers presses, after refusing the first ``failures`` of them."""

    def __init__(self, failures: int = 0) -> None:
        self.presses: list[Press] = []
        self.attempts = 0
        self._failures = failures

    def __call__(self, press: Press) -> None:
        self.attempts += 1
        if self.attempts <= self._failures:
            raise RuntimeError("the arm did not answer")
        self.presses.append(press)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(tmp_path / "s")


@pytest.fixture
def station_process(session: Session) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", STATION, str(session.stop_file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def test_a_press_is_heard_and_acknowledged_with_the_moment_the_stop_returned(session: Session):
    heard = Heard()
    with StopReceiver(session.stop_file, heard):
        acknowledgement = StopSender(session.stop_file).send("STOP window")

    assert acknowledgement is not None
    assert [press.source for press in heard.presses] == ["STOP window"]
    press = heard.presses[0]
    assert press.pressed_ns == acknowledgement.pressed_ns
    assert press.pressed_ns <= press.received_ns <= acknowledgement.stopped_ns
    assert acknowledgement.stopped_ns <= acknowledgement.received_ns


def test_a_repeated_datagram_is_one_press(session: Session):
    released = threading.Event()
    heard = Heard()

    def slow(press: Press) -> None:
        released.wait(0.015)  # several repetitions arrive meanwhile
        heard(press)

    with StopReceiver(session.stop_file, slow):
        first = StopSender(session.stop_file).send("Esc")
        second = StopSender(session.stop_file).send("Esc")

    assert first is not None
    assert second is not None
    assert len(heard.presses) == 2


def test_a_stop_that_failed_is_tried_again_and_only_then_acknowledged(
    session: Session, caplog: pytest.LogCaptureFixture
):
    heard = Heard(failures=2)
    with StopReceiver(session.stop_file, heard):
        acknowledgement = StopSender(session.stop_file).send("gamepad")

    assert acknowledgement is not None
    assert heard.attempts == 3
    assert "A stop by gamepad failed." in caplog.text


def test_a_stop_that_keeps_failing_is_never_acknowledged(
    session: Session, caplog: pytest.LogCaptureFixture
):
    with StopReceiver(session.stop_file, Heard(failures=1_000_000)):
        assert StopSender(session.stop_file).send("gamepad") is None
    assert "failed" in caplog.text


@pytest.mark.parametrize(
    "source", ["", "x" * 200, "Not-Aus-Knopf in der Küche, weit hinten links, gelb"]
)
def test_any_source_text_arrives_as_far_as_it_fits(session: Session, source: str):
    heard = Heard()
    with StopReceiver(session.stop_file, heard):
        assert StopSender(session.stop_file).send(source)

    assert source.startswith(heard.presses[0].source)


def test_the_secret_of_another_session_stops_nothing(session: Session, tmp_path: Path):
    heard = Heard()
    foreign = tmp_path / "foreign.json"
    with StopReceiver(session.stop_file, heard) as receiver:
        replace(receiver.address, secret=bytes(16)).write(foreign)

        assert StopSender(foreign).send("somebody else") is None
        assert StopSender(session.stop_file).send("owner")

    assert [press.source for press in heard.presses] == ["owner"]


def test_noise_on_the_socket_does_no_harm(session: Session):
    heard = Heard()
    with StopReceiver(session.stop_file, heard) as receiver:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            for noise in (b"", b"LBMS", b"x" * 85, b"x" * 2000):
                line.sendto(noise, ("127.0.0.1", receiver.address.port))
        assert StopSender(session.stop_file).send("owner")

    assert len(heard.presses) == 1


def test_the_stop_file_is_its_owners_alone_and_goes_with_the_receiver(session: Session):
    receiver = StopReceiver(session.stop_file, Heard())

    mode = stat.S_IMODE(session.stop_file.stat().st_mode)
    written = StopAddress.read(session.stop_file)
    receiver.close()
    receiver.close()

    assert mode == 0o600
    assert written
    assert written == receiver.address
    assert written.process == ProcessIdentity.current()
    assert list(session.folder.iterdir()) == []


@pytest.mark.parametrize("content", ["", "[]", "{", '{"port": 1}', '{"port": "x", "secret": "zz"}'])
def test_a_damaged_stop_file_is_no_address(session: Session, content: str):
    session.stop_file.write_text(content)

    assert StopAddress.read(session.stop_file) is None
    assert StopSender(session.stop_file).send("Esc") is None


def test_closing_leaves_no_thread_and_frees_the_port(session: Session):
    with StopReceiver(session.stop_file, Heard()) as receiver:
        port = receiver.address.port

    assert "stop" not in {thread.name for thread in threading.enumerate()}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", port))


def test_the_supervisor_stops_a_station_that_listens(
    session: Session, station_process: subprocess.Popen[str]
):
    report = StopSupervisor(session).press("STOP window")

    assert report.outcome is StopOutcome.STOPPED
    assert station_process.poll() is None


def test_the_supervisor_kills_a_station_that_does_not_answer(
    session: Session, station_process: subprocess.Popen[str], caplog: pytest.LogCaptureFixture
):
    os.kill(station_process.pid, signal.SIGSTOP)
    os.waitpid(station_process.pid, os.WUNTRACED)

    report = StopSupervisor(session).press("STOP window")

    assert report.outcome is StopOutcome.KILLED
    assert report.after_s < 1.0
    assert station_process.wait() == -signal.SIGKILL
    assert "was killed" in caplog.text


def test_the_supervisor_never_kills_a_process_that_only_has_the_number_of_the_station(
    session: Session, station_process: subprocess.Popen[str]
):
    address = StopAddress.read(session.stop_file)
    assert address
    earlier = ProcessIdentity(address.process.number, address.process.started - 1)
    replace(address, secret=bytes(16), process=earlier).write(session.stop_file)

    report = StopSupervisor(session).press("STOP window")

    assert report.outcome is StopOutcome.NOT_RUNNING
    assert station_process.poll() is None


def test_a_station_that_does_not_listen_yet_is_found_by_its_claim(
    session: Session, caplog: pytest.LogCaptureFixture
):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        started = int(Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[19])
        identity = ProcessIdentity(process.pid, started)
        (session.folder / "station.pid").write_text(identity.as_text())

        report = StopSupervisor(session).press("STOP window")

        assert report.outcome is StopOutcome.KILLED
        assert process.wait() == -signal.SIGKILL
        assert "was killed" in caplog.text


def test_without_a_station_there_is_nothing_to_stop(session: Session):
    assert StopSupervisor(session).press("STOP window").outcome is StopOutcome.NOT_RUNNING
