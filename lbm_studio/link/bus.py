"""Typed messages over local sockets: ask and be answered, publish and subscribe, with time-outs.

A request travels with the moment until which its sender waits. A process that was busy, or had
stopped, drops what nobody waits for any longer, so an order that the window reported as unanswered
can never move an arm later. Objects belong to the thread that uses them, except :class:`Requester`,
which several threads may share.
"""

import logging
import math
import struct
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Any, Self, TypeVar

import msgspec
import zmq

from lbm_studio.core.clock import NANOSECONDS_PER_SECOND
from lbm_studio.core.errors import StationError, StudioError
from lbm_studio.link.message import NO_MESSAGE
from lbm_studio.link.messages import Answer, Message, Published, Refused

M = TypeVar("M", bound=Message)
Handler = Callable[[Any], Message]

TICK_TOPIC = b"tick"
PHYSICS_TOPIC = b"physics"
FRAMES_TOPIC = b"frames"
DEVICES_TOPIC = b"devices"
PRESSES_TOPIC = b"presses"
HEALTH_TOPIC = b"health"
STEP_TOPIC = b"step"

_LOG = logging.getLogger(__name__)
_REQUEST_HEADER = struct.Struct("<QQ")  # request number, last moment it is worth answering [ns]
_REPLY_HEADER = struct.Struct("<Q")  # request number
_RESEND_S = 0.25
"""A request lost with the connection, because its receiver died, is sent again after so long."""

_MAX_PEERS = 1000
_MAX_MESSAGE_BYTES = 16 * 1024 * 1024
_NOT_UNDERSTOOD = "The request was not understood."


class Endpoint:
    """A socket that closes at once and waits with a time-out; base of all classes here.

    Args:
        kind: of socket.
        context: it belongs to; the process's own by default.
    """

    def __init__(self, kind: int, context: zmq.Context[Any] | None = None) -> None:
        self.socket: zmq.Socket[bytes] = zmq.Socket(context or zmq.Context.instance(), kind)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.setsockopt(zmq.MAXMSGSIZE, _MAX_MESSAGE_BYTES)
        self.socket.setsockopt(zmq.RECONNECT_IVL, 20)
        self.socket.setsockopt(zmq.RECONNECT_IVL_MAX, 200)

    @property
    def port(self) -> int:
        """Where a socket listens that was bound to an address in a network."""
        return int(self.socket.get_string(zmq.LAST_ENDPOINT).rpartition(":")[2])

    def close(self) -> None:
        """Close the socket; what was not sent yet is dropped."""
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _is_readable(self, timeout_s: float) -> bool:
        return bool(self.socket.poll(_milliseconds(timeout_s), zmq.POLLIN))

    def _bind(self, address: str) -> None:
        try:
            self.socket.bind(address)
        except zmq.ZMQError as error:
            self.close()
            sentence = f"The address “{address}” cannot be used: {error.strerror}."
            raise StudioError(sentence) from error


@dataclass(frozen=True)
class Request:
    """A request ready to be sent.

    Attributes:
        number: which its answer will carry.
        frames: what goes over the wire.
    """

    number: int
    frames: tuple[bytes, bytes]


class AsyncRequester(Endpoint):
    """Sends requests without waiting, and collects the answers later. Reconnects by itself.

    Args:
        address: of the :class:`Responder`; it need not be there yet.
    """

    def __init__(self, address: str) -> None:
        super().__init__(zmq.DEALER)
        self.socket.setsockopt(zmq.IMMEDIATE, 1)  # never queue for a process not there
        self.socket.connect(address)
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(Answer)
        self._number = 0

    def send(self, message: Message, valid_s: float) -> int | None:
        """Send a request that is worth answering for ``valid_s``.

        Returns:
            The number its answer will carry; None when nobody is there to receive it.
        """
        request = self.prepare(message, valid_s)
        return request.number if self.transmit(request) else None

    def prepare(self, message: Message, valid_s: float) -> Request:
        """Return a request that is worth answering for ``valid_s`` from now; nothing is sent."""
        self._number += 1
        valid_until_ns = time.monotonic_ns() + round(valid_s * NANOSECONDS_PER_SECOND)
        header = _REQUEST_HEADER.pack(self._number, valid_until_ns)
        return Request(self._number, (header, self._encoder.encode(message)))

    def transmit(self, request: Request) -> bool:
        """Send a request, again if need be: it is carried out once. False when nobody is there."""
        try:
            self.socket.send_multipart(request.frames, zmq.NOBLOCK)
        except zmq.Again:
            return False
        return True

    def poll(self, timeout_s: float = 0.0) -> tuple[int, Message] | None:
        """Return the number and the content of the next answer, None when none comes in time."""
        deadline_s = time.monotonic() + timeout_s
        while self._is_readable(deadline_s - time.monotonic()):
            answer = self._parse(self.socket.recv_multipart())
            if answer is not None:
                return answer
        return None

    def wait_until_connected(self, timeout_s: float) -> bool:
        """Whether somebody is there to receive requests, after waiting for it [s]."""
        return bool(self.socket.poll(_milliseconds(timeout_s), zmq.POLLOUT))

    def _parse(self, frames: Sequence[bytes]) -> tuple[int, Message] | None:
        try:
            header, body = frames
            return _REPLY_HEADER.unpack(header)[0], self._decoder.decode(body)
        except (*NO_MESSAGE, struct.error) as error:
            _LOG.warning("An answer was not understood and is ignored: %s", error)
            return None


class Requester:
    """Asks one process and waits for its answer. Never gets stuck: late answers are dropped.

    Args:
        address: of the :class:`Responder`; it need not be there yet.
        name: how sentences call who is asked, e.g. ``"station"``.
    """

    def __init__(self, address: str, name: str = "station") -> None:
        self._name = name
        self._lock = threading.Lock()
        self._line = AsyncRequester(address)

    def ask(self, message: Message, timeout_s: float) -> Message:
        """Return the answer, which may be Refused.

        Raises:
            StationError: there was none in time.
        """
        deadline_s = time.monotonic() + timeout_s
        with self._lock:
            request = self._line.prepare(message, timeout_s)
            while (remaining_s := deadline_s - time.monotonic()) > 0:
                if self._line.wait_until_connected(remaining_s):
                    self._line.transmit(request)
                answer = self._await(request.number, min(deadline_s, time.monotonic() + _RESEND_S))
                if answer is not None:
                    return answer
        raise StationError(f"The {self._name} does not answer.")

    def ask_for(self, kind: type[M], message: Message, timeout_s: float) -> M:
        """Return the answer, which must be of type ``kind``.

        Raises:
            StationError: there was none in time, or a refusal, whose reason is the text.
        """
        answer = self.ask(message, timeout_s)
        if isinstance(answer, kind):
            return answer
        if isinstance(answer, Refused):
            raise StationError(answer.reason)
        raise StationError(f"The {self._name} gave an answer that does not belong to the question.")

    def _await(self, number: int, deadline_s: float) -> Message | None:
        while (answer := self._line.poll(deadline_s - time.monotonic())) is not None:
            if answer[0] == number:
                return answer[1]
        return None

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Responder(Endpoint):
    """Answers the requests of any number of :class:`Requester` and :class:`AsyncRequester`.

    Args:
        address: where to listen.
        kinds: the messages that are understood, e.g. ``StationRequest``; others are refused.
    """

    def __init__(self, address: str, kinds: UnionType | type[Message]) -> None:
        super().__init__(zmq.ROUTER)
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(kinds)
        self._last_numbers: dict[bytes, int] = {}
        self._bind(address)

    def poll(self, handler: Handler, timeout_s: float) -> bool:
        """Wait for one request and answer it with what ``handler`` returns.

        A StudioError of the handler becomes Refused.

        Returns:
            Whether there was a request.
        """
        if not self._is_readable(timeout_s):
            return False
        identity, *frames = self.socket.recv_multipart()
        try:
            header, body = frames
            number, valid_until_ns = _REQUEST_HEADER.unpack(header)
        except (ValueError, struct.error):
            _LOG.warning("%d bytes that are no request are ignored.", sum(map(len, frames)))
            return True
        if self._is_new(identity, number) and self._is_awaited(valid_until_ns):
            reply = self._encoder.encode(self._answer(handler, body))
            self.socket.send_multipart([identity, _REPLY_HEADER.pack(number), reply])
        return True

    def serve(self, handler: Handler, is_done: Callable[[], bool], interval_s: float = 0.1) -> None:
        """Answer requests until ``is_done``; asked after each one and every ``interval_s``."""
        while not is_done():
            self.poll(handler, interval_s)

    def _is_new(self, identity: bytes, number: int) -> bool:
        last = self._last_numbers.pop(identity, 0)
        self._last_numbers[identity] = max(last, number)  # the most recent peer comes last
        if len(self._last_numbers) > _MAX_PEERS:
            del self._last_numbers[next(iter(self._last_numbers))]
        return number > last

    def _is_awaited(self, valid_until_ns: int) -> bool:
        if time.monotonic_ns() <= valid_until_ns:
            return True
        _LOG.warning("A request that nobody waits for any longer is dropped.")
        return False

    def _answer(self, handler: Handler, body: bytes) -> Message:
        try:
            request = self._decoder.decode(body)
        except NO_MESSAGE as error:
            _LOG.warning("A request was not understood: %s", error)
            return Refused(reason=_NOT_UNDERSTOOD)
        try:
            return handler(request)
        except StudioError as error:
            return Refused(reason=str(error))


class Publisher(Endpoint):
    """Tells whoever listens; nobody has to.

    Args:
        address: where to publish.
    """

    def __init__(self, address: str) -> None:
        super().__init__(zmq.PUB)
        self._encoder = msgspec.msgpack.Encoder()
        self._bind(address)

    def publish(self, topic: bytes, message: Message) -> None:
        """Send ``message`` to the subscribers of ``topic``; never blocks."""
        self.socket.send_multipart([topic, self._encoder.encode(message)])


class Subscriber(Endpoint):
    """Hears what a :class:`Publisher` says about one topic. Reconnects by itself.

    Args:
        address: of the publisher; it need not be there yet.
        topic: e.g. ``TICK_TOPIC``; empty for all.
    """

    def __init__(self, address: str, topic: bytes = b"") -> None:
        super().__init__(zmq.SUB)
        self._decoder = msgspec.msgpack.Decoder(Published)
        self.socket.setsockopt(zmq.SUBSCRIBE, topic)
        self.socket.connect(address)

    def receive(self, timeout_s: float = 0.0) -> Published | None:
        """Return the oldest message not yet received, None when none comes in time."""
        deadline_s = time.monotonic() + timeout_s
        while self._is_readable(deadline_s - time.monotonic()):
            message = self._parse(self.socket.recv_multipart())
            if message is not None:
                return message
        return None

    def latest(self) -> Published | None:
        """Return the newest message not yet received, forget the older ones; None without any."""
        newest: Published | None = None
        while (message := self.receive()) is not None:
            newest = message
        return newest

    def _parse(self, frames: Sequence[bytes]) -> Published | None:
        try:
            _, body = frames
            return self._decoder.decode(body)
        except NO_MESSAGE as error:
            _LOG.warning("A published message was not understood and is ignored: %s", error)
            return None


def wait_for_any(endpoints: Sequence[Endpoint], timeout_s: float) -> bool:
    """Return True once one of the endpoints has something to read, False when none has in time."""
    poller = zmq.Poller()
    for endpoint in endpoints:
        poller.register(endpoint.socket, zmq.POLLIN)
    return bool(poller.poll(_milliseconds(timeout_s)))


def _milliseconds(seconds: float) -> int:
    """Return whole milliseconds, never negative; rounded up so that a short wait is no busy one."""
    return max(0, math.ceil(seconds * 1000))
