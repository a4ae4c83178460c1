"""The phone process: a server that lets phones move the arms.

A process of its own, since it listens to a network: whatever befalls it, arms, loop and stop go on.
It listens on this machine alone unless ``--host`` says otherwise. The link with its token goes into
a file of the session that only its owner can read, and nowhere else.
"""

import argparse
import asyncio
import json
import logging
import secrets
import socket
from pathlib import Path

import segno

from lbm_studio.core.clock import Clock, MonotonicClock
from lbm_studio.core.codec import from_json
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.paths import resources, user_data
from lbm_studio.link.bus import AsyncRequester, Requester
from lbm_studio.link.inputs import PhonePose
from lbm_studio.link.messages import Describe, Description
from lbm_studio.link.phone import EVERYWHERE, TOKEN_BYTES, PhoneAccess
from lbm_studio.link.session import Session
from lbm_studio.link.stop import StopSupervisor
from lbm_studio.station.teleop.certificate import server_context
from lbm_studio.station.teleop.phone_desk import PhoneDesk
from lbm_studio.station.teleop.phone_server import load_pages, phone_server
from lbm_studio.workers.lifetime import Lifetime

LOOPBACK = "127.0.0.1"
PORT = 8443
"""Tried first, so that a phone that trusts the certificate there need not be asked again."""

PHONE = "phone"

_FOLDER = "phone"
_DESCRIBED_WITHIN_S = 30.0
_VALID_S = 0.3
_LOOK_EVERY_S = 0.05
_OUTSIDE = ("192.0.2.1", 9)  # an address of no machine: nothing is sent there

_LOG = logging.getLogger(__name__)


class PhoneProcess:
    """Serves the phones of one session until it is over.

    Args:
        session: whose station the phones move.
        host: where to listen.
        port: where to listen; another one is taken when it is in use.
        folder: where the certificate is kept.
        clock: stamps poses.
    """

    def __init__(
        self,
        session: Session,
        *,
        host: str = LOOPBACK,
        port: int = PORT,
        folder: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._session = session
        self._host = host
        self._port = port
        self._folder = folder or user_data() / _FOLDER
        self._clock = clock or MonotonicClock()
        self._station = AsyncRequester(session.station_commands)
        self._supervisor = StopSupervisor(session, self._clock)

    async def run(self, lifetime: Lifetime) -> None:
        """Serve phones until the process is asked to end."""
        shown = local_address() if self._host == EVERYWHERE else self._host
        context, fingerprint = server_context(self._folder, sorted({LOOPBACK, shown}))
        token = secrets.token_bytes(TOKEN_BYTES)
        desk = PhoneDesk(token, self._arms(), self._clock, forward=self._forward, stop=self._stop)
        pages = load_pages(resources() / _FOLDER)
        port = self._port if is_free(self._host, self._port) else 0
        async with phone_server(desk, pages, context, self._host, port) as bound:
            url = f"https://{shown}:{bound}/#{token.hex()}"
            PhoneAccess(url, fingerprint, qr_code(url)).write(self._session.phone_file)
            _LOG.info("Phones may connect at %s, port %d.", shown, bound)
            try:
                while not lifetime.is_over():
                    self._drain()
                    await asyncio.sleep(_LOOK_EVERY_S)
            finally:
                self._session.phone_file.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the station."""
        self._station.close()

    def _arms(self) -> tuple[str, ...]:
        with Requester(self._session.station_commands) as station:
            answer = station.ask_for(Description, Describe(), _DESCRIBED_WITHIN_S)
        description = json.loads(answer.station)
        value = from_json(StationDescription, description, where="station")
        return value.embodiment.arm_names

    def _forward(self, pose: PhonePose) -> None:
        self._station.send(pose, _VALID_S)

    def _stop(self) -> None:
        report = self._supervisor.press(PHONE)
        _LOG.warning("Stop by phone: %s after %.3f s.", report.outcome, report.after_s)

    def _drain(self) -> None:
        while self._station.poll() is not None:
            pass


def qr_code(text: str) -> tuple[str, ...]:
    """Return a QR code, row by row, ``"1"`` for dark."""
    matrix = segno.make(text, error="m", micro=False).matrix
    return tuple("".join(str(int(dark)) for dark in row) for row in matrix)


def local_address() -> str:
    """Return this machine's address in its network; nothing is sent to find out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_OUTSIDE)
        except OSError:  # without a network there is only this machine
            return LOOPBACK
        return str(probe.getsockname()[0])


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def main(arguments: list[str]) -> int:
    """Run the phone process; returns the exit code."""
    parser = argparse.ArgumentParser(prog="lbm-studio worker phone", description=__doc__)
    parser.add_argument("--session", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--host", default=LOOPBACK, help=f"{EVERYWHERE} for phones in the network; %(default)s"
    )
    parser.add_argument("--port", type=int, default=PORT, help="default: %(default)s")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO)
    session = Session(options.session)
    process = PhoneProcess(session, host=options.host, port=options.port)
    try:
        with Lifetime(session, PHONE) as lifetime:
            asyncio.run(process.run(lifetime))
    finally:
        process.close()
    return 0
