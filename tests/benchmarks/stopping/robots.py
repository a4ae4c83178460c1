"""Simulated controllers of real arms, for a station that takes them for real; and their travel."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np

from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, MonotonicClock, seconds_between
from lbm_studio.core.errors import StationError
from lbm_studio.core.pose import FloatArray
from lbm_studio.core.station_file import Driver, built_in_station_file, write_station_file
from lbm_studio.link.bus import PHYSICS_TOPIC, Subscriber
from lbm_studio.link.messages import Physics
from lbm_studio.link.session import Session
from lbm_studio.station.simulation.robot.clock import RobotClock
from lbm_studio.station.simulation.robot.process import loopback_addresses, own_network
from lbm_studio.station.simulation.station import SimulatedStation
from tests.workers.live_station import RUN_STATION

NAME = "robots"
READY_WITHIN_S = 90
POLL_NS = NANOSECONDS_PER_SECOND // 20
TOLD_WITHIN_S = 20.0
AT_REST_M = 0.001
WATCH_S = 1.5


@dataclass(frozen=True)
class Rest:
    """How arms came to rest after something had happened.

    Attributes:
        after_ms: until every hand stayed where it ended [ms].
        travel_mm: the largest way of a hand meanwhile [mm].
        speed_m_s: of the fastest hand when it happened [m/s].
    """

    after_ms: float
    travel_mm: float
    speed_m_s: float = 0.0


def come_to_rest(times_s: Sequence[float], hands_m: FloatArray) -> Rest:
    """Return how the hands came to rest.

    Args:
        times_s: since it happened, from the last moment before it on [s].
        hands_m: (T, hands, 3) where they were then [m].
    """
    away_m = np.linalg.norm(hands_m - hands_m[-1], axis=-1).max(axis=-1)
    steps_m = np.linalg.norm(np.diff(hands_m[:2], axis=0), axis=-1).max(initial=0.0)
    travel_m = np.linalg.norm(hands_m - hands_m[0], axis=-1).max()
    moving = np.flatnonzero(away_m > AT_REST_M)
    last = min(int(moving[-1]) + 1, len(times_s) - 1) if moving.size else 0
    speed_m_s = steps_m / max(times_s[1] - times_s[0], 1e-6) if len(times_s) > 1 else 0.0
    return Rest(1e3 * max(0.0, times_s[last]), 1e3 * float(travel_m), float(speed_m_s))


class Robots:
    """Controllers of both arms in a process, and the station file that leads to them.

    Args:
        folder: for the file and for their own session; its path must be short.
    """

    def __init__(self, folder: Path) -> None:
        self._session = Session(folder / "r")
        self._clock = MonotonicClock()
        file = built_in_station_file("simulated")
        self.description = file.description
        self._names = self.description.embodiment.arm_names
        addresses = loopback_addresses(self.description, own_network())
        arms = tuple(replace(a, address=i) for a, i in zip(file.arms, addresses, strict=True))
        file = replace(file, name=NAME, driver=Driver.FRANKA, arms=arms, realtime=False)
        path = folder / f"{NAME}.toml"
        write_station_file(path, file)
        self.station_command = (sys.executable, "-c", RUN_STATION, "--station", str(path))
        self.station_command += ("--session",)
        module = "tests.station.arms.failing_robots"
        self._command = [sys.executable, "-m", module, "--session", str(self._session.folder)]
        self._command += ["--address", *addresses]

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._await_ready()
        self._view = SimulatedStation(self.description)
        self._events = Subscriber(self._session.simulator_events, PHYSICS_TOPIC)
        return self

    def __exit__(self, *_: object) -> None:
        self._events.close()
        self._view.close()
        self.process.kill()
        self.process.communicate()

    def order(self, arm: str, do: str, flags: Sequence[str] = ()) -> None:
        """Let one controller do something: see ``tests.station.arms.controller_process``."""
        assert self.process.stdin is not None
        order = {"arm": self._names.index(arm), "do": do, "flags": list(flags)}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def watch(self) -> None:
        """Look at what happens from now on."""
        self._events.latest()
        self._told = self._receive()

    def rest_since(self, happened_ns: int) -> Rest:
        """Watch the arms for a while of robot time; return how they came to rest since then [ns].

        The time is the machine's own; the robots' passes more slowly where it is busy.
        """
        told = [self._told]
        while self._robot_s(told, happened_ns) < WATCH_S:
            told.append(self._receive())
        before = [p for p in told if p.captured_ns <= happened_ns][-1:]
        told = before + [p for p in told if p.captured_ns > happened_ns]
        times_s = [seconds_between(happened_ns, physics.captured_ns) for physics in told]
        return come_to_rest(times_s, np.stack([self._hands(physics) for physics in told]))

    def _receive(self) -> Physics:
        physics = self._events.receive(TOLD_WITHIN_S)
        if not isinstance(physics, Physics):
            raise SystemExit("The robot simulator does not tell any more where things are.")
        return physics

    @staticmethod
    def _robot_s(told: Sequence[Physics], since_ns: int) -> float:
        after = [physics.number for physics in told if physics.captured_ns > since_ns]
        return 1e-3 * (after[-1] - after[0]) if after else 0.0

    def _hands(self, physics: Physics) -> FloatArray:
        self._view.restore(physics.positions, physics.mocap, physics.captured_ns)
        return np.stack([arm.pose.position for arm in self._view.read().arms.values()])

    def _await_ready(self) -> None:
        deadline_ns = self._clock.now_ns() + READY_WITHIN_S * NANOSECONDS_PER_SECOND
        while (now_ns := self._clock.now_ns()) < deadline_ns:
            assert self.process.poll() is None, "The robot simulator ended before it was ready."
            try:
                with_time = RobotClock(self._session.robot_time_file)
            except StationError:
                has_begun = False  # it is only starting
            else:
                has_begun = with_time.now_ns() > 0
                with_time.close()
            if has_begun:
                return
            self._clock.sleep_until_ns(now_ns + POLL_NS)
        raise SystemExit("The robot simulator does not become ready.")
