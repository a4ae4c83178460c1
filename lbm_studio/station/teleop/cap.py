"""What a SpaceMouse says: its reports, and what they mean in the station frame.

Two layouts are in the field. Wired devices send where the cap is pushed (report 1) and how it is
turned (report 2) by turns; wireless ones send all six numbers in report 1. Buttons come in report
3, one bit each. Numbers are signed, 16 bits, low byte first, about -350 to 350. The device's own
axes are right, towards the person and down, turns right-handed about them.
"""

import struct

import numpy as np

from lbm_studio.core.pose import FloatArray

FULL_SCALE = 350.0
"""What a device reports when the cap is pushed all the way."""

LEFT_BUTTON = 0
RIGHT_BUTTON = 1
"""Numbers of the two buttons that every model has; large models call them Menu and Fit."""

_PUSH, _TURN, _BUTTONS = 1, 2, 3
_THREE = struct.Struct("<3h")
_TO_STATION = np.array([[0.0, -1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])
"""Takes the device's axes to forward, left and up."""


class Cap:
    """The state of one SpaceMouse, from its reports."""

    def __init__(self) -> None:
        self._push = np.zeros(3)
        self._turn = np.zeros(3)
        self._buttons = 0

    @property
    def push(self) -> FloatArray:
        """(3,) how far it is pushed in the station frame, each -1 to 1."""
        return _TO_STATION @ self._push

    @property
    def turn(self) -> FloatArray:
        """(3,) how far it is turned about the axes of the station frame, each -1 to 1."""
        return _TO_STATION @ self._turn

    def holds(self, button: int) -> bool:
        """Whether a button is down."""
        return bool(self._buttons >> button & 1)

    def take(self, report: bytes) -> bool:
        """Take in a report; return whether it was about the cap or the buttons.

        Others, e.g. of the battery, and broken ones change nothing.
        """
        kind, body = report[:1], report[1:]
        if kind == bytes([_PUSH]) and len(body) >= _THREE.size:
            self._push = _numbers(body)
            if len(body) >= 2 * _THREE.size:
                self._turn = _numbers(body[_THREE.size :])
        elif kind == bytes([_TURN]) and len(body) >= _THREE.size:
            self._turn = _numbers(body)
        elif kind == bytes([_BUTTONS]) and body:
            self._buttons = int.from_bytes(body, "little")
        else:
            return False
        return True


def _numbers(body: bytes) -> FloatArray:
    return np.clip(np.array(_THREE.unpack_from(body)) / FULL_SCALE, -1.0, 1.0)
