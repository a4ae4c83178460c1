"""The controller of one hand, which answers a movement that is broken off, as a real one does."""

import socket

from franky_sim.franka_gripper_protocol import GripperCommand, GripperCommandStatus
from franky_sim.franka_gripper_server import FrankaGripperServer
from franky_sim.franka_server import BaseCommand

_Movement = tuple[GripperCommand, int, socket.socket]


class HandServer(FrankaGripperServer):
    """As supplied, a hand forgets the movement it is stopped in: whoever waits, waits for ever."""

    def stop(self, command_id: int, tcp_socket: socket.socket) -> None:
        movement = self._movement()
        super().stop(command_id, tcp_socket)
        if movement is not None:
            kind, number, waiting = movement
            BaseCommand.send_response(
                waiting,
                kind,
                number,
                GripperCommandStatus.kAborted,
                command_type_struct="H",
                status_type_struct="H",
            )

    def _movement(self) -> _Movement | None:
        """Return what is under way: which command, its number, and who waits for it."""
        kind, number = self._pending_command_type, self._pending_command_id
        waiting = self._pending_tcp_socket
        if kind is None or number is None or waiting is None:
            return None
        return kind, number, waiting
