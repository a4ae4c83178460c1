"""Two machines on one: sessions, keys and processes of their own, and a link over 127.0.0.1."""

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from lbm_studio.core.network import LOOPBACK
from lbm_studio.core.paths import DATA_VARIABLE
from lbm_studio.link.frames import remove_stale_rings
from lbm_studio.link.remote.keys import KeyRing, PairedStation, PairedWorkstation
from lbm_studio.link.session import Session
from tests.workers.live_station import LiveStation

ROOT = Path(__file__).resolve().parents[2]
STATION, DESK = "lab", "desk"
PATIENCE_S = 90.0
"""Four processes start at once."""


class TwoMachines:
    """A real station process here, gateways at both ends, and a window's session there.

    Args:
        folder: for everything; its path must be short.
        station: the simulated station.
        workers: further processes of the station's machine, e.g. ``renderer``.
        before_far: what the command of the station's machine begins with, e.g. another time.
    """

    def __init__(
        self,
        folder: Path,
        station: str = "simulated",
        *,
        workers: Sequence[str] = (),
        before_far: Sequence[str] = (),
    ) -> None:
        self._homes = {STATION: folder / "lab-home", DESK: folder / "desk-home"}
        self._sessions = {STATION: Session(folder / "l"), DESK: Session(folder / "d")}
        self._station = station
        self._workers = workers
        self._before = {STATION: tuple(before_far), DESK: ()}
        self._stack = ExitStack()
        self.port = _free_port()
        self._pair()

    def __enter__(self) -> Self:
        run = ("station", "--station", self._station)
        begin = self._command(STATION, *run)
        self.far = LiveStation(self._sessions[STATION], begin, patience_s=PATIENCE_S)
        self.far.is_beating = False
        self._stack.enter_context(self.far)
        for worker in self._workers:
            self._start(worker)
        where = ("--host", LOOPBACK, "--port", str(self.port))
        self.far_gateway = self._start("gateway", *where)
        begin = self._command(DESK, "gateway", "--station", STATION)
        self.near = LiveStation(self._sessions[DESK], begin, patience_s=PATIENCE_S)
        self._await_port()
        self._stack.enter_context(self.near)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        remove_stale_rings()  # those of the processes that were killed

    def _pair(self) -> None:
        far, near = KeyRing(self._homes[STATION] / "keys"), KeyRing(self._homes[DESK] / "keys")
        far.add(PairedWorkstation(DESK, near.own().public))
        near.add(PairedStation(STATION, LOOPBACK, self.port, far.own().public))

    def _command(self, machine: str, *arguments: str) -> list[str]:
        """Return what starts a worker; the session folder is to be appended."""
        home = f"{DATA_VARIABLE}={self._homes[machine]}"
        begin = [*self._before[machine], "/usr/bin/env", home, f"PYTHONPATH={ROOT}"]
        return [*begin, sys.executable, "-m", "lbm_studio", "worker", *arguments, "--session"]

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = self._command(STATION, *arguments)
        process = subprocess.Popen([*command, str(self._sessions[STATION].folder)])
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process

    def _await_port(self) -> None:
        while True:
            assert self.far_gateway.poll() is None, "the gateway ended"
            try:
                socket.create_connection((LOOPBACK, self.port)).close()
            except ConnectionRefusedError:
                os.sched_yield()
            else:
                return


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as free:
        return int(free.getsockname()[1])
