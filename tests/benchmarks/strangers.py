"""What becomes of messages by strangers, of messages played back and of messages that were spoilt.

Run from the checkout: ``python -m tests.benchmarks.strangers [--messages 10000] [--streams 1000]``.
Everything is recorded from a genuine session over real sockets, spoilt with a seed and sent again.
Every row must end in 0 changes.
"""

import argparse
import logging
import random
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from lbm_studio.core.clock import MonotonicClock
from lbm_studio.core.errors import StudioError
from lbm_studio.core.network import LOOPBACK
from lbm_studio.link import remote_stop, stop
from lbm_studio.link.bus import AsyncRequester, Requester, Responder
from lbm_studio.link.frames import TickFrames
from lbm_studio.link.inputs import TeleopInput
from lbm_studio.link.message import NO_MESSAGE
from lbm_studio.link.messages import (
    Accepted,
    FramesReady,
    Heartbeat,
    LoadScene,
    Message,
    Published,
    ResetStop,
    SetGoal,
    StartPolicy,
    StationRequest,
)
from lbm_studio.link.process import ProcessIdentity
from lbm_studio.link.remote import station_end, window_end
from lbm_studio.link.remote.pictures import pack, unpack
from lbm_studio.link.remote_stop import (
    RemoteStopAddress,
    RemoteStopReceiver,
    RemoteStopSender,
    StopKey,
)
from lbm_studio.link.session import Session
from tests.core.stations import make_station
from tests.link.remote.linked import Linked
from tests.link.remote.mutation import mutated, mutated_parts
from tests.link.remote.wiretap import Wiretap
from tests.workers.processes import make_tick

PATIENCE_S = 300.0
DESCRIPTION = make_station("left", "right")
TIMES = 2**62
REQUESTS: tuple[Message, ...] = (
    LoadScene(skill="lift", seed=1),
    SetGoal(goal="Lift it."),
    StartPolicy(goal="Lift it."),
    ResetStop(decided_ns=5),
    Heartbeat(sent_ns=5),
    TeleopInput(
        arm="left",
        linear_m_s=(0.1, 0.0, 0.0),
        angular_rad_s=(0.0, 0.0, 0.0),
        gripper=None,
        enabled=True,
        sampled_ns=5,
    ),
)


@dataclass(frozen=True)
class Row:
    """What became of messages of one kind.

    Attributes:
        kind: of message.
        sent: how many.
        refused: how many were no message at all, or not believed.
        changed: how many did what none of them may do.
        note: what that would be.
    """

    kind: str
    sent: int
    refused: int
    changed: int
    note: str


def stop_datagrams(count: int, random_source: random.Random) -> Row:
    """Send spoilt and repeated stops to a receiver that obeyed genuine ones."""
    heard: list[str] = []

    def on_stop(source: str, rehearses: bool) -> str:
        heard.append(source)
        return "stopped"

    key, clock = StopKey.make(), MonotonicClock()
    with RemoteStopReceiver(LOOPBACK, 0, on_stop) as receiver:
        receiver.admit(key)
        genuine = _overheard_stops(receiver.port, key, clock)
        pressed, refused = len(heard), receiver.refused
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.settimeout(PATIENCE_S)
            for number in range(count):
                datagram = random_source.choice(genuine)
                if number % 2:
                    datagram = mutated(datagram, random_source)
                line.sendto(datagram, (LOOPBACK, receiver.port))
                if number % 2 == 0:
                    line.recv(1000)  # a repetition is acknowledged again, and moves nothing
        _press(receiver.port, key, clock)
        spoilt = receiver.refused - refused
    return Row("stop datagrams", count, spoilt, len(heard) - pressed - 1, "presses")


def _overheard_stops(port: int, key: StopKey, clock: MonotonicClock) -> list[bytes]:
    seen: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as spy:
        spy.bind((LOOPBACK, 0))
        thread = threading.Thread(target=lambda: _pass_on(spy, port, seen))
        thread.start()
        for _ in range(3):
            _press(spy.getsockname()[1], key, clock)
        spy.sendto(b"", spy.getsockname())
        thread.join()
    return seen


def _pass_on(spy: socket.socket, port: int, seen: list[bytes]) -> None:
    asker = ("", 0)
    while True:
        data, sender = spy.recvfrom(1000)
        if not data:
            return
        if sender[1] == port:
            spy.sendto(data, asker)
        else:
            asker = sender
            seen.append(data)
            spy.sendto(data, (LOOPBACK, port))


def _press(port: int, key: StopKey, clock: MonotonicClock) -> None:
    address = RemoteStopAddress(LOOPBACK, port, key, ProcessIdentity.current())
    answer = RemoteStopSender(clock).send(address, "Esc", clock.now_ns(), None)
    if answer is None:
        raise SystemExit("a genuine stop was not acknowledged")


def streams(count: int, random_source: random.Random, folder: Path) -> Row:
    """Play back and spoil what went over the encrypted wire, at the same port."""
    with Linked(folder, DESCRIPTION, via=Wiretap) as linked:
        with Requester(linked.near.station_commands) as window:
            window.ask(LoadScene(skill="lift", seed=1), PATIENCE_S)
        recorded = [bytes(stream) for stream in linked.overheard() if stream]
        for number in range(count):
            stream = random_source.choice(recorded)
            if number % 2:
                stream = mutated(stream, random_source)
            with socket.create_connection((LOOPBACK, linked.station_end.port)) as raw:
                raw.sendall(stream)
        with Requester(linked.near.station_commands) as window:
            window.ask(SetGoal(goal="genuine"), PATIENCE_S)
        genuine = [LoadScene(skill="lift", seed=1), SetGoal(goal="genuine")]
        changed = len(linked.station.orders()) - 2 + (linked.station.orders() != genuine)
    return Row("encrypted streams", count, count, changed, "orders")


def requests(count: int, random_source: random.Random, folder: Path) -> Row:
    """Give a station's decoder spoilt requests, as if they had come through all the rest."""
    session, heard, refused, broken = Session(folder / "r"), list[Message](), 0, 0

    def handle(message: Message) -> Message:
        heard.append(message)
        return Accepted()

    encoded = [msgspec.msgpack.encode(request) for request in REQUESTS]
    kinds = tuple(type(request) for request in REQUESTS)
    line: AsyncRequester | None = None
    with Responder(session.station_commands, StationRequest) as responder:
        for number in range(count):
            header = (number + 1).to_bytes(8, "little") + TIMES.to_bytes(8, "little")
            parts = mutated_parts((header, random_source.choice(encoded)), random_source) or [b""]
            before = len(heard)
            if line is None:
                line = AsyncRequester(session.station_commands)
                line.wait_until_connected(PATIENCE_S)
            line.socket.send_multipart(parts)
            try:
                responder.poll(handle, PATIENCE_S)
            except NO_MESSAGE:
                broken += 1
            refused += len(heard) == before
            if parts[0] != header:  # its number may be so high that no other one would be new
                line.close()
                line = None
    if line is not None:
        line.close()
    broken += sum(not isinstance(message, kinds) for message in heard)
    return Row("bus requests, decoder", count, refused, broken, "crashes, other orders")


def published(count: int, random_source: random.Random) -> Row:
    """Give a window's decoder spoilt ticks."""
    decoder = msgspec.msgpack.Decoder(Published)
    tick = msgspec.msgpack.encode(make_tick(1, captured_ns=5, vector=[1.0], joints=[2.0]))
    return _decode(
        "published ticks, decoder",
        count,
        lambda: decoder.decode(mutated(tick, random_source)),
        NO_MESSAGE,
    )


def pictures(count: int, random_source: random.Random) -> Row:
    """Give a window's decoder spoilt pictures."""
    cameras = DESCRIPTION.embodiment.cameras
    sizes = {camera.name: (camera.height_px, camera.width_px) for camera in cameras}
    noise = np.random.default_rng(0)
    images = {name: noise.integers(0, 256, (*size, 3), np.uint8) for name, size in sizes.items()}
    ready = FramesReady(number=1, captured_ns=5, slot=0, seconds=0.0)
    genuine = pack(TickFrames(1, 5, images), ready)

    def decode() -> None:
        frames, _ = unpack(mutated_parts(genuine, random_source), sizes)
        if {name: image.shape[:2] for name, image in frames.images.items()} != sizes:
            raise AssertionError("pictures of another size")

    return _decode("pictures, decoder", count, decode, (StudioError,))


def _decode(
    kind: str, count: int, decode: Callable[[], object], refusals: tuple[type[Exception], ...]
) -> Row:
    refused = changed = 0
    for _ in range(count):
        try:
            decode()
        except refusals:
            refused += 1
        except Exception:  # noqa: BLE001 - anything else is what this looks for
            changed += 1
    return Row(kind, count, refused, changed, "crashes, other sizes")


def be_patient() -> None:
    """Let nobody lose patience on a busy machine."""
    places = (
        (stop, ("ACKNOWLEDGE_WITHIN_S",)),
        (remote_stop, ("CUT_AFTER_S", "GIVE_UP_AFTER_S")),
        (station_end, ("LEASE_S",)),
        (window_end, ("GIVE_UP_AFTER_S", "SILENT_AFTER_S", "TOO_SLOW_S")),
    )
    for module, names in places:
        for name in names:
            setattr(module, name, PATIENCE_S)


def tell(row: Row) -> Row:
    """Print what became of messages of one kind."""
    sys.stdout.write(
        f"{row.kind:<26} sent {row.sent:6d}  refused {row.refused:6d}  "
        f"changed {row.changed} ({row.note})\n"
    )
    sys.stdout.flush()
    return row


def main() -> None:
    """Spoil, send and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--streams", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    random_source = random.Random(options.seed)
    be_patient()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [
            tell(stop_datagrams(options.messages, random_source)),
            tell(requests(options.messages, random_source, folder)),
            tell(published(options.messages, random_source)),
            tell(pictures(options.messages, random_source)),
            tell(streams(options.streams, random_source, folder)),
        ]
    if any(row.changed for row in rows):
        raise SystemExit("something was changed by a message that must not change anything")


if __name__ == "__main__":
    main()
