"""The phone's server over its real, encrypted line."""

import asyncio
import json
import logging
import ssl
import stat
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from lbm_studio.core.paths import resources
from lbm_studio.station.teleop.certificate import CERTIFICATE_FILE, server_context
from lbm_studio.station.teleop.phone_server import LINE, load_pages, phone_server
from tests.station.teleop.test_phone_desk import OTHER_TOKEN, TOKEN, Desk, answer_to, pose

HOST = "127.0.0.1"
WITHIN_S = 20.0


class Line:
    """A server, and everything a phone needs to reach it."""

    def __init__(self, folder: Path, port: int, desk: Desk) -> None:
        self.desk = desk
        self.port = port
        self.trust = ssl.create_default_context(cafile=folder / CERTIFICATE_FILE)

    def phone(self, path: str = LINE) -> connect:
        return connect(f"wss://{HOST}:{self.port}{path}", ssl=self.trust, open_timeout=WITHIN_S)

    async def welcomed(self, phone: ClientConnection, token: bytes = TOKEN) -> Any:
        await phone.send(answer_to(str(await phone.recv()), token))
        return json.loads(await phone.recv())

    async def page(self, path: str) -> tuple[str, bytes]:
        """Return head and body of one answer over plain HTTPS."""
        reader, writer = await asyncio.open_connection(HOST, self.port, ssl=self.trust)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()
        return head.decode(), body

    async def heard(self, count: int) -> None:
        """Return once so many poses have reached the station."""
        while len(self.desk.poses) < count:  # noqa: ASYNC110 - the desk is no coroutine
            await asyncio.sleep(0.001)


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[Line]:
    desk = Desk()
    context, _ = server_context(folder, [HOST])
    pages = load_pages(resources() / "phone")
    async with phone_server(desk.desk, pages, context, HOST, 0) as port:
        yield Line(folder, port, desk)


def run(scene: Coroutine[Any, Any, None]) -> None:
    async def in_time() -> None:
        async with asyncio.timeout(WITHIN_S):
            await scene

    asyncio.run(in_time())


def test_a_phone_with_the_link_moves_an_arm_and_leaving_lets_go(tmp_path: Path):
    async def scene() -> None:
        async with serving(tmp_path) as line:
            async with line.phone() as phone:
                welcome = await line.welcomed(phone)
                assert welcome == {"kind": "welcome", "arms": ["right", "left"]}
                await phone.send(pose(1))
                await line.heard(1)
            await line.heard(2)
            assert [(told.arm, told.held) for told in line.desk.poses] == [
                ("right", True),
                ("right", False),
            ]

    run(scene())


def test_a_wrong_link_is_refused_with_a_sentence(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    async def scene() -> None:
        async with serving(tmp_path) as line, line.phone() as phone:
            with pytest.raises(ConnectionClosed) as caught:
                await line.welcomed(phone, OTHER_TOKEN)
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1008
            assert "Scan the code in the window again" in caught.value.rcvd.reason
            assert line.desk.poses == []

    run(scene())


def test_poses_before_the_token_and_oversized_ones_move_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    async def scene() -> None:
        async with serving(tmp_path) as line:
            for opening in (pose(1), "x" * 5000):
                async with line.phone() as phone:
                    await phone.recv()
                    await phone.send(opening)
                    with pytest.raises(ConnectionClosed):
                        await phone.recv()
            assert line.desk.poses == []

    run(scene())


def test_noise_and_repetitions_over_the_line_move_nothing(tmp_path: Path):
    async def scene() -> None:
        async with serving(tmp_path) as line, line.phone() as phone:
            await line.welcomed(phone)
            await phone.send(pose(5))
            for odd in ("{}", "[1, 2]", pose(5), pose(2), pose(6, scale=99.0), b"\x00\xff"):
                await phone.send(odd)
            await phone.send(pose(7, held=False))
            await line.heard(2)
            assert [told.position_m[1] for told in line.desk.poses] == [0.05, 0.07]

    run(scene())


def test_the_page_is_served_whole_and_loads_nothing_from_elsewhere(tmp_path: Path):
    async def scene() -> None:
        async with serving(tmp_path) as line:
            for path, name in (("/", "index.html"), ("/phone.js", "phone.js")):
                head, body = await line.page(path)
                assert head.startswith("HTTP/1.1 200")
                assert "default-src 'self'" in head
                assert "no-store" in head
                assert body == (resources() / "phone" / name).read_bytes()
                assert b"http:" not in body
                assert b"https:" not in body

    run(scene())


@pytest.mark.parametrize("path", ["/../pretraining.toml", "/phone.json", "/%2e%2e/", "//"])
def test_nothing_else_is_served(tmp_path: Path, path: str):
    async def scene() -> None:
        async with serving(tmp_path) as line:
            head, body = await line.page(path)
            assert head.startswith("HTTP/1.1 404")
            assert body == b"There is nothing here.\n"
            with pytest.raises(InvalidStatus):
                await line.phone(path).__aenter__()

    run(scene())


def test_whoever_does_not_encrypt_is_not_heard(tmp_path: Path):
    async def scene() -> None:
        async with serving(tmp_path) as line:
            reader, writer = await asyncio.open_connection(HOST, line.port)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"200" not in await reader.read()
            writer.close()

    run(scene())


def test_no_secret_is_ever_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    async def scene() -> None:
        async with serving(tmp_path) as line:
            async with line.phone() as phone:
                await line.welcomed(phone)
                await phone.send(pose(1))
                await line.heard(1)
            await line.page("/")

    with caplog.at_level(logging.DEBUG):
        run(scene())

    assert "A phone is connected." in caplog.text
    assert TOKEN.hex() not in caplog.text
    assert "PRIVATE KEY" not in caplog.text


def test_the_certificate_is_kept_private_and_used_again_for_the_same_addresses(tmp_path: Path):
    _, first = server_context(tmp_path / "phone", [HOST])
    file = tmp_path / "phone" / CERTIFICATE_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    _, again = server_context(tmp_path / "phone", [HOST])
    _, elsewhere = server_context(tmp_path / "phone", [HOST, "192.0.2.7"])

    assert again == first
    assert elsewhere != first


def test_a_damaged_certificate_is_made_anew(tmp_path: Path):
    (tmp_path / CERTIFICATE_FILE).write_text("scribble")

    assert server_context(tmp_path, [HOST])[1].count(":") == 31
