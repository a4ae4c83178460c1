"""Controllers of simulated arms, in a process of their own, which fail when told to.

Run as ``python -m tests.station.arms.controller_process STATION ADDRESS ...``. Takes one order a
line on its standard input, ``{"arm": 0, "do": "reflex", "flags": ["joint_reflex"]}``, and ends with
it. Says “ready” once the arms listen.
"""

import json
import logging
import sys
import threading
from collections import deque
from collections.abc import Sequence
from typing import Any

from franky_sim import BaseRobot, franka_robot_server
from franky_sim.franka_robot_protocol import (
    AutomaticErrorRecoveryCommand,
    MoveStatus,
    RobotCommand,
    RobotMode,
)
from franky_sim.franka_robot_state import FrankaRobotState
from franky_sim.franka_server import BaseCommand

from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, MonotonicClock
from lbm_studio.station.simulation.embodiments import find_station
from lbm_studio.station.simulation.robot import servers
from lbm_studio.station.simulation.robot.scene import robot_scene

PATIENCE_NS = 20 * NANOSECONDS_PER_SECOND
"""A machine busy with other tests may take so long to answer [ns]."""

FLAG_NAMES = (
    *("joint_position_limits_violation", "cartesian_position_limits_violation"),
    *("self_collision_avoidance_violation", "joint_velocity_violation"),
    *("cartesian_velocity_violation", "force_control_safety_violation"),
    *("joint_reflex", "cartesian_reflex"),
)
"""The first of the error flags, in the order of the protocol."""


class FailingServer(servers.ArmServer):
    """A controller that goes into reflex, is stopped, is guided, or falls silent."""

    def __init__(self, robot: BaseRobot, address: str) -> None:
        self.mode: RobotMode | None = None
        self.flags: Sequence[str] = ()
        self.is_mute = False
        super().__init__(robot, address)

    @property
    def robot_state(self) -> FrankaRobotState:
        state = super().robot_state
        if self.mode is None:
            return state
        count = len(state.errors)
        bits = tuple(i < len(FLAG_NAMES) and FLAG_NAMES[i] in self.flags for i in range(count))
        return state.replace(robot_mode=self.mode, errors=bits, reflex_reason=bits)

    def fail(self, mode: RobotMode, status: MoveStatus, flags: Sequence[str] = ()) -> None:
        motion = self.current_motion_id
        self.stop_motion(send_preemption_signal=False)
        self.mode, self.flags = mode, flags
        if motion and self._tcp_socket is not None:
            BaseCommand.send_response(self._tcp_socket, RobotCommand.kMove, motion, status)
            self.reset_current_motion_id()

    def send_state(self) -> None:
        if not self.is_mute:
            super().send_state()

    @property
    def is_awaited(self) -> bool:
        return not self.is_mute and super().is_awaited

    def obey(self, order: dict[str, Any]) -> None:
        match order["do"]:
            case "reflex":
                self.fail(RobotMode.kReflex, MoveStatus.kReflexAborted, order["flags"])
            case "press":
                self.fail(RobotMode.kUserStopped, MoveStatus.kEmergencyAborted)
            case "guide":
                status = MoveStatus.kPreemptedDueToActivatedSafetyFunctions
                self.fail(RobotMode.kGuiding, status)
            case "release":
                self.mode = None
            case "mute":
                self.is_mute = True
                self.stop_motion(send_preemption_signal=False)
            case "speak":
                self.is_mute = False


class Recovery(AutomaticErrorRecoveryCommand):
    """Ends a reflex, and nothing else."""

    def handle(self, server: Any) -> None:
        if server.mode is RobotMode.kReflex:
            server.mode = None
        super().handle(server)


def main() -> None:
    """Serve until the standard input ends."""
    logging.disable(logging.ERROR)
    description = find_station(sys.argv[1])
    franka_robot_server.AutomaticErrorRecoveryCommand = Recovery
    made: list[FailingServer] = []

    def make(robot: BaseRobot, address: str) -> FailingServer:
        made.append(FailingServer(robot, address))
        return made[-1]

    servers.__dict__["_PATIENCE_NS"] = PATIENCE_NS
    servers.ArmServer = make  # pyright: ignore[reportAttributeAccessIssue]
    orders: deque[dict[str, Any] | None] = deque()
    threading.Thread(target=listen, args=(orders,), daemon=True).start()
    is_over = threading.Event()

    def obey(_: int) -> None:
        while orders:
            order = orders.popleft()
            if order is None:
                is_over.set()
            else:
                made[order["arm"]].obey(order)

    with servers.ArmServers(robot_scene(description), sys.argv[2:], MonotonicClock()) as running:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        running.run(is_over.is_set, obey)


def listen(orders: deque[dict[str, Any] | None]) -> None:
    """Put the orders of the standard input there; None once it has ended."""
    for line in sys.stdin:
        orders.append(json.loads(line))
    orders.append(None)


if __name__ == "__main__":
    main()
