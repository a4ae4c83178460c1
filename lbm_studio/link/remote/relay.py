"""Requests and answers on their way between two machines, and what all that travels is called.

A request keeps its number and the name of the socket it came from, its route, so that whoever
answers it at the far end sees as many askers as there are, and an answer finds its way back. What
this module handles is bytes; what may be said is for those who ask and answer to judge.
"""

import logging
import struct
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
import zmq

from lbm_studio.link.bus import Endpoint

PING, PONG = b"ping", b"pong"
ASK, ANSWER = b"ask", b"answer"
EVENT = b"event"
WANT, PICTURES = b"want", b"pictures"
CREDITS = 2
"""Pictures under way at most: a slow network gets fewer pictures, never older ones."""

RUN_BYTES = 8

_MAX_ROUTES = 64
_HEADER = struct.Struct("<QQ")  # as in the bus: number, last moment it is worth answering [ns]

_LOG = logging.getLogger(__name__)


class Ping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A workstation is there, and asks for the time.

    Attributes:
        run: made up anew by every process that asks.
        sent_ns: by its clock [ns].
    """

    run: bytes
    sent_ns: int


class Pong(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The machine of a station is there, and tells the time.

    Attributes:
        sent_ns: of the ping [ns].
        told_ns: by the clock here [ns].
        stop_port: where stops are heard.
        stop_number: of the key for stops.
        stop_secret: the key; empty when the station is in use by somebody else.
        user: who uses it, if somebody else does.
    """

    sent_ns: int
    told_ns: int
    stop_port: int = 0
    stop_number: bytes = b""
    stop_secret: bytes = b""
    user: str = ""


@dataclass(frozen=True)
class Parted:
    """A request or an answer, taken apart.

    Attributes:
        route: where it came from, or goes to.
        header: of the bus.
        body: the message.
    """

    route: bytes
    header: bytes
    body: bytes

    @classmethod
    def parse(cls, parts: Sequence[bytes]) -> "Parted | None":
        """Return what three parts are, None when there are not three."""
        return cls(*parts) if len(parts) == 3 else None

    def parts(self) -> tuple[bytes, bytes, bytes]:
        """Return what goes over the wire."""
        return self.route, self.header, self.body


class Door(Endpoint):
    """Stands where a process of the other machine would answer requests.

    Args:
        address: of that process.
    """

    def __init__(self, address: str) -> None:
        super().__init__(zmq.ROUTER)
        self._bind(address)

    def receive(self) -> Parted | None:
        """Return the next request, None when there is none."""
        while self._is_readable(0.0):
            asked = Parted.parse(self.socket.recv_multipart())
            if asked is not None:
                return asked
        return None

    def answer(self, answer: Parted) -> None:
        """Give an answer to whoever asked; it may be gone by now."""
        self.socket.send_multipart(answer.parts())


class Callers:
    """Asks a process of this machine on behalf of the other: a line for each that asks there.

    Args:
        address: of the process; it need not be there yet.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._lines: OrderedDict[bytes, _CallerLine] = OrderedDict()

    @property
    def lines(self) -> Sequence[Endpoint]:
        """What there may be to read from."""
        return tuple(self._lines.values())

    def ask(self, asked: Parted) -> None:
        """Pass a request on; without the process it is dropped."""
        line = self._lines.pop(asked.route, None) or _CallerLine(self._address)
        self._lines[asked.route] = line  # the latest to ask comes last
        line.send(asked)
        while len(self._lines) > _MAX_ROUTES:
            self._lines.popitem(last=False)[1].close()

    def answers(self) -> Iterator[Parted]:
        """Yield the answers that have arrived."""
        for route, line in self._lines.items():
            while (parts := line.receive()) is not None:
                yield Parted(route, *parts)

    def close(self) -> None:
        """Hang up."""
        while self._lines:
            self._lines.popitem()[1].close()


class _CallerLine(Endpoint):
    def __init__(self, address: str) -> None:
        super().__init__(zmq.DEALER)
        self.socket.setsockopt(zmq.IMMEDIATE, 0)  # a first request waits for its connection
        self.socket.setsockopt(zmq.SNDHWM, _MAX_ROUTES)
        self.socket.connect(address)

    def send(self, asked: Parted) -> None:
        try:
            self.socket.send_multipart((asked.header, asked.body), zmq.NOBLOCK)
        except zmq.Again:
            _LOG.debug("A request is dropped: its receiver does not keep up.")

    def receive(self) -> tuple[bytes, bytes] | None:
        while self._is_readable(0.0):
            parts = self.socket.recv_multipart()
            if len(parts) == 2:
                return parts[0], parts[1]
        return None


class EventTap(Endpoint):
    """Hears what a process of this machine publishes, as bytes.

    Args:
        address: of the publisher.
        topics: what is heard.
    """

    def __init__(self, address: str, topics: Sequence[bytes]) -> None:
        super().__init__(zmq.SUB)
        for topic in topics:
            self.socket.setsockopt(zmq.SUBSCRIBE, topic)
        self.socket.connect(address)

    def receive(self) -> tuple[bytes, bytes] | None:
        """Return topic and message, None when there is none."""
        while self._is_readable(0.0):
            parts = self.socket.recv_multipart()
            if len(parts) == 2:
                return parts[0], parts[1]
        return None


def revalidated(header: bytes, translate: Callable[[int], int]) -> bytes | None:
    """Return the header of a request with its last moment by another clock; None if it is none."""
    try:
        number, valid_until_ns = _HEADER.unpack(header)
        return _HEADER.pack(number, translate(valid_until_ns))
    except struct.error:
        return None
