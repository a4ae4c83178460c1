"""Simulated controllers that fail when told to, for tests of the driver."""

import json
import os
import subprocess
import sys
from types import TracebackType
from typing import Self

from lbm_studio.core.embodiment import StationDescription

END_WITHIN_S = 20.0


class SimulatedControllers:
    """Controllers of all arms of a station, on loopback addresses of their own.

    Args:
        description: a simulated station.
    """

    def __init__(self, description: StationDescription) -> None:
        self._names = description.embodiment.arm_names
        high, low = divmod(os.getpid() % 0xFFFF, 256)
        network = f"127.{high}.{low}"
        self.addresses = {name: f"{network}.{i + 1}" for i, name in enumerate(self._names)}
        module = "tests.station.arms.controller_process"
        command = [sys.executable, "-m", module, description.name, *self.addresses.values()]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate(timeout=END_WITHIN_S)

    def order(self, arm: str, do: str, flags: tuple[str, ...] = ()) -> None:
        """Let one controller do something: reflex, press, guide, release, mute or speak."""
        assert self._process.stdin is not None
        order = {"arm": self._names.index(arm), "do": do, "flags": flags}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
