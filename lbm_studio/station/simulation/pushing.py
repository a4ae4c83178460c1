"""Pushing things along the table, the fingers spread to both sides of the way like a fork."""

from dataclasses import dataclass

import numpy as np

from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.station.simulation.layout import Draw
from lbm_studio.station.simulation.motion import (
    CARRY_SPEED_M_S,
    CLEARANCE_M,
    Demonstration,
    at_height,
    keep,
    pointing_down,
    push,
    touch,
    travel,
)

_BEHIND_M = 0.085
_HEIGHT_M = 0.02
_LANE_M = 0.11
_MIN_FORWARD = 0.17
_MAX_START_X_M = 0.19


@dataclass(frozen=True, eq=False)
class Lane:
    """The straight way a thing is pushed.

    Attributes:
        origin: (2,) where its centre is [m].
        target: (2,) where its centre is to come [m].
    """

    origin: FloatArray
    target: FloatArray

    @property
    def direction(self) -> FloatArray:
        """The (2,) direction of the way, of length 1."""
        way = self.target - self.origin
        return way / np.linalg.norm(way)

    @property
    def start(self) -> FloatArray:
        """The (2,) point where the hand comes down: behind the thing, seen from the target [m]."""
        return self.origin - _BEHIND_M * self.direction

    def hand(self, point: FloatArray) -> Pose:
        """Return the hand at a (2,) point of the way, its fingers to both sides of it."""
        x, y = self.direction
        yaw = np.arctan2(y, x)
        half_turn = np.pi * np.round(yaw / np.pi)  # the hand looks alike after half a turn
        return pointing_down((*point, _HEIGHT_M), yaw - half_turn)

    def distance_m(self, point: FloatArray) -> float:
        """Return how far a (2,) point is from where thing and hand pass [m]."""
        length = float(np.linalg.norm(self.target - self.origin))
        along = np.clip((point - self.origin) @ self.direction, -2.0 * _BEHIND_M, length)
        return float(np.linalg.norm(point - self.origin - along * self.direction))


def is_free(draw: Draw, lane: Lane, obstacle: FloatArray) -> bool:
    """Whether one arm can push a thing all the way, past a thing that lies at (2,) ``obstacle``.

    Ways straight to the left or right are left out: which way the hand turns would be a toss-up.
    """
    is_plain = abs(lane.direction[0]) > _MIN_FORWARD and lane.start[0] < _MAX_START_X_M
    is_for_one_arm = draw.is_for_one_arm(lane.origin, lane.target, lane.start)
    return bool(is_plain) and is_for_one_arm and lane.distance_m(obstacle) > _LANE_M


def push_along(arm: str, lane: Lane, fork_m: float, contact_m: float) -> Demonstration:
    """Push a thing to the end of its lane and leave it there.

    Args:
        arm: which hand.
        lane: the way of the thing.
        fork_m: distance between its fingers, which the thing must not fit between [m].
        contact_m: how far the hand is behind the centre of the thing when it touches it [m].
    """
    behind = lane.hand(lane.start)
    end = lane.hand(lane.target - contact_m * lane.direction)
    yield keep(arm, fork_m, 0.0)
    yield travel(arm, at_height(behind, CLEARANCE_M))
    yield touch(arm, behind)
    yield push(arm, end)
    yield travel(arm, at_height(end, CLEARANCE_M), CARRY_SPEED_M_S)
