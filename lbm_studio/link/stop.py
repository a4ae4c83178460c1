"""The stop datagram: the shortest way from a press to the arms, and what to do without an answer.

One small UDP datagram on the loopback interface, repeated until the station process acknowledges
it. The station receives it in a thread and on a socket that nothing else uses. Port, secret and
process are in the session's ``stop.json``, readable by its owner alone. A station that does not
acknowledge in time is killed: arms without a controller stop by themselves.

This is a software stop. It is not a safety function; the hardware emergency stop stays in reach.
"""

import logging
import secrets
import socket
import struct
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, Clock, MonotonicClock, seconds_between
from lbm_studio.link.datagrams import DatagramListener
from lbm_studio.link.process import ProcessIdentity
from lbm_studio.link.remote_stop import RemoteStopAddress, RemoteStopSender
from lbm_studio.link.session import Session
from lbm_studio.link.stop_address import SECRET_BYTES, StopAddress

ACKNOWLEDGE_WITHIN_S = 0.05
"""A stop that is not acknowledged by then has failed [s]."""

STATION = "station"
"""Under this name the station process claims its place in the session."""

_REPEAT_EVERY_S = 0.004
_LOOPBACK = "127.0.0.1"
_DATAGRAM = struct.Struct("<4sB16sQQ48s")  # magic, kind, secret, nonce, time [ns], source as UTF-8
_MAGIC = b"LBMS"
_PRESS, _ACKNOWLEDGEMENT = 1, 2
_REMEMBERED_PRESSES = 64

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Press:
    """Somebody wants the arms to stop.

    Attributes:
        source: who or what pressed, e.g. ``"STOP window"``.
        pressed_ns: when, monotonic [ns].
        received_ns: when the datagram arrived [ns].
    """

    source: str
    pressed_ns: int
    received_ns: int


class StopReceiver:
    """Hears stops in a thread of its own and acknowledges those that were obeyed.

    A press is handled once, however often its datagram is repeated. When ``on_stop`` raises,
    nothing is acknowledged and the next repetition tries again; the sender's last resort is to kill
    this process.

    Args:
        path: of ``stop.json``; written here, removed by :meth:`close`.
        on_stop: stops the arms; called in the receiver's thread, at once.
        clock: stamps arrivals.
    """

    def __init__(
        self, path: Path, on_stop: Callable[[Press], None], clock: Clock | None = None
    ) -> None:
        self._path = path
        self._on_stop = on_stop
        self._clock = clock or MonotonicClock()
        self._acknowledged: OrderedDict[int, bytes] = OrderedDict()
        self._listener = DatagramListener(
            _LOOPBACK, 0, self._answer, longest_bytes=_DATAGRAM.size, name="stop"
        )
        secret = secrets.token_bytes(SECRET_BYTES)
        self.address = StopAddress(self._listener.port, secret, ProcessIdentity.current())
        self._listener.start()
        self.address.write(path)

    def close(self) -> None:
        """Stop listening and remove ``stop.json``."""
        if StopAddress.read(self._path) == self.address:
            self._path.unlink(missing_ok=True)
        self._listener.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _answer(self, data: bytes) -> bytes | None:
        received_ns = self._clock.now_ns()
        parsed = _parse(data, _PRESS, self.address.secret)
        return None if parsed is None else self._obey(*parsed, received_ns)

    def _obey(self, nonce: int, pressed_ns: int, source: str, received_ns: int) -> bytes | None:
        reply = self._acknowledged.get(nonce)
        if reply is not None:
            return reply
        try:
            self._on_stop(Press(source, pressed_ns, received_ns))
        except Exception:  # noqa: BLE001 - the thread must live: the next repetition tries again
            _LOG.exception("A stop by %s failed.", source)
            return None
        stopped_ns = self._clock.now_ns()
        reply = _pack(_ACKNOWLEDGEMENT, self.address.secret, nonce, stopped_ns, source)
        self._acknowledged[nonce] = reply
        while len(self._acknowledged) > _REMEMBERED_PRESSES:
            self._acknowledged.popitem(last=False)
        return reply


@dataclass(frozen=True)
class Acknowledgement:
    """The arms have been told to stop.

    Attributes:
        pressed_ns: when the stop was pressed [ns].
        stopped_ns: when the station's stop had returned [ns].
        received_ns: when the acknowledgement arrived [ns].
    """

    pressed_ns: int
    stopped_ns: int
    received_ns: int

    @property
    def stopped_after_s(self) -> float:
        """From the press to the arms having been told [s]."""
        return seconds_between(self.pressed_ns, self.stopped_ns)


class StopSender:
    """Presses stop: sends the datagram again and again until it is acknowledged or time is up.

    Args:
        path: of ``stop.json``; read at every press, since a restarted station listens elsewhere.
        clock: tells when time is up.
    """

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        self._path = path
        self._clock = clock or MonotonicClock()

    def send(self, source: str, pressed_ns: int | None = None) -> Acknowledgement | None:
        """Return the acknowledgement, None when there was none within ``ACKNOWLEDGE_WITHIN_S``.

        Args:
            source: who or what pressed; shown to people.
            pressed_ns: when it was pressed, now by default [ns].
        """
        pressed_ns = self._clock.now_ns() if pressed_ns is None else pressed_ns
        address = StopAddress.read(self._path)
        if address is None:
            return None
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.settimeout(_REPEAT_EVERY_S)
            try:
                line.connect((_LOOPBACK, address.port))
                return self._exchange(line, address.secret, source, pressed_ns)
            except OSError as error:  # refused: nobody listens any more
                _LOG.warning("A stop could not be sent: %s", error)
                return None

    def _exchange(
        self, line: socket.socket, secret: bytes, source: str, pressed_ns: int
    ) -> Acknowledgement | None:
        nonce = secrets.randbits(64)
        datagram = _pack(_PRESS, secret, nonce, pressed_ns, source)
        deadline_ns = self._clock.now_ns() + round(ACKNOWLEDGE_WITHIN_S * NANOSECONDS_PER_SECOND)
        while self._clock.now_ns() < deadline_ns:
            line.send(datagram)
            try:
                reply = _parse(line.recv(_DATAGRAM.size + 1), _ACKNOWLEDGEMENT, secret)
            except TimeoutError:
                continue
            if reply is not None and reply[0] == nonce:
                return Acknowledgement(pressed_ns, reply[1], self._clock.now_ns())
        return None


class StopOutcome(StrEnum):
    """What became of a press."""

    STOPPED = "stopped"
    KILLED = "killed"
    NOT_RUNNING = "not running"
    UNREACHABLE = "unreachable"
    """Another machine did not answer; the link to it was cut, so its own watch stops the arms."""


@dataclass(frozen=True)
class StopReport:
    """A press and its outcome.

    Attributes:
        outcome: what became of it.
        after_s: from the press to the arms having been told, or to the station's end; for a station
            on another machine to its answer, which is later [s].
    """

    outcome: StopOutcome
    after_s: float


class StopSupervisor:
    """The stop ladder: ask the station to stop; kill it when it does not acknowledge.

    For a station on another machine that ladder stands there; here it is asked for until it
    answers, and the link is cut when it does not.

    Args:
        session: whose station is to stop.
        clock: measures how long it took.
    """

    def __init__(self, session: Session, clock: Clock | None = None) -> None:
        self._session = session
        self._clock = clock or MonotonicClock()
        self._sender = StopSender(session.stop_file, self._clock)

    def press(self, source: str, pressed_ns: int | None = None) -> StopReport:
        """Stop the station's arms, within about ``ACKNOWLEDGE_WITHIN_S`` or by killing it.

        Args:
            source: who or what pressed, e.g. ``"STOP window"``; shown to people.
            pressed_ns: when it was pressed, now by default [ns].
        """
        pressed_ns = self._clock.now_ns() if pressed_ns is None else pressed_ns
        remote = RemoteStopAddress.read(self._session.stop_file)
        if remote is not None:
            return self._press_remotely(remote, source, pressed_ns)
        acknowledgement = self._sender.send(source, pressed_ns)
        if acknowledgement is not None:
            return StopReport(StopOutcome.STOPPED, acknowledgement.stopped_after_s)
        killed = self._kill_station(source)
        outcome = StopOutcome.KILLED if killed else StopOutcome.NOT_RUNNING
        return StopReport(outcome, seconds_between(pressed_ns, self._clock.now_ns()))

    def rehearse(self, source: str, pressed_ns: int | None = None) -> StopReport:
        """As :meth:`press`, but a station that does not acknowledge lives on, as a link does."""
        pressed_ns = self._clock.now_ns() if pressed_ns is None else pressed_ns
        remote = RemoteStopAddress.read(self._session.stop_file)
        if remote is not None:
            return self._press_remotely(remote, source, pressed_ns, rehearses=True)
        acknowledgement = self._sender.send(source, pressed_ns)
        if acknowledgement is not None:
            return StopReport(StopOutcome.STOPPED, acknowledgement.stopped_after_s)
        waited_s = seconds_between(pressed_ns, self._clock.now_ns())
        return StopReport(StopOutcome.NOT_RUNNING, waited_s)

    def _press_remotely(
        self, address: RemoteStopAddress, source: str, pressed_ns: int, *, rehearses: bool = False
    ) -> StopReport:
        cut = None if rehearses else address.process.kill
        answer = RemoteStopSender(self._clock).send(address, source, pressed_ns, cut)
        if answer is not None and answer.outcome in set(StopOutcome):
            return StopReport(StopOutcome(answer.outcome), answer.after_s)
        waited_s = seconds_between(pressed_ns, self._clock.now_ns())
        return StopReport(StopOutcome.UNREACHABLE, waited_s)

    def _kill_station(self, source: str) -> bool:
        address = StopAddress.read(self._session.stop_file)
        process = address.process if address else self._session.process(STATION)
        if process is None or not process.kill():
            return False
        _LOG.error("The station did not acknowledge a stop by %s and was killed.", source)
        return True


def _pack(kind: int, secret: bytes, nonce: int, time_ns: int, source: str) -> bytes:
    text = source.encode("utf-8")[:48].decode("utf-8", "ignore").encode("utf-8")
    return _DATAGRAM.pack(_MAGIC, kind, secret, nonce, time_ns, text)


def _parse(data: bytes, kind: int, secret: bytes) -> tuple[int, int, str] | None:
    """Return nonce, time [ns] and source; None for any other datagram."""
    if len(data) != _DATAGRAM.size:
        return None
    magic, its_kind, its_secret, nonce, time_ns, text = _DATAGRAM.unpack(data)
    if magic != _MAGIC or its_kind != kind or not secrets.compare_digest(its_secret, secret):
        return None
    return nonce, time_ns, text.rstrip(b"\0").decode("utf-8", "replace")
