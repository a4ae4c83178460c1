"""The robot simulator, with controllers that fail when they are told to.

Run as ``python -m tests.station.arms.failing_robots`` with the arguments of the worker
``robot-simulator``; takes the orders of ``controller_process`` on its standard input.
"""

import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from franky_sim import BaseRobot, franka_robot_server

from lbm_studio.station.simulation.robot import servers
from lbm_studio.workers.robot_simulator import main as simulate
from tests.station.arms.controller_process import FailingServer, Recovery, listen


class FailingServers(servers.ArmServers):
    """Serves arms that fail, and lets them fail between two steps; one in a process."""

    made: ClassVar[list[FailingServer]] = []
    orders: ClassVar[deque[dict[str, Any] | None]] = deque()

    def run(self, is_over: Callable[[], bool], after_step: Callable[[int], object]) -> None:
        def obey(steps: int) -> None:
            while self.orders:
                order = self.orders.popleft()
                if order is not None:
                    self.made[order["arm"]].obey(order)
            after_step(steps)

        super().run(is_over, obey)


def make(robot: BaseRobot, address: str) -> FailingServer:
    """Return the controller of one arm."""
    FailingServers.made.append(FailingServer(robot, address))
    return FailingServers.made[-1]


if __name__ == "__main__":
    franka_robot_server.AutomaticErrorRecoveryCommand = Recovery
    servers.ArmServer = make  # pyright: ignore[reportAttributeAccessIssue]
    servers.ArmServers = FailingServers
    threading.Thread(target=listen, args=(FailingServers.orders,), daemon=True).start()
    sys.exit(simulate(sys.argv[1:]))
