"""The end of the link at the machine of a station: lets one paired workstation in at a time.

It moves nothing and decides nothing. It passes requests to the station process, which judges them
as those of any window, and what the station and the cameras publish to the workstation. Heartbeats
are passed on and never made up: when the link is lost they cease, and the station stops by its own
watch.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

import msgspec

from lbm_studio.core.clock import Clock, MonotonicClock, seconds_between
from lbm_studio.core.errors import StudioError
from lbm_studio.link.bus import (
    DEVICES_TOPIC,
    FRAMES_TOPIC,
    HEALTH_TOPIC,
    STEP_TOPIC,
    TICK_TOPIC,
    Subscriber,
    wait_for_any,
)
from lbm_studio.link.frames import FrameReader
from lbm_studio.link.message import NO_MESSAGE
from lbm_studio.link.messages import FramesReady
from lbm_studio.link.remote import relay
from lbm_studio.link.remote.curve import CurveListener, Parcel, is_loopback
from lbm_studio.link.remote.keys import KeyRing
from lbm_studio.link.remote.pictures import pack
from lbm_studio.link.remote.relay import Callers, Door, EventTap, Parted, Ping, Pong
from lbm_studio.link.remote_stop import RemoteStopReceiver, StopKey
from lbm_studio.link.session import Session
from lbm_studio.link.stop import StopSupervisor

LEASE_S = 2.0
"""A workstation that has not been heard for so long has left [s]."""

_TOPICS = (TICK_TOPIC, DEVICES_TOPIC, HEALTH_TOPIC, STEP_TOPIC)  # physics is for drawing here
_PACKING_LOOK_S = 0.002

_LOG = logging.getLogger(__name__)


@dataclass
class _Guest:
    """The workstation that uses the station.

    Attributes:
        public: its key.
        name: what it is called.
        run: its process.
        connection: over which it talks.
        heard_ns: when it was heard last [ns].
        key: for its stops.
        wants: connections that each wait for the next pictures.
    """

    public: str
    name: str
    run: bytes
    connection: bytes
    heard_ns: int
    key: StopKey = field(default_factory=StopKey.make)
    wants: list[bytes] = field(default_factory=list[bytes])


class StationEnd:
    """Relays between one session of this machine and one paired workstation.

    Args:
        session: of the station.
        keys: of this machine; read again for every connection, so that forgetting works at once.
        host: where to listen, TCP and UDP.
        port: where to listen; 0 takes any.
        clock: the time that is told.

    Raises:
        StudioError: the address cannot be used, or is not this machine's alone and nobody is
            paired.
    """

    def __init__(
        self, session: Session, keys: KeyRing, host: str, port: int, clock: Clock | None = None
    ) -> None:
        _require_somebody(keys, host)
        self._keys = keys
        self._clock = clock or MonotonicClock()
        self._guest: _Guest | None = None
        self._supervisor = StopSupervisor(session, self._clock)
        self._packing: Future[list[bytes]] | None = None
        self._ready: FramesReady | None = None
        with ExitStack() as stack:
            own = keys.own()
            self._wire = stack.enter_context(CurveListener(host, port, own, self._is_known))
            self._stops = RemoteStopReceiver(host, self._wire.port, self._stop, self._clock)
            stack.callback(self._stops.close)
            self._callers = Callers(session.station_commands)
            stack.callback(self._callers.close)
            self._events = stack.enter_context(EventTap(session.station_events, _TOPICS))
            self._door = stack.enter_context(Door(session.inference_commands))
            frames = Subscriber(session.frame_events, FRAMES_TOPIC)
            self._frames = stack.enter_context(frames)
            self._reader = stack.enter_context(FrameReader(session.ring_name))
            self._packer = ThreadPoolExecutor(1, thread_name_prefix="packer")
            stack.callback(self._packer.shutdown)
            self._resources = stack.pop_all()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._wire.port

    @property
    def refused(self) -> int:
        """How many connections and datagrams of strangers were refused."""
        return self._wire.refused + self._stops.refused

    def close(self) -> None:
        """Hang up."""
        self._resources.close()

    def serve(self, is_over: Callable[[], bool], interval_s: float = 0.1) -> None:
        """Relay until it is over."""
        while not is_over():
            self.poll(interval_s)

    def poll(self, timeout_s: float) -> None:
        """Wait for something to relay, and relay all there is."""
        endpoints = [self._wire, self._events, self._door, self._frames, *self._callers.lines]
        wait_for_any(endpoints, _PACKING_LOOK_S if self._packing else timeout_s)
        while (parcel := self._wire.receive()) is not None:
            self._take(parcel)
        self._end_lapsed_lease()
        self._relay_from_station()
        self._relay_pictures()

    # --- from the workstation ---------------------------------------------------------------------

    def _take(self, parcel: Parcel) -> None:
        kind, *parts = parcel.parts
        if kind == relay.PING:
            self._answer_ping(parcel, parts)
        elif kind == relay.WANT:
            self._note_want(parcel, parts)
        elif self._is_guest(parcel) and (parted := Parted.parse(parts)) is not None:
            if kind == relay.ASK:
                self._callers.ask(parted)
            elif kind == relay.ANSWER:
                self._door.answer(parted)

    def _answer_ping(self, parcel: Parcel, parts: list[bytes]) -> None:
        told_ns = self._clock.now_ns()
        if not self._is_known(parcel.public):  # was forgotten since it connected
            self._guest = None if self._is_guest(parcel) else self._guest
            return
        try:
            ping = msgspec.msgpack.decode(b"".join(parts), type=Ping)
        except NO_MESSAGE:
            return
        guest = self._guest
        if guest is not None and (guest.public, guest.run) != (parcel.public, ping.run):
            pong = Pong(sent_ns=ping.sent_ns, told_ns=told_ns, user=guest.name)
        else:
            guest = guest or self._admit(parcel, ping)
            guest.connection, guest.heard_ns = parcel.sender, told_ns
            pong = Pong(
                sent_ns=ping.sent_ns,
                told_ns=told_ns,
                stop_port=self._stops.port,
                stop_number=guest.key.number,
                stop_secret=guest.key.secret,
            )
        self._wire.send(parcel.sender, relay.PONG, msgspec.msgpack.encode(pong))

    def _admit(self, parcel: Parcel, ping: Ping) -> _Guest:
        names = {machine.public: name for name, machine in self._keys.workstations().items()}
        name = names.get(parcel.public, "")
        guest = _Guest(parcel.public, name, ping.run, parcel.sender, self._clock.now_ns())
        self._stops.admit(guest.key)
        self._guest = guest
        _LOG.info("“%s” is connected.", name)
        return guest

    def _note_want(self, parcel: Parcel, parts: list[bytes]) -> None:
        guest = self._guest
        if guest is None or (parcel.public, parts) != (guest.public, [guest.run]):
            return
        wants = [connection for connection in guest.wants if connection == parcel.sender]
        guest.wants = [*wants, parcel.sender][-relay.CREDITS :]

    def _end_lapsed_lease(self) -> None:
        guest = self._guest
        if guest and seconds_between(guest.heard_ns, self._clock.now_ns()) > LEASE_S:
            _LOG.warning("The link to “%s” is lost.", guest.name)
            self._guest = None
            self._callers.close()

    def _stop(self, source: str, rehearses: bool) -> str:
        guest = self._guest
        where = f" on {guest.name}" if guest else ""
        press = self._supervisor.rehearse if rehearses else self._supervisor.press
        report = press(f"{source}{where}")
        _LOG.warning(
            "Stop by %s%s: %s after %.3f s.", source, where, report.outcome, report.after_s
        )
        return report.outcome.value

    def _is_known(self, public: str) -> bool:
        return any(machine.public == public for machine in self._keys.workstations().values())

    def _is_guest(self, parcel: Parcel) -> bool:
        guest = self._guest
        return guest is not None and (guest.public, guest.connection) == (
            parcel.public,
            parcel.sender,
        )

    # --- to the workstation -----------------------------------------------------------------------

    def _relay_from_station(self) -> None:
        while (event := self._events.receive()) is not None:
            self._send(relay.EVENT, *event)
        for answer in self._callers.answers():
            self._send(relay.ANSWER, *answer.parts())
        while (asked := self._door.receive()) is not None:
            self._send(relay.ASK, *asked.parts())

    def _relay_pictures(self) -> None:
        while isinstance(ready := self._frames.receive(), FramesReady):
            self._ready = ready
        guest = self._guest
        if self._packing is not None and self._packing.done():
            packed, self._packing = self._packing, None
            if guest and guest.wants and (pictures := packed.result()):
                self._wire.send(guest.wants.pop(0), relay.PICTURES, *pictures)
        if self._packing is None and self._ready is not None and guest and guest.wants:
            ready, self._ready = self._ready, None
            self._packing = self._packer.submit(self._pack, ready)

    def _pack(self, ready: FramesReady) -> list[bytes]:
        frames = self._reader.read(ready.number)
        return pack(frames, ready) if frames else []  # overwritten meanwhile: too late

    def _send(self, kind: bytes, *parts: bytes) -> None:
        if self._guest is not None:
            self._wire.send(self._guest.connection, kind, *parts)


def _require_somebody(keys: KeyRing, host: str) -> None:
    if not keys.workstations() and not is_loopback(host):
        raise StudioError(
            f"No workstation is paired, so nobody could use the station at “{host}”. "
            "Add --pair, and type the code that appears on the workstation."
        )
