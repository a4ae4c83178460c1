"""Simulated controllers that fail when told to, for tests of the driver."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Self

from lbm_studio.core.action import Action
from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, MonotonicClock
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError
from lbm_studio.core.pose import Pose
from lbm_studio.station.arms.settings import ArmSettings
from lbm_studio.station.arms.station import FrankaStation

PATIENT = ArmSettings(connect_within_s=60.0, silent_after_s=30.0, stop_within_s=5.0)
"""For a machine that is busy with other tests."""

END_WITHIN_S = 20.0
WITHIN_S = 60.0
POLL_NS = 20_000_000
MOVING_S = 0.05


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

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=END_WITHIN_S)

    def order(self, arm: str, do: str, flags: tuple[str, ...] = ()) -> None:
        """Let one controller do something: reflex, press, guide, release, mute or speak."""
        assert self._process.stdin is not None
        order = {"arm": self._names.index(arm), "do": do, "flags": flags}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for something that happens in robot time, which may pass slowly."""
    clock = MonotonicClock()
    deadline_ns = clock.now_ns() + round(WITHIN_S * NANOSECONDS_PER_SECOND)
    while not is_so():
        assert clock.now_ns() < deadline_ns
        clock.sleep_until_ns(clock.now_ns() + POLL_NS)


def trouble(station: FrankaStation) -> str:
    """Return why the station cannot be read; empty when it can."""
    try:
        station.read()
    except StationError as error:
        return str(error)
    return ""


def recover(station: FrankaStation) -> None:
    """Recover as often as it takes, and wait until all is well."""

    def is_well() -> bool:
        sentence = trouble(station)
        if sentence and "is recovering" not in sentence:
            station.recover()
        return not sentence

    wait_until(is_well)


def raise_hands(station: FrankaStation) -> None:
    """Send a command, and wait until both arms have begun to move."""
    arms = station.read().as_action().arms
    targets = {
        name: replace(t, pose=Pose(t.pose.position + [0.0, 0.0, 0.02], t.pose.rotation))
        for name, t in arms.items()
    }
    station.command(Action(targets))
    wait_until(lambda: len(station.references) == len(targets))
    begun_s = station.robot_time_s
    wait_until(lambda: station.robot_time_s > begun_s + MOVING_S)
