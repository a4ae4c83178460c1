"""The phone's server: one page, and one encrypted line for each phone.

It listens on this machine alone unless it is told otherwise. The page is small and written by hand;
it loads nothing from anywhere else.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from lbm_studio.core.errors import StationError
from lbm_studio.link.phone import MAX_MESSAGE_BYTES
from lbm_studio.station.teleop.phone_desk import WRONG_LINK, HangUpError, PhoneCall, PhoneDesk

LINE = "/line"
"""Path of the WebSocket."""

HELLO_WITHIN_S = 10.0
"""A phone that has not shown by then that it may come in is hung up on [s]."""

_PAGES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/phone.js": ("phone.js", "text/javascript; charset=utf-8"),
    "/phone.css": ("phone.css", "text/css; charset=utf-8"),
}
_MOST_CONNECTIONS = 8
_PING_EVERY_S = 5.0
_REFUSED = 1008  # WebSocket: policy violation
_SAFETY = {
    "Content-Security-Policy": "default-src 'self'; connect-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Page:
    """One file of the page, as it is sent.

    Attributes:
        kind: its content type.
        body: its bytes.
    """

    kind: str
    body: bytes


def load_pages(folder: Path) -> dict[str, Page]:
    """Return the files of the page by their paths."""
    return {path: Page(kind, (folder / name).read_bytes()) for path, (name, kind) in _PAGES.items()}


@asynccontextmanager
async def phone_server(
    desk: PhoneDesk, pages: dict[str, Page], context: ssl.SSLContext, host: str, port: int
) -> AsyncIterator[int]:
    """Serve phones for the duration of an ``async with`` block; give the port.

    Args:
        desk: decides what becomes of what phones say.
        pages: what :func:`load_pages` returned.
        context: what is encrypted with.
        host: where to listen, e.g. ``"127.0.0.1"``.
        port: where to listen; 0 for any that is free.

    Raises:
        StationError: the address cannot be used.
    """
    server = _Server(desk, pages)
    try:
        listening = await serve(
            server.talk,
            host,
            port,
            ssl=context,
            process_request=server.answer,
            max_size=MAX_MESSAGE_BYTES,
            max_queue=16,
            compression=None,
            open_timeout=HELLO_WITHIN_S,
            ping_interval=_PING_EVERY_S,
            ping_timeout=_PING_EVERY_S,
            server_header=None,
        )
    except OSError as error:
        reason = error.strerror or str(error)
        raise StationError(f"Phones cannot be served at {host}:{port}: {reason}.") from error
    async with listening:
        yield listening.sockets[0].getsockname()[1]


class _Server:
    def __init__(self, desk: PhoneDesk, pages: dict[str, Page]) -> None:
        self._desk = desk
        self._pages = pages
        self._count = 0

    def answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """Return a file of the page; None for the line, which goes on as a WebSocket."""
        path = request.path.partition("?")[0]
        if path == LINE:
            return None
        page = self._pages.get(path)
        if page is None:
            return _response(HTTPStatus.NOT_FOUND, "text/plain", b"There is nothing here.\n")
        return _response(HTTPStatus.OK, page.kind, page.body)

    async def talk(self, connection: ServerConnection) -> None:
        """Hold the conversation with one phone."""
        if self._count >= _MOST_CONNECTIONS:
            await connection.close(_REFUSED, "Too many phones.")
            return
        self._count += 1
        call = self._desk.call()
        try:
            await self._converse(connection, call)
        except HangUpError as refusal:
            _LOG.warning("A phone was refused.")
            await connection.close(_REFUSED, str(refusal))
        except TimeoutError:
            await connection.close(_REFUSED, WRONG_LINK)
        except ConnectionClosed:  # the phone is gone, or said more than fits
            pass
        finally:
            self._count -= 1
            call.end()

    async def _converse(self, connection: ServerConnection, call: PhoneCall) -> None:
        await connection.send(call.greeting)
        async with asyncio.timeout(HELLO_WITHIN_S):
            hello = await connection.recv()
        await self._take(connection, call, hello)
        _LOG.info("A phone is connected.")
        async for text in connection:
            await self._take(connection, call, text)

    async def _take(self, connection: ServerConnection, call: PhoneCall, text: str | bytes) -> None:
        answer = call.take(text)
        if answer is not None:
            await connection.send(answer)


def _response(status: HTTPStatus, kind: str, body: bytes) -> Response:
    headers = Headers(_SAFETY)
    headers["Content-Type"] = kind
    headers["Content-Length"] = str(len(body))
    headers["Connection"] = "close"
    return Response(status.value, status.phrase, headers, body)
