"""The stop datagram between two machines: authenticated, and of use only once.

On the loopback interface a secret in a file is enough (:mod:`lbm_studio.link.stop`). Off it anybody
may read, change and repeat what passes by, so every datagram carries an HMAC-SHA256 and a counter.
The key is new for every connection and travels inside the encrypted one, so what was overheard
before is worth nothing. The counter is the monotonic time of the workstation, which all its
processes share and which never goes back: a number that was used, or that lies well before the
newest, is a repetition and moves nothing.

A press is repeated until it is acknowledged. When it is not, the link itself is cut: without
heartbeats the station stops by its own watch.
"""

import json
import logging
import secrets
import socket
import struct
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac

from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, Clock, MonotonicClock, seconds_between
from lbm_studio.core.private import write_private
from lbm_studio.link.datagrams import DatagramListener
from lbm_studio.link.process import ProcessIdentity

CUT_AFTER_S = 0.25
"""A press that is not acknowledged by then cuts the link, and goes on to be repeated [s]."""

GIVE_UP_AFTER_S = 1.5
"""The other machine may first have to kill its station, which takes so long at most [s]."""

REORDERED_WITHIN_S = 2.0
"""Presses of several processes may overtake each other by so much; older ones are refused [s]."""

_REPEAT_EVERY_S = 0.005
_BODY = struct.Struct("<4sB8sQQ48s")  # magic, kind, number of the key, counter, time [ns], text
_TAG_BYTES = 32
_MAGIC = b"LBMR"
_PRESS, _ACKNOWLEDGEMENT, _REHEARSAL = 1, 2, 3
_NUMBER_BYTES, _SECRET_BYTES = 8, 32
_REMEMBERED = 256

_LOG = logging.getLogger(__name__)

OnStop = Callable[[str, bool], str]


@dataclass(frozen=True)
class StopKey:
    """What datagrams of one connection are authenticated with.

    Attributes:
        number: tells keys apart; not secret.
        secret: known to both machines alone.
    """

    number: bytes
    secret: bytes = field(repr=False)

    @classmethod
    def make(cls) -> "StopKey":
        """Return a new one."""
        return cls(secrets.token_bytes(_NUMBER_BYTES), secrets.token_bytes(_SECRET_BYTES))


@dataclass(frozen=True)
class RemoteStopAddress:
    """Where the machine of a station listens for stops; in ``stop.json``, as a near one's.

    Attributes:
        host: a numeric address, so that nothing has to be looked up when it matters.
        port: of UDP.
        key: of this connection.
        process: that keeps the link; without it the station stops by its own watch.
    """

    host: str
    port: int
    key: StopKey
    process: ProcessIdentity

    def write(self, path: Path) -> None:
        """Write the file, readable by its owner alone; a reader sees all of it or nothing."""
        value = {
            "host": self.host,
            "port": self.port,
            "key": self.key.number.hex(),
            "key_secret": self.key.secret.hex(),
            "process": self.process.number,
            "started": self.process.started,
        }
        write_private(path, json.dumps(value).encode())

    @classmethod
    def read(cls, path: Path) -> "RemoteStopAddress | None":
        """Return the address, None when the file is not there or not one of another machine."""
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            key = StopKey(bytes.fromhex(value["key"]), bytes.fromhex(value["key_secret"]))
            process = ProcessIdentity(int(value["process"]), int(value["started"]))
            return cls(str(value["host"]), int(value["port"]), key, process)
        except (OSError, ValueError, KeyError, TypeError):
            return None


class ReplayGuard:
    """Tells new counters from used ones."""

    def __init__(self) -> None:
        self._newest = 0
        self._used: OrderedDict[int, None] = OrderedDict()

    def take(self, counter: int) -> bool:
        """Whether ``counter`` was never used before; from now on it was."""
        window_ns = round(REORDERED_WITHIN_S * NANOSECONDS_PER_SECOND)
        if counter in self._used or counter + window_ns < self._newest:
            return False
        self._used[counter] = None
        self._newest = max(self._newest, counter)
        while len(self._used) > _REMEMBERED:  # what is forgotten counts as used
            oldest, _ = self._used.popitem(last=False)
            self._newest = max(self._newest, oldest + window_ns + 1)
        return True

    def give_back(self, counter: int) -> None:
        """What came with ``counter`` failed and may be tried once more."""
        self._used.pop(counter, None)


class RemoteStopReceiver:
    """Hears stops of another machine in a thread of its own, and acknowledges what came of them.

    Whatever is not authenticated by the key in force gets no answer, and no line in a log.

    Args:
        host: where to listen.
        port: where to listen; 0 takes any.
        on_stop: given who pressed, and whether that only rehearses, stops the arms and returns what
            came of it, in a word; called in the receiver's thread, once for each press.
        clock: measures how long that took.
    """

    def __init__(self, host: str, port: int, on_stop: OnStop, clock: Clock | None = None) -> None:
        self._on_stop = on_stop
        self._clock = clock or MonotonicClock()
        self._in_force: tuple[StopKey, ReplayGuard, dict[int, bytes]] | None = None
        self.refused = 0
        self._listener = DatagramListener(
            host,
            port,
            self._answer,
            longest_bytes=_BODY.size + _TAG_BYTES,
            name="remote stop",
            trouble_level=logging.DEBUG,
        )
        self.port = self._listener.port
        self._listener.start()

    def admit(self, key: StopKey) -> None:
        """From now on believe this key, and no other. Any thread may call this."""
        self._in_force = (key, ReplayGuard(), {})

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _answer(self, data: bytes) -> bytes | None:
        in_force = self._in_force
        said = _parse(data, in_force[0]) if in_force else None
        if said is not None and said.kind == _ACKNOWLEDGEMENT:
            said = None  # is sent from here, not to here
        if in_force is None or said is None:
            self.refused += 1
            return None
        key, guard, replies = in_force
        if said.counter not in replies and guard.take(said.counter):
            try:
                replies[said.counter] = self._obey(key, said)
            except Exception:  # noqa: BLE001 - the thread must live: the next repetition tries again
                _LOG.exception("A stop from another machine failed.")
                guard.give_back(said.counter)
            while len(replies) > _REMEMBERED:
                del replies[next(iter(replies))]
        return replies.get(said.counter)

    def _obey(self, key: StopKey, said: "_Said") -> bytes:
        begun_ns = self._clock.now_ns()
        outcome = self._on_stop(said.text, said.kind == _REHEARSAL)
        took_ns = self._clock.now_ns() - begun_ns
        return _pack(_ACKNOWLEDGEMENT, key, said.counter, took_ns, outcome)


@dataclass(frozen=True)
class RemoteAnswer:
    """What the other machine says came of a press.

    Attributes:
        outcome: in a word.
        after_s: from the press to the answer, which is later than the stop [s].
    """

    outcome: str
    after_s: float


class RemoteStopSender:
    """Presses the stop of a station on another machine.

    Args:
        clock: counts, and tells when time is up.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or MonotonicClock()

    def send(
        self,
        address: RemoteStopAddress,
        source: str,
        pressed_ns: int,
        cut: Callable[[], object] | None,
    ) -> RemoteAnswer | None:
        """Return what came of the press, None when nobody answered.

        Args:
            address: where to.
            source: who or what pressed.
            pressed_ns: when [ns].
            cut: ends the link; called when there is no answer within ``CUT_AFTER_S``. None only
                rehearses: nothing is cut here, and nothing killed there.
        """
        counter = self._clock.now_ns()
        kind = _PRESS if cut else _REHEARSAL
        datagram = _pack(kind, address.key, counter, pressed_ns, source)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.settimeout(_REPEAT_EVERY_S)
            while (spent_s := seconds_between(counter, self._clock.now_ns())) < GIVE_UP_AFTER_S:
                said = self._exchange(line, address, datagram)
                if said and (said.kind, said.counter) == (_ACKNOWLEDGEMENT, counter):
                    after_s = seconds_between(pressed_ns, self._clock.now_ns())
                    return RemoteAnswer(said.text, after_s)
                if cut and spent_s > CUT_AFTER_S:
                    _LOG.error("A stop is not acknowledged: the link to the station is cut.")
                    cut()
                    cut = None
        return None

    def _exchange(
        self, line: socket.socket, address: RemoteStopAddress, datagram: bytes
    ) -> "_Said | None":
        repeat_ns = self._clock.now_ns() + round(_REPEAT_EVERY_S * NANOSECONDS_PER_SECOND)
        try:
            line.sendto(datagram, (address.host, address.port))
            data = line.recv(_BODY.size + _TAG_BYTES + 1)
        except TimeoutError:
            return None
        except OSError as error:  # no way there at this moment: it is tried again
            _LOG.debug("A stop could not be sent: %s", error)
            self._clock.sleep_until_ns(repeat_ns)
            return None
        return _parse(data, address.key)


@dataclass(frozen=True)
class _Said:
    kind: int
    counter: int
    time_ns: int
    text: str


def _pack(kind: int, key: StopKey, counter: int, time_ns: int, text: str) -> bytes:
    fitting = text.encode("utf-8")[:48].decode("utf-8", "ignore").encode("utf-8")
    body = _BODY.pack(_MAGIC, kind, key.number, counter, time_ns, fitting)
    return body + _mac(key, body).finalize()


def _parse(data: bytes, key: StopKey) -> _Said | None:
    """Return what an authentic datagram says; None for any other."""
    if len(data) != _BODY.size + _TAG_BYTES:
        return None
    body, tag = data[: _BODY.size], data[_BODY.size :]
    try:
        _mac(key, body).verify(tag)  # compares in constant time
    except InvalidSignature:
        return None
    magic, kind, number, counter, time_ns, text = _BODY.unpack(body)
    if (magic, number) != (_MAGIC, key.number):
        return None
    return _Said(kind, counter, time_ns, text.rstrip(b"\0").decode("utf-8", "replace"))


def _mac(key: StopKey, body: bytes) -> hmac.HMAC:
    mac = hmac.HMAC(key.secret, hashes.SHA256())
    mac.update(body)
    return mac
