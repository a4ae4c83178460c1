"""Encrypted sockets between two machines: CurveZMQ, and nobody enters whose key is not known.

The listener proves who it is with this machine's keys; whoever connects has to prove the same of a
key that is paired. Should the process that asks for keys fail, nobody gets in at all.
"""

import ipaddress
import logging
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import zmq
from zmq.auth.thread import ThreadAuthenticator

from lbm_studio.core.errors import StudioError
from lbm_studio.link.bus import Endpoint
from lbm_studio.link.remote.keys import KeyPair, PairedStation

_DOMAIN = b"station"
_QUEUED = 256
_HEARTBEAT_MS = 1000
_DEAD_AFTER_MS = 6000  # then a new connection is made; what must be noticed sooner is, elsewhere

_LOG = logging.getLogger(__name__)


def require_curve() -> None:
    """Return only if sockets can be encrypted here.

    Raises:
        StudioError: they cannot.
    """
    if not zmq.has("curve"):
        raise StudioError(
            "This installation of pyzmq cannot encrypt: install the wheel from PyPI, which can."
        )


def numeric_address(host: str) -> str:
    """Return the address of a machine in numbers.

    Raises:
        StudioError: there is no machine of that name.
    """
    try:
        return socket.gethostbyname(host)
    except OSError as error:
        sentence = f"There is no machine called “{host}” in the network. Is it spelt right?"
        raise StudioError(sentence) from error


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine reaches ``host``.

    Raises:
        StudioError: there is no machine of that name.
    """
    return ipaddress.ip_address(numeric_address(host)).is_loopback


@dataclass(frozen=True)
class Parcel:
    """What arrived.

    Attributes:
        sender: the connection it came over.
        public: the key its sender has proven to hold.
        parts: at least one: what it is, then what belongs to it.
    """

    sender: bytes
    public: str
    parts: tuple[bytes, ...]


class _KnownKeys:
    """Tells the authenticator which keys are known, and counts the others."""

    def __init__(self, is_known: Callable[[str], bool]) -> None:
        self._is_known = is_known
        self.refused = 0

    def callback(self, domain: str, key: bytes) -> bool:
        try:
            known = self._is_known(key.decode("ascii"))
        except OSError as error:  # the next one may be let in: asking must go on
            _LOG.warning("The keys cannot be read, so nobody is let in: %s", error)
            known = False
        self.refused += not known
        return known


class CurveListener(Endpoint):
    """Where the machine of a station is reached by those it is paired with.

    Args:
        host: where to listen.
        port: where to listen; 0 takes any.
        own: this machine's keys.
        is_known: whether a public key is that of a paired machine.

    Raises:
        StudioError: the address cannot be used.
    """

    def __init__(self, host: str, port: int, own: KeyPair, is_known: Callable[[str], bool]) -> None:
        require_curve()
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        super().__init__(zmq.ROUTER, self._context)
        self._keys = _KnownKeys(is_known)
        self._authenticator = ThreadAuthenticator(self._context)
        self._authenticator.configure_curve_callback(_DOMAIN.decode(), self._keys)
        self._authenticator.start()
        self.socket.curve_server = True
        self.socket.curve_publickey = own.public.encode()
        self.socket.curve_secretkey = own.secret.encode()
        self.socket.zap_domain = _DOMAIN
        self.socket.setsockopt(zmq.ZAP_ENFORCE_DOMAIN, 1)  # without an authenticator nobody enters
        _set_limits(self)
        self._bind(f"tcp://{host}:{port}")

    @property
    def refused(self) -> int:
        """How many connections with unknown keys were refused."""
        return self._keys.refused

    def send(self, receiver: bytes, *parts: bytes) -> None:
        """Send to a connection; dropped when it is gone or does not keep up. Never blocks."""
        try:
            self.socket.send_multipart([receiver, *parts], zmq.NOBLOCK)
        except zmq.Again:
            _LOG.debug("A message was dropped: the receiver does not keep up.")

    def receive(self) -> Parcel | None:
        """Return what arrived next, None when nothing has."""
        if not self._is_readable(0.0):
            return None
        frames = self.socket.recv_multipart(copy=False)
        sender, *parts = (frame.bytes for frame in frames)
        return Parcel(sender, _proven_key(frames[-1]), tuple(parts) or (b"",))

    def close(self) -> None:
        super().close()
        self._authenticator.stop()
        self._context.term()


class CurveLine(Endpoint):
    """The way to the machine of a station; reconnects by itself.

    Args:
        station: where and who it is; nobody else is believed to be it.
        own: this machine's keys.
    """

    def __init__(self, station: PairedStation, own: KeyPair) -> None:
        require_curve()
        super().__init__(zmq.DEALER)
        self.socket.setsockopt(zmq.IMMEDIATE, 1)  # never queue for a machine not there
        self.socket.curve_publickey = own.public.encode()
        self.socket.curve_secretkey = own.secret.encode()
        self.socket.curve_serverkey = station.public.encode()
        _set_limits(self)
        self.socket.connect(f"tcp://{station.host}:{station.port}")

    def send(self, *parts: bytes) -> bool:
        """Send, unless nobody is there or the way is full. Never blocks."""
        try:
            self.socket.send_multipart(parts, zmq.NOBLOCK)
        except zmq.Again:
            return False
        return True

    def wait(self, timeout_s: float) -> bool:
        """Whether something has arrived, after waiting for it [s]."""
        return self._is_readable(timeout_s)

    def receive(self) -> Sequence[bytes] | None:
        """Return the parts of what arrived next, None when nothing has."""
        return self.socket.recv_multipart() if self._is_readable(0.0) else None


def _proven_key(frame: zmq.Frame) -> str:
    try:
        return str(frame.get("User-Id"))
    except zmq.ZMQError:  # it came without proof of any
        return ""


def _set_limits(endpoint: Endpoint) -> None:
    endpoint.socket.setsockopt(zmq.SNDHWM, _QUEUED)
    endpoint.socket.setsockopt(zmq.RCVHWM, _QUEUED)
    endpoint.socket.setsockopt(zmq.HEARTBEAT_IVL, _HEARTBEAT_MS)
    endpoint.socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, _DEAD_AFTER_MS)
