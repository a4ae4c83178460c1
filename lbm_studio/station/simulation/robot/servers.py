"""The servers of all simulated arms, and the thousand times a second at which they work.

Robot time passes by one millisecond a step. It keeps to the machine's time where the machine is
fast enough and falls behind where it is not: a step waits for the answers of all arms that are
under control, so that a busy machine slows the robots down instead of making them shake.
"""

import logging
from collections.abc import Callable, Collection, Sequence

from franky_sim import (
    FRANKA_HAND_FORCE_LIMIT,
    FRANKA_HAND_MAX_WIDTH,
    FRANKA_HAND_VELOCITY_LIMIT,
    BaseRobot,
    FrankaRobotServer,
)
from franky_sim.mujoco_simulator import MujocoSimulator

from lbm_studio.core.clock import Clock
from lbm_studio.core.errors import StationError
from lbm_studio.station.simulation.robot.clock import STEP_NS
from lbm_studio.station.simulation.robot.hand import HandServer

_POLL_NS = 50_000
_PATIENCE_NS = 300_000_000
"""After so long without an answer an arm stops by itself, as a real one does sooner [ns]."""

_MAX_CATCH_UP_NS = 2 * STEP_NS

_LOG = logging.getLogger(__name__)


class ArmServer(FrankaRobotServer):
    """The controller of one arm and its hand.

    Args:
        robot: the arm.
        address: the loopback address it listens on.
    """

    def __init__(self, robot: BaseRobot, address: str) -> None:
        self._hand: HandServer | None = None
        super().__init__(robot, [address])
        self._has_answered = self._answers = False

    @property
    def gripper_server(self) -> HandServer | None:
        """The controller of its hand; None before it listens."""
        return self._hand

    def begin_step(self) -> None:
        """Expect an answer if the last state was answered."""
        self._answers, self._has_answered = self._has_answered, False

    @property
    def is_awaited(self) -> bool:
        """Whether the arm moves and its next command is still to come."""
        return self._answers and not self._has_answered and self.current_motion_id > 0

    def process_commands(self) -> None:
        super().process_commands()
        if self._hand is not None:
            self._hand.process_commands()

    def send_state(self) -> None:
        super().send_state()
        if self._hand is not None:
            self._hand.send_state()

    def cleanup(self) -> None:
        if self._hand is not None:
            self._hand.cleanup()
        super().cleanup()

    def _bind_children(self, hostname: str) -> None:
        self._hand = HandServer(self.robot, hostname)
        self._hand.init()

    def _handle_udp_command(self, command_data: bytes) -> None:
        self._has_answered = True
        super()._handle_udp_command(command_data)


class ArmServers:
    """Steps a simulator and serves its arms. A context manager: listens while entered.

    Args:
        simulator: the scene with its arms.
        addresses: one for each arm, in order.
        clock: the machine's time.

    Raises:
        StationError: another program listens at one of the addresses.
    """

    def __init__(self, simulator: MujocoSimulator, addresses: Sequence[str], clock: Clock) -> None:
        self._simulator = simulator
        self._addresses = tuple(addresses)
        self._clock = clock
        self._servers: list[ArmServer] = []
        self.steps = 0
        """Milliseconds of robot time since the beginning."""

    def __enter__(self) -> "ArmServers":
        self._simulator.init()
        try:
            for robot, address in zip(self._simulator.robots, self._addresses, strict=True):
                self._servers.append(ArmServer(robot, address))
                self._listen(self._servers[-1], address)
            self._simulator.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.reset_state()
            if server.gripper_server is not None:
                server.gripper_server.reset_state()
            server.cleanup()
        self._simulator.cleanup()

    @property
    def free_arms(self) -> tuple[int, ...]:
        """The arms that nobody is connected to."""
        return tuple(i for i, server in enumerate(self._servers) if not server.tcp_connected)

    def release(self, arms: Collection[int]) -> None:
        """Let free arms keep still where they have been put, their hands open."""
        for arm in arms:
            self._servers[arm].reset_state()
            self._servers[arm].robot.set_hand_goal(
                FRANKA_HAND_MAX_WIDTH, FRANKA_HAND_VELOCITY_LIMIT, FRANKA_HAND_FORCE_LIMIT
            )

    def run(self, is_over: Callable[[], bool], after_step: Callable[[int], object]) -> None:
        """Step until it is over; ``after_step`` is told the milliseconds since the beginning."""
        due_ns = self._clock.now_ns()
        while not is_over():
            self.step()
            after_step(self.steps)
            due_ns = max(due_ns + STEP_NS, self._clock.now_ns() - _MAX_CATCH_UP_NS)
            self._clock.sleep_until_ns(due_ns)

    def step(self) -> None:
        """Take the commands of all arms, let one millisecond pass, and tell their states."""
        for server in self._servers:
            server.begin_step()
        self._take_commands()
        self._simulator.step()
        for server in self._servers:
            server.send_state()
        self.steps += 1

    def _take_commands(self) -> None:
        deadline_ns = self._clock.now_ns() + _PATIENCE_NS
        waiting = self._servers
        while waiting:
            for server in waiting:
                server.process_commands()
            waiting = [server for server in waiting if server.is_awaited]
            if not waiting:
                return
            now_ns = self._clock.now_ns()
            if now_ns > deadline_ns:
                self._give_up(waiting)
                return
            self._clock.sleep_until_ns(now_ns + _POLL_NS)

    def _give_up(self, silent: Sequence[ArmServer]) -> None:
        for server in silent:
            _LOG.warning(
                "%s is sent no commands any more: the arm stops by itself.", server.hostname
            )
            server.stop_motion()

    def _listen(self, server: ArmServer, address: str) -> None:
        try:
            server.init()
        except OSError as error:
            raise StationError(
                f"The simulated arm cannot listen on {address}: another simulator is running there."
            ) from error
