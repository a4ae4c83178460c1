"""The robot simulator as a process of its own: started, found ready, and ended in order."""

import os
import subprocess
from collections.abc import Sequence
from typing import Self

from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, MonotonicClock
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError
from lbm_studio.core.paths import program
from lbm_studio.link.bus import Requester
from lbm_studio.link.messages import Accepted, LoadScene
from lbm_studio.link.process import ProcessIdentity
from lbm_studio.link.session import Session
from lbm_studio.station.simulation.robot.clock import RobotClock

TELL_EVERY_STEPS = 10
"""Milliseconds of robot time between two looks at requests, and two tellings of the physics."""

READY_WITHIN_S = 90
"""How long a simulator may take to listen, on a busy machine [s]."""

_ANSWER_WITHIN_S = 30.0
_LOOK_EVERY_NS = NANOSECONDS_PER_SECOND // 20
_END_WITHIN_S = 5.0


def loopback_addresses(
    description: StationDescription, network: str = "127.0.0"
) -> tuple[str, ...]:
    """Return an address for each arm of a station, in order: ``127.0.0.1``, ``127.0.0.2`` ..."""
    return tuple(f"{network}.{i + 1}" for i in range(len(description.embodiment.arms)))


def own_network() -> str:
    """Return a part of the loopback network that no other process of this machine takes."""
    high, low = divmod(os.getpid() % 0xFFFF, 256)
    return f"127.{high}.{low}"


class RobotSimulatorProcess:
    """Simulated controllers of all arms of a station. A context manager: they listen while entered.

    Args:
        session: where the simulator is reached for all but what real controllers do.
        station: by name.
        addresses: one for each arm, in order.
        skill: whose objects lie on the table; empty for none.
    """

    def __init__(
        self, session: Session, station: str, addresses: Sequence[str], skill: str = ""
    ) -> None:
        self.addresses = tuple(addresses)
        self._session = session
        self._command = [*program(), "worker", "robot-simulator", "--station", station]
        self._command += ["--session", str(session.folder), "--address", *addresses]
        self._command += ["--skill", skill] if skill else []
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._session.robot_time_file.unlink(missing_ok=True)
        self._process = subprocess.Popen(self._command)
        try:
            self._await_ready(self._process)
        except BaseException:
            self._end(self._process)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._end(self._process)
            self._process = None

    @property
    def identity(self) -> ProcessIdentity | None:
        """Which process it is."""
        return self._session.process(ROLE)

    def lay_out(self, skill: str, seed: int) -> None:
        """Put the objects of the skill where a seed wants them, and arms that nobody holds home.

        Raises:
            StationError: the simulator was started for another skill, or does not answer.
        """
        with Requester(self._session.simulator_commands, _NAME) as requester:
            requester.ask_for(Accepted, LoadScene(skill=skill, seed=seed), _ANSWER_WITHIN_S)

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        clock = MonotonicClock()
        deadline_ns = clock.now_ns() + READY_WITHIN_S * NANOSECONDS_PER_SECOND
        while (now_ns := clock.now_ns()) < deadline_ns:
            if process.poll() is not None:
                raise StationError("The robot simulator ended before it was ready.")
            if self._does_time_pass():
                return
            clock.sleep_until_ns(now_ns + _LOOK_EVERY_NS)
        raise StationError("The robot simulator does not become ready.")

    def _does_time_pass(self) -> bool:
        try:
            clock = RobotClock(self._session.robot_time_file)
        except StationError:
            return False  # it is only starting
        now_ns = clock.now_ns()
        clock.close()
        return now_ns > 0

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        try:
            process.wait(_END_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


ROLE = "simulator"
"""What the process is called in its session."""

_NAME = "robot simulator"
