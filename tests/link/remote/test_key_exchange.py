"""Two machines exchange keys over a real connection; nobody else gets in between."""

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
import zmq

from lbm_studio.core.clock import ManualClock
from lbm_studio.core.errors import StudioError
from lbm_studio.link.remote import key_exchange
from lbm_studio.link.remote.key_exchange import (
    CODE_VALID_S,
    Denial,
    PairDenied,
    PairGranted,
    Pairing,
    PairingDesk,
    PairingLine,
    PairingListener,
    PairRequest,
    require_reachable,
)
from lbm_studio.link.remote.keys import KeyPair, KeyRing, PairedStation
from lbm_studio.link.remote.pairing_code import PairingCode

LOOPBACK = "127.0.0.1"


@pytest.fixture
def code() -> PairingCode:
    return PairingCode.make()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1)


@pytest.fixture
def station_keys(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "station")


@pytest.fixture
def window_keys(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "window")


@pytest.fixture
def desk(station_keys: KeyRing, code: PairingCode, clock: ManualClock) -> PairingDesk:
    return PairingDesk(station_keys, "lab", code, clock)


@contextmanager
def listening(desk: PairingDesk) -> Iterator[int]:
    """Answer with the desk until the block is over; gives the port."""
    is_over = threading.Event()
    with PairingListener(LOOPBACK, 0) as listener:

        def serve() -> None:
            while not is_over.is_set():
                listener.poll(desk, 0.02)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.port
        finally:
            is_over.set()
            thread.join()


def pair(port: int, keys: KeyRing, code: PairingCode, own_name: str = "desk") -> Pairing:
    with PairingLine(LOOPBACK, port) as line:
        return line.pair(keys, own_name, code)


def ask(keys: KeyRing, code: PairingCode, name: str = "desk") -> PairRequest:
    public = keys.own().public
    return PairRequest(public=public, name=name, proof=code.proof("workstation", public, name))


def test_with_the_code_two_machines_know_each_other(
    desk: PairingDesk, station_keys: KeyRing, window_keys: KeyRing, code: PairingCode
):
    with listening(desk) as port:
        pairing = pair(port, window_keys, code)

    assert pairing.station == PairedStation("lab", LOOPBACK, port, station_keys.own().public)
    assert window_keys.stations() == {"lab": pairing.station}
    assert station_keys.workstations()["desk"].public == window_keys.own().public
    assert not pairing.was_known
    assert not pairing.warning()


def test_pairing_twice_changes_nothing_and_is_told(
    desk: PairingDesk, station_keys: KeyRing, window_keys: KeyRing, code: PairingCode
):
    with listening(desk) as port:
        first = pair(port, window_keys, code)
        second = pair(port, window_keys, code)

    assert second.was_known
    assert second.station == first.station
    assert len(station_keys.workstations()) == 1


def test_a_wrong_code_pairs_nobody_and_spoils_nothing(
    desk: PairingDesk, station_keys: KeyRing, window_keys: KeyRing, code: PairingCode
):
    with listening(desk) as port:
        with pytest.raises(StudioError, match="The code is wrong"):
            pair(port, window_keys, PairingCode.make())
        assert (window_keys.stations(), station_keys.workstations()) == ({}, {})
        assert pair(port, window_keys, code)


def test_a_code_expires(
    desk: PairingDesk, window_keys: KeyRing, code: PairingCode, clock: ManualClock
):
    clock.advance_s(CODE_VALID_S + 1)

    with listening(desk) as port, pytest.raises(StudioError, match="The code has expired"):
        pair(port, window_keys, code)
    assert desk.paired is None


def test_a_code_is_good_for_one_workstation(
    desk: PairingDesk, window_keys: KeyRing, code: PairingCode, tmp_path: Path
):
    assert isinstance(desk.answer(ask(window_keys, code)), PairGranted)

    answer = desk.answer(ask(KeyRing(tmp_path / "other"), code, "other"))

    assert answer == PairDenied(reason=Denial.TAKEN)


def test_another_machine_cannot_take_a_name_over(
    desk: PairingDesk,
    station_keys: KeyRing,
    window_keys: KeyRing,
    code: PairingCode,
    clock: ManualClock,
    tmp_path: Path,
):
    desk.answer(ask(window_keys, code))
    later = PairingDesk(station_keys, "lab", code, clock)

    answer = later.answer(ask(KeyRing(tmp_path / "other"), code))

    assert answer == PairDenied(reason=Denial.NAME_TAKEN)
    assert station_keys.workstations()["desk"].public == window_keys.own().public


def test_somebody_in_between_cannot_put_a_key_of_his_own_in_its_place(
    desk: PairingDesk, station_keys: KeyRing, window_keys: KeyRing, code: PairingCode
):
    own = KeyPair.make().public

    def forge_answer(request: bytes) -> bytes:
        granted = desk.answer(msgspec.msgpack.decode(request, type=PairRequest))
        assert isinstance(granted, PairGranted)
        return msgspec.msgpack.encode(msgspec.structs.replace(granted, public=own))

    with impostor(forge_answer) as port, pytest.raises(StudioError, match="somebody sits in"):
        pair(port, window_keys, code)
    assert window_keys.stations() == {}

    forged = msgspec.structs.replace(ask(window_keys, code), public=own)
    assert desk.answer(forged) == PairDenied(reason=Denial.WRONG_CODE)
    assert own not in {machine.public for machine in station_keys.workstations().values()}


def test_what_the_workstation_said_cannot_be_given_back_to_it(
    window_keys: KeyRing, code: PairingCode
):
    def mirror(request: bytes) -> bytes:
        said = msgspec.msgpack.decode(request, type=PairRequest)
        return msgspec.msgpack.encode(
            PairGranted(public=said.public, name=said.name, calendar_s=0, proof=said.proof)
        )

    with impostor(mirror) as port, pytest.raises(StudioError, match="Nothing was paired"):
        pair(port, window_keys, code)


@pytest.mark.parametrize("said", [b"", b"\xc1", b"x" * 500, msgspec.msgpack.encode([1, 2])])
def test_what_is_no_station_is_told(window_keys: KeyRing, code: PairingCode, said: bytes):
    with impostor(lambda _: said) as port, pytest.raises(StudioError, match="no station"):
        pair(port, window_keys, code)


def test_noise_does_not_disturb_a_pairing(
    desk: PairingDesk, window_keys: KeyRing, code: PairingCode
):
    with listening(desk) as port:
        with zmq.Socket(zmq.Context.instance(), zmq.DEALER) as noise:
            noise.linger = 0
            noise.connect(f"tcp://{LOOPBACK}:{port}")
            for said in (b"", b"\xc1", b"x" * 900, b"y" * 5000):
                noise.send(said)
            noise.send_multipart([b"a", b"b"])
        with socket.create_connection((LOOPBACK, port)) as raw:
            raw.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert pair(port, window_keys, code)


def test_calendars_that_differ_are_worth_a_word():
    station = PairedStation("lab", LOOPBACK, 1, "")

    assert not Pairing(station, was_known=False, calendars_differ_s=30.0).warning()
    assert "3 hours ahead of" in Pairing(station, False, 3.2 * 3600).warning()
    assert "2 days behind" in Pairing(station, False, -2.5 * 86_400).warning()


def test_a_machine_that_is_not_there_is_told_from_one_that_does_not_wait(
    window_keys: KeyRing, code: PairingCode, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(key_exchange, "_ANSWER_WITHIN_S", 0.2)
    with pytest.raises(StudioError, match="There is no machine called"):
        require_reachable("no-such-machine.invalid", 1)
    with socket.create_server((LOOPBACK, 0)) as silent:
        port = silent.getsockname()[1]
        require_reachable(LOOPBACK, port)
        with pytest.raises(StudioError, match="does not wait to be paired"):
            pair(port, window_keys, code)
    with pytest.raises(StudioError, match="nothing listens at its port"):
        require_reachable(LOOPBACK, port)


def test_neither_code_nor_secret_key_reaches_a_log(
    desk: PairingDesk,
    station_keys: KeyRing,
    window_keys: KeyRing,
    code: PairingCode,
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level(logging.DEBUG)

    with listening(desk) as port:
        pairing = pair(port, window_keys, code)

    logging.getLogger().debug("%s %s %s", desk.paired, pairing, code)
    for secret in (code.text, code.shown(), station_keys.own().secret, window_keys.own().secret):
        assert secret not in caplog.text


@contextmanager
def impostor(answer: Callable[[bytes], bytes]) -> Iterator[int]:
    """Listen in the place of a station and answer one request."""
    with zmq.Socket(zmq.Context.instance(), zmq.ROUTER) as router:
        router.linger = 0
        port = router.bind_to_random_port(f"tcp://{LOOPBACK}")

        def serve() -> None:
            identity, request = router.recv_multipart()
            router.send_multipart([identity, answer(request)])

        thread = threading.Thread(target=serve)
        thread.start()
        yield port
        thread.join()
