"""Somebody on the way between two machines, who passes on what goes by and keeps it."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from lbm_studio.core.network import LOOPBACK

_PIECE_BYTES = 65_536


class Wiretap:
    """Listens in the place of a port, and passes everything on to it.

    Args:
        port: of the genuine listener.
    """

    def __init__(self, port: int) -> None:
        self.streams: list[bytearray] = []
        self._there = (LOOPBACK, port)
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._door = socket.create_server((LOOPBACK, 0))
        self.port = int(self._door.getsockname()[1])

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._close(self._door)
        for line in list(self._open):
            self._close(line)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                asker, _ = self._door.accept()
                answerer = socket.create_connection(self._there)
            except OSError:  # closed
                return
            self._open += [asker, answerer]
            stream = bytearray()
            self.streams.append(stream)
            self._start(lambda a=asker, b=answerer, s=stream: self._pass_on(a, b, s))
            self._start(lambda a=asker, b=answerer: self._pass_on(b, a, None))

    def _pass_on(self, here: socket.socket, there: socket.socket, kept: bytearray | None) -> None:
        with suppress(OSError):
            while piece := here.recv(_PIECE_BYTES):
                if kept is not None:
                    kept += piece
                there.sendall(piece)
        self._close(here)
        self._close(there)

    def _start(self, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run)
        self._threads.append(thread)
        thread.start()

    def _close(self, line: socket.socket) -> None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        line.close()
