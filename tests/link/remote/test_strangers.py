"""Who holds no paired key can neither see nor move anything, and malformed bytes do no harm."""

import logging
import random
import socket
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import zmq

from lbm_studio.core.network import LOOPBACK
from lbm_studio.link.bus import FRAMES_TOPIC, TICK_TOPIC, AsyncRequester, Requester, Responder
from lbm_studio.link.frames import FrameRing
from lbm_studio.link.messages import (
    Accepted,
    FramesReady,
    LoadScene,
    Message,
    SetGoal,
    StationRequest,
)
from lbm_studio.link.remote import relay
from lbm_studio.link.remote.curve import CurveLine
from lbm_studio.link.remote.keys import KeyPair
from lbm_studio.link.remote.relay import Ping
from lbm_studio.link.session import Session
from tests.core.stations import make_station
from tests.link.remote.linked import Linked
from tests.link.remote.mutation import mutated, mutated_parts
from tests.link.remote.wiretap import Wiretap
from tests.workers.processes import make_tick

DESCRIPTION = make_station("left", "right")
PATIENCE_S = 100.0
LOOKS = 10
LOOK_S = 0.05
FUZZED = 300

HEADER = struct.pack("<QQ", 1, 2**62)
ORDER = msgspec.msgpack.encode(LoadScene(skill="lift", seed=1))


@pytest.fixture
def linked(tmp_path: Path) -> Iterator[Linked]:
    with Linked(tmp_path, DESCRIPTION) as linked:
        yield linked


def speech(run: bytes = b"stranger") -> list[tuple[bytes, ...]]:
    """Return all that a workstation says: that it is there, an order, a wish for pictures."""
    return [
        (relay.PING, msgspec.msgpack.encode(Ping(run=run, sent_ns=1))),
        (relay.ASK, b"route", HEADER, ORDER),
        (relay.ANSWER, b"route", HEADER, ORDER),
        (relay.WANT, run),
    ]


def show(linked: Linked, ring: FrameRing) -> None:
    """Publish a tick and pictures, as a station does all the time."""
    cameras = DESCRIPTION.embodiment.cameras
    images = {c.name: np.zeros((c.height_px, c.width_px, 3), np.uint8) for c in cameras}
    slot = ring.write(1, 5, images)
    tick = make_tick(1, captured_ns=5, vector=[1.0], joints=[2.0])
    linked.station.events.publish(TICK_TOPIC, tick)
    ready = FramesReady(number=1, captured_ns=5, slot=slot, seconds=0.0)
    linked.station.frames.publish(FRAMES_TOPIC, ready)


def overhear(linked: Linked, line: "zmq.Socket[bytes]", run: bytes = b"stranger") -> list[bytes]:
    """Return what a stranger is told who says everything again and again."""
    told: list[bytes] = []
    cameras = DESCRIPTION.embodiment.cameras
    with FrameRing.create(linked.far.ring_name, cameras) as ring:
        for _ in range(LOOKS):
            for parts in speech(run):
                try:
                    line.send_multipart(parts, zmq.NOBLOCK)
                except zmq.Again:
                    break
            show(linked, ring)
            if line.poll(round(1000 * LOOK_S)):
                told += line.recv_multipart()
        ring.unlink()
    return told


def still_works(linked: Linked) -> bool:
    """Whether the paired workstation's own order arrives, and is the only one."""
    with Requester(linked.near.station_commands) as window:
        assert window.ask(SetGoal(goal="genuine"), PATIENCE_S) == Accepted()
    return linked.station.orders() == [SetGoal(goal="genuine")]


def test_without_encryption_nobody_gets_in(linked: Linked):
    with zmq.Socket(zmq.Context.instance(), zmq.DEALER) as line:
        line.linger = 0
        line.connect(f"tcp://{LOOPBACK}:{linked.station_end.port}")

        assert overhear(linked, line) == []
    assert still_works(linked)


@pytest.mark.parametrize("kind", ["unknown", "borrowed", "wrong station"])
def test_without_the_right_keys_nobody_gets_in(linked: Linked, kind: str):
    own, station, paired = KeyPair.make(), linked.address, linked.near_keys.own()
    if kind == "borrowed":
        own = KeyPair(paired.public, own.secret)  # the public key is no secret
    if kind == "wrong station":
        own, station = paired, replace(station, public=KeyPair.make().public)

    with CurveLine(station, own) as line:
        assert overhear(linked, line.socket) == []
    assert still_works(linked)
    assert (linked.station_end.refused > 0) == (kind == "unknown")


def test_the_connection_of_a_paired_workstation_that_does_not_use_the_station_moves_nothing(
    linked: Linked,
):
    with CurveLine(linked.address, linked.near_keys.own()) as line:
        told = overhear(linked, line.socket, b"other")

    assert told
    assert set(told[0::2]) == {relay.PONG}
    assert b"desk" in told[1]
    assert still_works(linked)


def test_noise_at_the_port_does_no_harm(linked: Linked):
    random_source = random.Random(0)
    greeting = bytes.fromhex("ff00000000000000017f0300") + b"CURVE".ljust(20, b"\0") + bytes(32)
    for noise in (b"", b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 5000, greeting, greeting * 3):
        with socket.create_connection((LOOPBACK, linked.station_end.port)) as raw:
            raw.sendall(noise)
    for _ in range(30):
        with socket.create_connection((LOOPBACK, linked.station_end.port)) as raw:
            raw.sendall(mutated(greeting, random_source))

    assert still_works(linked)


def test_what_was_overheard_on_the_wire_holds_no_order_and_gives_none_again(tmp_path: Path):
    random_source = random.Random(0)
    with Linked(tmp_path, DESCRIPTION, via=Wiretap) as linked:
        with Requester(linked.near.station_commands) as window:
            window.ask(LoadScene(skill="lift_the_lid", seed=1), PATIENCE_S)
        recorded = [bytes(stream) for stream in linked.overheard() if stream]
        assert recorded
        assert not any(b"lift_the_lid" in stream for stream in recorded)
        for stream in recorded:
            for replay in (stream, *(mutated(stream, random_source) for _ in range(10))):
                with socket.create_connection((LOOPBACK, linked.station_end.port)) as raw:
                    raw.sendall(replay)

        with Requester(linked.near.station_commands) as window:
            window.ask(SetGoal(goal="genuine"), PATIENCE_S)
        assert linked.station.orders() == [
            LoadScene(skill="lift_the_lid", seed=1),
            SetGoal(goal="genuine"),
        ]


def test_malformed_parcels_of_a_paired_machine_do_no_harm(
    linked: Linked, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.ERROR)
    random_source = random.Random(0)
    run = linked.window_end.run
    with CurveLine(linked.address, linked.near_keys.own()) as line:
        linked.wait_for(lambda: line.send(*speech(run)[3]))
        for _ in range(FUZZED):
            line.send(*mutated_parts(random_source.choice(speech(run)), random_source) or [b""])
            line.receive()
        linked.wait_for(lambda: linked.window_end.is_connected)

    with Requester(linked.near.station_commands) as window:
        assert window.ask(SetGoal(goal="genuine"), PATIENCE_S) == Accepted()


@pytest.mark.parametrize("bomb", [b"\x91" * 100_000, b"\x81\xa1x" * 50_000, b"\xdf" + b"\xff" * 4])
def test_a_bottomless_message_is_no_message(
    tmp_path: Path, bomb: bytes, caplog: pytest.LogCaptureFixture
):
    heard: list[Message] = []
    session = Session(tmp_path / "s")
    with (
        Responder(session.station_commands, StationRequest) as responder,
        AsyncRequester(session.station_commands) as line,
    ):
        line.wait_until_connected(PATIENCE_S)
        line.socket.send_multipart((HEADER, bomb))

        assert responder.poll(lambda message: heard.append(message) or Accepted(), PATIENCE_S)
    assert heard == []
    assert "not understood" in caplog.text


def test_whatever_becomes_of_a_request_it_is_a_request_or_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.ERROR)
    random_source = random.Random(0)
    requests = [
        msgspec.msgpack.encode(message)
        for message in (LoadScene(skill="lift", seed=1), SetGoal(goal="Lift it."))
    ]
    heard: list[Message] = []
    session = Session(tmp_path / "s")
    with (
        Responder(session.station_commands, StationRequest) as responder,
        AsyncRequester(session.station_commands) as line,
    ):
        line.wait_until_connected(PATIENCE_S)
        for number in range(FUZZED):
            header = (number + 1).to_bytes(8, "little") + HEADER[8:]
            body = mutated(random_source.choice(requests), random_source)
            line.socket.send_multipart((header, body))
            assert responder.poll(lambda message: heard.append(message) or Accepted(), PATIENCE_S)

    assert all(isinstance(message, LoadScene | SetGoal) for message in heard)


def test_whatever_becomes_of_what_is_published_it_is_that_or_ignored(
    linked: Linked, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.ERROR)
    random_source = random.Random(0)
    tick = msgspec.msgpack.encode(make_tick(1, captured_ns=5, vector=[1.0], joints=[2.0]))
    for _ in range(FUZZED):
        linked.station.events.socket.send_multipart(
            mutated_parts((TICK_TOPIC, tick), random_source) or [b""]
        )
    assert still_works(linked)


def test_no_secret_reaches_a_log(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with Linked(tmp_path, DESCRIPTION) as linked:
        with CurveLine(linked.address, KeyPair.make()) as line:
            overhear(linked, line.socket)
        linked.wait_for(linked.near.stop_file.exists)
        stop = linked.near.stop_file.read_text()
        secrets = [
            linked.near_keys.own().secret,
            linked.far_keys.own().secret,
            msgspec.json.decode(stop)["key_secret"],
        ]
        logging.getLogger().debug("%s %s", linked.address, linked.near_keys.own())

    assert not any(secret in caplog.text for secret in secrets)
