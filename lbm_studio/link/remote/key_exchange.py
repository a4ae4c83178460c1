"""How two machines come to know each other's public keys: ``serve-station --pair`` and ``pair``.

The station's machine shows a one-time code, a person types it on the workstation, and the two
exchange their public keys over a plain connection. Nothing secret travels, so nobody gains by
listening. Whoever sits in between and changes a key has to change its proof too: an HMAC-SHA256
over the keys and names of both, whose key is the code. The code has 80 random bits, so it cannot be
found by trying, neither while the exchange lasts nor from what was overheard. Role, keys and names
are all under the proof: what one side said cannot be played back as the word of the other. A wrong
code costs nothing but an answer, since guessing is hopeless; the right one works for one
workstation, for some minutes. What an attacker in between can do is to prevent the pairing, in
which case it is seen to fail: the workstation believes nothing but a proof.

This is about keys. Phones get in another way (:mod:`lbm_studio.link.phone`).
"""

import math
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import msgspec
import zmq

from lbm_studio.core.clock import Clock, seconds_between
from lbm_studio.core.errors import StudioError
from lbm_studio.link.bus import Endpoint
from lbm_studio.link.message import NO_MESSAGE, Message
from lbm_studio.link.remote.curve import numeric_address
from lbm_studio.link.remote.keys import (
    KEY_CHARACTERS,
    NAME,
    KeyRing,
    PairedStation,
    PairedWorkstation,
    checked_name,
)
from lbm_studio.link.remote.pairing_code import PairingCode

CODE_VALID_S = 600.0
"""A pairing code works for so long [s]."""

CLOCKS_DIFFER_S = 60.0
"""Calendars further apart are worth a word: what both machines date could not be compared [s]."""

_MAX_BYTES = 1024
_ANSWER_WITHIN_S = 5.0
_REACHED_WITHIN_S = 3.0
_LOOK_EVERY_S = 0.1
_PROOF_BYTES = 32
_WORKSTATION, _STATION = "workstation", "station"

_Key = Annotated[str, msgspec.Meta(min_length=KEY_CHARACTERS, max_length=KEY_CHARACTERS)]
_Name = Annotated[str, msgspec.Meta(pattern=NAME)]
_Proof = Annotated[bytes, msgspec.Meta(min_length=_PROOF_BYTES, max_length=_PROOF_BYTES)]


class PairRequest(Message, frozen=True, forbid_unknown_fields=True):
    """A workstation introduces itself.

    Attributes:
        public: its key.
        name: what it is called.
        proof: that it knows the code.
    """

    public: _Key
    name: _Name
    proof: _Proof


class PairGranted(Message, frozen=True, forbid_unknown_fields=True):
    """The station's machine introduces itself in return.

    Attributes:
        public: its key.
        name: what it is called.
        calendar_s: the time by its calendar, seconds since 1970 [s].
        proof: that it knows the code, and means the workstation that asked.
    """

    public: _Key
    name: _Name
    calendar_s: int
    proof: _Proof


class Denial(StrEnum):
    """Why a pairing is refused."""

    WRONG_CODE = "wrong code"
    EXPIRED = "expired"
    TAKEN = "taken"
    NAME_TAKEN = "name taken"


class PairDenied(Message, frozen=True, forbid_unknown_fields=True):
    """The pairing is refused."""

    reason: Denial


_WORDS = {
    Denial.WRONG_CODE: "The code is wrong. Type it as the station's machine shows it.",
    Denial.EXPIRED: "The code has expired. Start “serve-station --pair” again for a new one.",
    Denial.TAKEN: "The code was used by another machine. "
    "Start “serve-station --pair” again for a new one.",
    Denial.NAME_TAKEN: "The station's machine knows another one by the name of this one. "
    "If that one is gone, forget it there with “lbm-studio unpair NAME”.",
}


class PairingDesk:
    """Answers workstations while one code is valid.

    Args:
        keys: where the workstation is remembered.
        name: what this machine is called.
        code: what the workstation has to know.
        clock: tells when the code has expired.
    """

    def __init__(self, keys: KeyRing, name: str, code: PairingCode, clock: Clock) -> None:
        self._keys = keys
        self._name = checked_name(name)
        self._code = code
        self._clock = clock
        self._opened_ns = clock.now_ns()
        self.paired: PairedWorkstation | None = None

    @property
    def has_expired(self) -> bool:
        """Whether the code is worth nothing any more."""
        return seconds_between(self._opened_ns, self._clock.now_ns()) > CODE_VALID_S

    def answer(self, request: PairRequest) -> PairGranted | PairDenied:
        """Return the answer, and remember the workstation if it knows the code."""
        if not self._code.proves(request.proof, _WORKSTATION, request.public, request.name):
            return PairDenied(reason=Denial.WRONG_CODE)
        if self.has_expired:
            return PairDenied(reason=Denial.EXPIRED)
        if self.paired is not None and self.paired.public != request.public:
            return PairDenied(reason=Denial.TAKEN)
        workstation = PairedWorkstation(request.name, request.public)
        if self._keys.workstations().get(request.name, workstation) != workstation:
            return PairDenied(reason=Denial.NAME_TAKEN)
        self._keys.add(workstation)
        self.paired = workstation
        public, calendar_s = self._keys.own().public, round(time.time())
        said = (_STATION, public, self._name, str(calendar_s), request.public, request.name)
        return PairGranted(
            public=public, name=self._name, calendar_s=calendar_s, proof=self._code.proof(*said)
        )


class PairingListener(Endpoint):
    """Takes the requests of workstations from the network, one small message each.

    Args:
        host: where to listen.
        port: where to listen; 0 takes any.
    """

    def __init__(self, host: str, port: int) -> None:
        super().__init__(zmq.ROUTER)
        self.socket.setsockopt(zmq.MAXMSGSIZE, _MAX_BYTES)
        self._decoder = msgspec.msgpack.Decoder(PairRequest)
        self._bind(f"tcp://{host}:{port}")

    def poll(self, desk: PairingDesk, timeout_s: float) -> None:
        """Let the desk answer one request, if one comes in time; what is none is ignored."""
        if not self._is_readable(timeout_s):
            return
        identity, *frames = self.socket.recv_multipart()
        try:
            (body,) = frames
            request = self._decoder.decode(body)
        except NO_MESSAGE:
            return
        answer = msgspec.msgpack.encode(desk.answer(request))
        self.socket.send_multipart([identity, answer])

    def await_workstation(
        self, desk: PairingDesk, is_over: Callable[[], bool]
    ) -> PairedWorkstation | None:
        """Return who was paired; None when nobody came before the code expired or it was over."""
        while desk.paired is None and not desk.has_expired and not is_over():
            self.poll(desk, _LOOK_EVERY_S)
        return desk.paired


@dataclass(frozen=True)
class Pairing:
    """What came of a pairing.

    Attributes:
        station: who is paired.
        was_known: whether it had been paired before.
        calendars_differ_s: how far the other calendar is ahead of this one's [s].
    """

    station: PairedStation
    was_known: bool
    calendars_differ_s: float

    def warning(self) -> str:
        """Return a sentence if the calendars differ; empty otherwise."""
        if abs(self.calendars_differ_s) <= CLOCKS_DIFFER_S:
            return ""
        way = "ahead of" if self.calendars_differ_s > 0 else "behind"
        return (
            f"The clock of the station's machine is {_long(abs(self.calendars_differ_s))} {way} "
            "this one's. Motion does not depend on it, but dates of calibrations and logs do: "
            "let both machines keep the time by NTP (timedatectl)."
        )


class PairingLine(Endpoint):
    """Asks the machine of a station to be paired.

    Args:
        host: name or address of the machine.
        port: where it listens.
    """

    def __init__(self, host: str, port: int) -> None:
        super().__init__(zmq.DEALER)
        self._host, self._port = host, port
        self.socket.setsockopt(zmq.MAXMSGSIZE, _MAX_BYTES)
        self.socket.connect(f"tcp://{host}:{port}")

    def pair(self, keys: KeyRing, own_name: str, code: PairingCode, name: str = "") -> Pairing:
        """Exchange keys, and remember the station.

        Args:
            keys: where it is remembered.
            own_name: what this machine is called.
            code: what the station's machine shows.
            name: what to call the station here; its own name by default.

        Raises:
            StudioError: it does not answer, denies it, or cannot prove that it knows the code.
        """
        public = keys.own().public
        proof = code.proof(_WORKSTATION, public, checked_name(own_name))
        self.socket.send(
            msgspec.msgpack.encode(PairRequest(public=public, name=own_name, proof=proof))
        )
        granted = self._granted()
        said = (_STATION, granted.public, granted.name, str(granted.calendar_s), public, own_name)
        if not code.proves(granted.proof, *said):
            raise StudioError(
                f"What answers at “{self._host}” does not know the code: it is not the machine "
                "that shows it, or somebody sits in between. Nothing was paired."
            )
        known = {station.public for station in keys.stations().values()}
        station = PairedStation(name or granted.name, self._host, self._port, granted.public)
        keys.add(station)
        differ_s = granted.calendar_s - time.time()
        return Pairing(station, granted.public in known, differ_s)

    def _granted(self) -> PairGranted:
        if not self._is_readable(_ANSWER_WITHIN_S):
            raise StudioError(
                f"“{self._host}” is there, but does not wait to be paired. "
                "Start “lbm-studio serve-station NAME --host ITS-ADDRESS --pair” on it."
            )
        try:
            answer = msgspec.msgpack.decode(self.socket.recv(), type=PairGranted | PairDenied)
        except NO_MESSAGE as error:
            sentence = f"What answers at “{self._host}” is no station of this program."
            raise StudioError(sentence) from error
        if isinstance(answer, PairDenied):
            raise StudioError(_WORDS[answer.reason])
        return answer


def require_reachable(host: str, port: int) -> None:
    """Return only if something listens there.

    Raises:
        StudioError: nothing does; the sentence says what is the matter.
    """
    address = numeric_address(host)
    try:
        socket.create_connection((address, port), _REACHED_WITHIN_S).close()
    except ConnectionRefusedError as error:
        raise StudioError(
            f"“{host}” is there, but nothing listens at its port {port}. "
            "Start “lbm-studio serve-station NAME --host ITS-ADDRESS --pair” on it."
        ) from error
    except OSError as error:
        raise StudioError(
            f"“{host}” cannot be reached at port {port}: "
            f"is it switched on, in this network, and does its firewall let TCP and UDP in?"
        ) from error


def _long(seconds: float) -> str:
    for name, length_s in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length_s:
            return f"{math.floor(seconds / length_s)} {name}"
    return f"{seconds:.0f} seconds"
