"""The phone process from link to arm, against a real station process."""

import asyncio
import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect

from lbm_studio.core.paths import DATA_VARIABLE
from lbm_studio.link.messages import Accepted, Mode, StartTeleoperation, Tick
from lbm_studio.link.phone import PhoneAccess
from lbm_studio.link.session import Session
from lbm_studio.station.teleop.certificate import CERTIFICATE_FILE
from lbm_studio.workers.phone import LOOPBACK, is_free, local_address, qr_code
from tests.station.teleop.test_phone_desk import answer_to, pose
from tests.workers.live_station import PATIENCE_S, LiveStation, make_session

RUN_PHONE = "import sys; from lbm_studio.workers.phone import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveStation]:
    with LiveStation(make_session(tmp_path)) as live:
        yield live


@pytest.fixture
def access(live: LiveStation, tmp_path: Path) -> Iterator[PhoneAccess]:
    arguments = ["--session", str(live.session.folder), "--port", "0"]
    with subprocess.Popen(
        [sys.executable, "-c", RUN_PHONE, *arguments],
        env=os.environ | {DATA_VARIABLE: str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield wait_for_access(live.session, process)
        finally:
            process.terminate()
            _, said = process.communicate(timeout=PATIENCE_S)
        assert "Phones may connect at 127.0.0.1" in said
        assert "#" not in said
    assert not live.session.phone_file.exists()


def wait_for_access(session: Session, process: subprocess.Popen[str]) -> PhoneAccess:
    while process.poll() is None:
        access = PhoneAccess.read(session.phone_file)
        if access is not None:
            return access
    raise AssertionError("The phone process ended.")


@pytest.mark.slow
def test_a_phone_lifts_the_arm_of_a_real_station_and_stops_it(
    live: LiveStation, access: PhoneAccess, tmp_path: Path
):
    link = urlsplit(access.url)
    trust = ssl.create_default_context(cafile=tmp_path / "phone" / CERTIFICATE_FILE)
    token = bytes.fromhex(link.fragment)

    async def lift() -> None:
        async with connect(f"wss://{link.netloc}/line", ssl=trust) as phone:
            await phone.send(answer_to(str(await phone.recv()), token))
            await phone.recv()
            number = 0

            async def move_until(is_reached: Callable[[Tick], bool], *, held: bool) -> None:
                nonlocal number
                while not is_reached(live.newest_tick()):
                    number += 1
                    height = [0.0, 1.0 + 0.002 * number, 0.0]
                    await phone.send(pose(number, touch=2, held=held, position=height))
                    await asyncio.sleep(0.01)

            begun = False

            def begin(tick: Tick) -> bool:
                nonlocal begun
                answer = live.ask(StartTeleoperation(device="phone"))
                begun = begun or isinstance(answer, Accepted)
                return begun

            await move_until(begin, held=False)
            low = live.newest_tick().state[2]
            await move_until(lambda tick: tick.state[2] > low + 0.05, held=True)
            assert live.newest_tick().mode is Mode.TELEOPERATION
            await phone.send('{"kind": "stop"}')
            await move_until(lambda tick: bool(tick.stop_reason), held=True)

    asyncio.run(lift())
    assert live.newest_tick().stop_reason == "Stopped by phone."


def test_the_code_holds_the_link():
    rows = qr_code("https://127.0.0.1:8443/#" + "0f" * 32)

    assert len({len(row) for row in rows} | {len(rows)}) == 1
    assert rows[0].startswith("1111111")
    assert set("".join(rows)) == {"0", "1"}


def test_this_machine_knows_its_own_address():
    assert local_address().count(".") == 3
    assert is_free(LOOPBACK, 0)
