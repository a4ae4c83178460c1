"""The authenticated stop datagram over real sockets, and the ladder from one machine to another."""

import random
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lbm_studio.core.clock import MonotonicClock
from lbm_studio.link.process import ProcessIdentity
from lbm_studio.link.remote_stop import (
    RemoteStopAddress,
    RemoteStopReceiver,
    RemoteStopSender,
    ReplayGuard,
    StopKey,
)
from lbm_studio.link.session import Session
from lbm_studio.link.stop import Press, StopOutcome, StopReceiver, StopSupervisor
from lbm_studio.link.stop_address import StopAddress

LOOPBACK = "127.0.0.1"
FUZZED = 500
PATIENCE_S = 60.0


class Heard:
    """Remembers who pressed, after failing the first ``failures`` times."""

    def __init__(self, failures: int = 0) -> None:
        self.sources: list[str] = []
        self._failures = failures

    def __call__(self, source: str, rehearses: bool) -> str:
        if self._failures:
            self._failures -= 1
            raise RuntimeError("the station did not answer")
        self.sources.append(source)
        return StopOutcome.STOPPED.value


class Eavesdropper:
    """Stands between a sender and a receiver and keeps what it sees."""

    def __init__(self, port: int) -> None:
        self.seen: list[bytes] = []
        self._there = (LOOPBACK, port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOOPBACK, 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._pass_on)

    def __enter__(self) -> "Eavesdropper":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", (LOOPBACK, self.port))
        self._thread.join()
        self._socket.close()

    def _pass_on(self) -> None:
        asker = ("", 0)
        while True:
            payload, sender = self._socket.recvfrom(2000)
            if not payload:
                return
            if sender == self._there:
                self._socket.sendto(payload, asker)
            else:
                asker = sender
                self.seen.append(payload)
                self._socket.sendto(payload, self._there)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(tmp_path / "s")


@pytest.fixture
def key() -> StopKey:
    return StopKey.make()


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[str]]:
    """A process that stands for the one that keeps the link."""
    with subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        process.stdout.readline()
        yield process
        process.kill()


def address(port: int, key: StopKey, process: ProcessIdentity | None = None) -> RemoteStopAddress:
    return RemoteStopAddress(LOOPBACK, port, key, process or ProcessIdentity.current())


def press(port: int, key: StopKey, source: str = "Esc") -> str | None:
    """Press once, without a link to cut; return the outcome."""
    clock = MonotonicClock()
    answer = RemoteStopSender(clock).send(
        address(port, key), source, clock.now_ns(), cut=lambda: None
    )
    return answer.outcome if answer else None


def shout(port: int, *datagrams: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        for datagram in datagrams:
            line.sendto(datagram, (LOOPBACK, port))


def identity_of(process: subprocess.Popen[str]) -> ProcessIdentity:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return ProcessIdentity(process.pid, int(fields[19]))


def test_a_press_is_heard_once_and_answered_with_what_came_of_it(key: StopKey):
    heard = Heard()
    with RemoteStopReceiver(LOOPBACK, 0, heard) as receiver:
        receiver.admit(key)

        assert press(receiver.port, key, "STOP window") == "stopped"

    assert heard.sources == ["STOP window"]


def test_a_stop_that_failed_is_tried_again_and_only_then_acknowledged(
    key: StopKey, caplog: pytest.LogCaptureFixture
):
    heard = Heard(failures=2)
    with RemoteStopReceiver(LOOPBACK, 0, heard) as receiver:
        receiver.admit(key)

        assert press(receiver.port, key) == "stopped"

    assert heard.sources == ["Esc"]
    assert "failed" in caplog.text


def test_what_was_overheard_is_of_no_use_again(key: StopKey):
    heard = Heard()
    with RemoteStopReceiver(LOOPBACK, 0, heard) as receiver:
        receiver.admit(key)
        with Eavesdropper(receiver.port) as spy:
            assert press(spy.port, key, "first") == "stopped"
        shout(receiver.port, *spy.seen * 20)
        assert press(receiver.port, key, "second") == "stopped"
        shout(receiver.port, *spy.seen * 20)
        receiver.admit(StopKey.make())
        shout(receiver.port, *spy.seen * 20)

    assert heard.sources == ["first", "second"]


def test_another_key_stops_nothing_and_gets_no_answer(
    key: StopKey, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("lbm_studio.link.remote_stop.GIVE_UP_AFTER_S", 0.05)
    heard = Heard()
    with RemoteStopReceiver(LOOPBACK, 0, heard) as receiver:
        assert press(receiver.port, key) is None  # nobody is admitted yet
        receiver.admit(key)
        assert press(receiver.port, StopKey.make()) is None
        assert press(receiver.port, StopKey(key.number, bytes(32))) is None

        assert receiver.refused >= 3
    assert heard.sources == []


def test_changed_datagrams_change_nothing(key: StopKey):
    heard = Heard()
    random_source = random.Random(0)
    with RemoteStopReceiver(LOOPBACK, 0, heard) as receiver:
        receiver.admit(key)
        with Eavesdropper(receiver.port) as spy:
            assert press(spy.port, key, "genuine") == "stopped"
        for _ in range(FUZZED):
            changed = bytearray(spy.seen[0])
            changed[random_source.randrange(len(changed))] ^= random_source.randrange(1, 256)
            shout(receiver.port, bytes(changed), bytes(changed[: random_source.randrange(120)]))
        assert press(receiver.port, key, "genuine") == "stopped"

    assert heard.sources == ["genuine", "genuine"]


def test_a_counter_counts_once_however_late_it_comes():
    guard = ReplayGuard()
    second = 1_000_000_000

    assert guard.take(10 * second)
    assert not guard.take(10 * second)
    assert guard.take(9 * second), "another process was overtaken"
    assert not guard.take(9 * second)
    assert not guard.take(7 * second), "too old to be told from a repetition"


def test_counters_that_are_forgotten_count_as_used():
    guard = ReplayGuard()

    assert all(guard.take(counter) for counter in range(1, 1000))
    assert not any(guard.take(counter) for counter in range(1, 1000))


def test_the_file_is_its_owners_alone_and_shows_no_near_station(session: Session, key: StopKey):
    written = address(4711, key)

    written.write(session.stop_file)

    assert stat.S_IMODE(session.stop_file.stat().st_mode) == 0o600
    assert RemoteStopAddress.read(session.stop_file) == written
    assert StopAddress.read(session.stop_file) is None
    assert key.secret.hex() not in repr(written)


def test_a_near_stations_file_is_no_remote_address(session: Session):
    with StopReceiver(session.stop_file, lambda press: None):
        assert RemoteStopAddress.read(session.stop_file) is None


def test_a_press_on_this_machine_stops_a_station_on_the_other(
    tmp_path: Path, session: Session, key: StopKey, monkeypatch: pytest.MonkeyPatch
):
    for name in ("stop.ACKNOWLEDGE_WITHIN_S", "remote_stop.CUT_AFTER_S"):
        monkeypatch.setattr(f"lbm_studio.link.{name}", PATIENCE_S)
    monkeypatch.setattr("lbm_studio.link.remote_stop.GIVE_UP_AFTER_S", PATIENCE_S)
    presses: list[Press] = []
    far = Session(tmp_path / "far")
    with StopReceiver(far.stop_file, presses.append):
        ladder = StopSupervisor(far)
        with RemoteStopReceiver(
            LOOPBACK, 0, lambda source, _: ladder.press(source).outcome.value
        ) as receiver:
            receiver.admit(key)
            address(receiver.port, key).write(session.stop_file)

            report = StopSupervisor(session).press("pedal")

    assert report.outcome is StopOutcome.STOPPED
    assert [press.source for press in presses] == ["pedal"]


def test_a_machine_that_does_not_answer_has_its_link_cut(
    session: Session,
    key: StopKey,
    bystander: subprocess.Popen[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("lbm_studio.link.remote_stop.GIVE_UP_AFTER_S", 0.5)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind((LOOPBACK, 0))
        address(deaf.getsockname()[1], key, identity_of(bystander)).write(session.stop_file)

        report = StopSupervisor(session).press("Esc")

    assert report.outcome is StopOutcome.UNREACHABLE
    assert bystander.wait() == -9
    assert "cut" in caplog.text


def test_a_rehearsal_is_told_as_one_and_cuts_nothing(
    session: Session, key: StopKey, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("lbm_studio.link.remote_stop.GIVE_UP_AFTER_S", PATIENCE_S)
    told: list[bool] = []

    def on_stop(source: str, rehearses: bool) -> str:
        told.append(rehearses)
        return StopOutcome.NOT_RUNNING.value

    with RemoteStopReceiver(LOOPBACK, 0, on_stop) as receiver:
        receiver.admit(key)
        address(receiver.port, key).write(session.stop_file)

        report = StopSupervisor(session).rehearse("self-test")

    assert report.outcome is StopOutcome.NOT_RUNNING
    assert told == [True]
