"""Hearing datagrams in a thread and on a socket that nothing else uses."""

import logging
import socket
import threading
from collections.abc import Callable

_LOG = logging.getLogger(__name__)


class DatagramListener:
    """Binds at once, and from :meth:`start` on answers every datagram in a thread of its own.

    Nothing that arrives, and no sender that is gone, ends the thread.

    Args:
        host: where to listen.
        port: where to listen; 0 takes any.
        answer: returns what to send back, None for nothing; called in the listener's thread, it
            handles its own errors.
        longest_bytes: of a datagram that means anything; a longer one arrives a byte longer.
        name: of the thread, and in the log.
        trouble_level: of the log, for what the socket reports.

    Attributes:
        port: that was taken.
    """

    def __init__(
        self,
        host: str,
        port: int,
        answer: Callable[[bytes], bytes | None],
        *,
        longest_bytes: int,
        name: str,
        trouble_level: int = logging.WARNING,
    ) -> None:
        self._answer = answer
        self._buffer_bytes = longest_bytes + 1
        self._trouble_level = trouble_level
        self._is_closing = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, port))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._listen, name=name, daemon=True)

    def start(self) -> None:
        """Begin to answer, first what arrived since the socket was bound."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening, once what is being answered is answered."""
        if self._is_closing:
            return
        self._is_closing = True
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while not self._is_closing:
            try:
                data, sender = self._socket.recvfrom(self._buffer_bytes)
            except OSError as error:  # an earlier sender is gone; the socket itself is fine
                _LOG.log(
                    self._trouble_level, "The %s socket reported: %s", self._thread.name, error
                )
                continue
            reply = self._answer(data)
            if reply is not None:
                self._send(reply, sender)

    def _send(self, reply: bytes, sender: tuple[str, int]) -> None:
        try:
            self._socket.sendto(reply, sender)
        except OSError as error:  # the sender is gone; what it asked for is done all the same
            _LOG.warning("A %s could not be acknowledged: %s", self._thread.name, error)
