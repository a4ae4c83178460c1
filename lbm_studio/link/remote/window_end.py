"""The end of the link at the workstation: stands where the station process would.

Window, recorder and policy find the sockets, the pictures and the stop of a station in their
session and need not know that it is elsewhere. Every moment in a message is told by the clock of
this machine on this side, and by that of the station's machine on the other.
"""

import logging
import secrets
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import msgspec
import zmq

from lbm_studio.core.clock import Clock, MonotonicClock, seconds_between
from lbm_studio.core.errors import StationError
from lbm_studio.link.bus import Endpoint, wait_for_any
from lbm_studio.link.message import NO_MESSAGE
from lbm_studio.link.messages import Answer, Predict, Published, StationRequest
from lbm_studio.link.process import ProcessIdentity
from lbm_studio.link.remote import relay
from lbm_studio.link.remote.clocks import ClockBridge, ClockOffset, TimeAnswer
from lbm_studio.link.remote.curve import CurveLine, numeric_address
from lbm_studio.link.remote.keys import KeyPair, PairedStation
from lbm_studio.link.remote.relay import RUN_BYTES, Callers, Door, Parted, Ping, Pong
from lbm_studio.link.remote.times import translated
from lbm_studio.link.remote_stop import RemoteStopAddress, StopKey
from lbm_studio.link.session import Session

PING_EVERY_S = 0.2
SILENT_AFTER_S = 1.0
"""Without an answer for so long the link counts as lost [s]."""

GIVE_UP_AFTER_S = 8.0
"""A machine that does not answer at all within this time does not let this one in [s]."""

BUSY_FOR_S = 3.0
"""An earlier process of this very machine may seem to use the station for so long [s]."""

TOO_SLOW_S = 0.2
"""Clocks known no better than this cannot be compared: half of the question's way [s]."""

_LOG = logging.getLogger(__name__)


class _EventDoor(Endpoint):
    """Publishes, as bytes, where the station process would."""

    def __init__(self, address: str) -> None:
        super().__init__(zmq.PUB)
        self._bind(address)

    def publish(self, topic: bytes, body: bytes) -> None:
        self.socket.send_multipart((topic, body))


class WindowEnd:
    """Relays between one session of this machine and a station elsewhere.

    Args:
        session: of the window.
        station: the paired station.
        own: this machine's keys.
        clock: the time here.
    """

    def __init__(
        self, session: Session, station: PairedStation, own: KeyPair, clock: Clock | None = None
    ) -> None:
        self._session = session
        self._station = station
        self._host = numeric_address(station.host)
        self._clock = clock or MonotonicClock()
        self._begun_ns = self._clock.now_ns()
        self._pinged_ns = 0
        self._heard_ns: int | None = None
        self._was_connected = self._was_lost = False
        self._stop: RemoteStopAddress | None = None
        self.run = secrets.token_bytes(RUN_BYTES)
        self.offset = ClockOffset()
        self.bridge = ClockBridge(lambda: self.offset.ahead_ns)
        self._encoder = msgspec.msgpack.Encoder()
        self._requests: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(StationRequest)
        self._predictions: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(Predict)
        self._answers: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(Answer)
        self._published: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(Published)
        with ExitStack() as stack:
            self._line = stack.enter_context(CurveLine(station, own))
            self._door = stack.enter_context(Door(session.station_commands))
            self._events = stack.enter_context(_EventDoor(session.station_events))
            self._callers = Callers(session.inference_commands)
            stack.callback(self._callers.close)
            stack.callback(self._forget_stop)
            self._resources = stack.pop_all()

    @property
    def is_connected(self) -> bool:
        """Whether the other machine answers, and the clocks can be compared."""
        return self._knows_time and not self._is_silent()

    def close(self) -> None:
        """Hang up."""
        self._resources.close()

    def serve(self, is_over: Callable[[], bool], interval_s: float = 0.1) -> None:
        """Relay until it is over.

        Raises:
            StationError: the station does not let this machine in, or is in use.
        """
        while not is_over():
            self.poll(interval_s)

    def poll(self, timeout_s: float) -> None:
        """Wait for something to relay, and relay all there is.

        Raises:
            StationError: the station does not let this machine in, or is in use.
        """
        wait_for_any([self._line, self._door, *self._callers.lines], timeout_s)
        self._ping()
        while (parts := self._line.receive()) is not None:
            self._take(parts[0], parts[1:])
        self._tell_whether_lost()
        while (asked := self._door.receive()) is not None:
            self._send(relay.ASK, asked, self._requests)
        for answer in self._callers.answers():
            self._send(relay.ANSWER, answer, self._answers)

    # --- from the station -------------------------------------------------------------------------

    def _take(self, kind: bytes, parts: Sequence[bytes]) -> None:
        if kind == relay.PONG and len(parts) == 1:
            self._take_pong(parts[0])
        elif kind == relay.EVENT and len(parts) == 2:
            if body := self._retold(parts[1], self._published, self.bridge.here):
                self._events.publish(parts[0], body)
        elif (parted := Parted.parse(parts)) is not None:
            if kind == relay.ANSWER:
                self._door.answer(parted)
            elif kind == relay.ASK:
                self._ask_here(parted)

    def _ask_here(self, asked: Parted) -> None:
        header = relay.revalidated(asked.header, self._to_here)
        body = self._retold(asked.body, self._predictions, self.bridge.here)
        if header and body:
            self._callers.ask(Parted(asked.route, header, body))

    def _take_pong(self, body: bytes) -> None:
        heard_ns = self._clock.now_ns()
        try:
            pong = msgspec.msgpack.decode(body, type=Pong)
        except NO_MESSAGE:
            return
        if not pong.stop_secret:
            self._give_up_if_busy(pong.user)
            return
        self.offset.add(TimeAnswer(pong.sent_ns, pong.told_ns, heard_ns))
        self._heard_ns = heard_ns
        key = StopKey(pong.stop_number, pong.stop_secret)
        if self._stop is None or (self._stop.key, self._stop.port) != (key, pong.stop_port):
            self._stop = RemoteStopAddress(
                self._host, pong.stop_port, key, ProcessIdentity.current()
            )
            self._stop.write(self._session.stop_file)

    # --- to the station ---------------------------------------------------------------------------

    def _ping(self) -> None:
        now_ns = self._clock.now_ns()
        if seconds_between(self._pinged_ns, now_ns) >= PING_EVERY_S:
            self._pinged_ns = now_ns
            self._line.send(relay.PING, self._encoder.encode(Ping(run=self.run, sent_ns=now_ns)))

    def _send(self, kind: bytes, parted: Parted, decoder: "msgspec.msgpack.Decoder[Any]") -> None:
        if not self._knows_time:
            return  # by what clock should the other machine understand it?
        header: bytes | None = parted.header
        if kind == relay.ASK:
            header = relay.revalidated(parted.header, self._to_there)
        body = self._retold(parted.body, decoder, self.bridge.there)
        if header and body:
            self._line.send(kind, parted.route, header, body)

    def _retold(
        self,
        body: bytes,
        decoder: "msgspec.msgpack.Decoder[Any]",
        translate: Callable[[int], int],
    ) -> bytes | None:
        """Return a message with the moments of the other clock; None if it is none of that kind."""
        try:
            return self._encoder.encode(translated(decoder.decode(body), translate))
        except (*NO_MESSAGE, OverflowError):
            _LOG.debug("%d bytes that are no message are dropped.", len(body))
            return None

    def _to_here(self, there_ns: int) -> int:
        return max(0, there_ns - (self.offset.ahead_ns or 0))

    def _to_there(self, here_ns: int) -> int:
        return max(0, here_ns + (self.offset.ahead_ns or 0))

    # --- how the link is --------------------------------------------------------------------------

    @property
    def _knows_time(self) -> bool:
        return self.offset.uncertain_s <= TOO_SLOW_S

    def _is_silent(self) -> bool:
        since_ns = self._heard_ns if self._heard_ns is not None else self._begun_ns
        return seconds_between(since_ns, self._clock.now_ns()) > SILENT_AFTER_S

    def _tell_whether_lost(self) -> None:
        if not self._was_connected:
            self._was_connected = self.is_connected
            self._give_up_if_hopeless()
        elif self.is_connected == self._was_lost:
            self._was_lost = not self._was_lost
            state = "lost" if self._was_lost else "back"
            _LOG.warning("The link to “%s” is %s.", self._station.name, state)

    def _give_up_if_busy(self, user: str) -> None:
        if seconds_between(self._begun_ns, self._clock.now_ns()) > BUSY_FOR_S:
            raise StationError(f"The station “{self._station.name}” is in use by “{user}”.")

    def _give_up_if_hopeless(self) -> None:
        name = self._station.name
        waited_s = seconds_between(self._begun_ns, self._clock.now_ns())
        if self._heard_ns is None and waited_s > GIVE_UP_AFTER_S:
            raise StationError(
                f"“{name}” does not let this machine in: it is not paired with it any more, or not "
                f"the same machine. Pair again: “lbm-studio unpair {name}”, then “lbm-studio pair "
                f"{self._station.host} CODE”."
            )
        if self.offset.is_settled and not self._knows_time:
            raise StationError(
                f"The link to “{name}” is too slow to compare the clocks of the two machines: a "
                f"question and its answer take {2 * self.offset.uncertain_s:.1f} s."
            )

    def _forget_stop(self) -> None:
        if self._stop and RemoteStopAddress.read(self._session.stop_file) == self._stop:
            self._session.stop_file.unlink(missing_ok=True)
