"""The language demonstrations are written in: phases in which hands reach, open and close.

A skill's demonstration is a sequence of phases. All moves of a phase begin and end together; the
next phase begins when they have ended. Speeds keep well below the safety card, so that corrections
have room.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lbm_studio.core.pose import Pose, rotation_vector

OPEN_M = 0.08
CLOSED_M = 0.0

TRAVEL_SPEED_M_S = 0.34
CARRY_SPEED_M_S = 0.30
CONTACT_SPEED_M_S = 0.20
PUSH_SPEED_M_S = 0.16
TURN_SPEED_RAD_S = 1.3
CLEARANCE_M = 0.14
"""Height of the gripper centre above the table while it travels [m]."""
CARE_M = 0.035
"""How far from a touch a hand begins to keep to its path [m]."""

_CLOSING_S = 0.5
_OPENING_S = 0.3


@dataclass(frozen=True)
class Reach:
    """One hand moves in a straight line to a pose.

    Attributes:
        arm: which hand.
        pose: where to, in the station frame.
        speed_m_s: how fast [m/s].
        care_m: how far from its end it must keep to its path, because it touches something [m].
    """

    arm: str
    pose: Pose
    speed_m_s: float = TRAVEL_SPEED_M_S
    care_m: float = 0.0


@dataclass(frozen=True)
class Grip:
    """One hand opens or closes and waits until it has.

    Attributes:
        arm: which hand.
        width_m: distance between the fingers asked for [m].
        seconds: how long to wait [s].
    """

    arm: str
    width_m: float
    seconds: float


Move = Reach | Grip


@dataclass(frozen=True)
class Phase:
    """Moves that begin and end together.

    Attributes:
        moves: at most one for each arm; an arm without one keeps still.
        is_linked: whether the hands hold one thing between them, so that they are disturbed alike.
    """

    moves: tuple[Move, ...]
    is_linked: bool = False


Demonstration = Iterator[Phase]


def pointing_down(position: ArrayLike, yaw_rad: float = 0.0) -> Pose:
    """Return a hand that points straight down; at yaw 0 its fingers open along the y axis."""
    cosine, sine = np.cos(yaw_rad), np.sin(yaw_rad)
    rotation = np.array([[cosine, sine, 0.0], [sine, -cosine, 0.0], [0.0, 0.0, -1.0]])
    return Pose(np.array(position, dtype=np.float64), rotation)


def at_height(pose: Pose, height_m: float) -> Pose:
    """Return the pose moved straight up or down to a height above the table [m]."""
    x, y, _ = pose.position
    return Pose(np.array([x, y, height_m]), pose.rotation)


def yaw_of(pose: Pose, *, symmetry: int = 1) -> float:
    """Return the turn about the vertical nearest 0 [rad].

    Args:
        pose: of a thing on the table.
        symmetry: it looks alike after this part of a full turn.
    """
    period = 2.0 * np.pi / symmetry
    yaw = float(np.arctan2(pose.rotation[1, 0], pose.rotation[0, 0]))
    return (yaw + period / 2.0) % period - period / 2.0


def close(*arms: str) -> Phase:
    """Close the hands on whatever is between their fingers."""
    return Phase(tuple(Grip(arm, CLOSED_M, _CLOSING_S) for arm in arms), is_linked=True)


def release(*arms: str) -> Phase:
    """Open the hands."""
    return Phase(tuple(Grip(arm, OPEN_M, _OPENING_S) for arm in arms), is_linked=True)


def travel(arm: str, pose: Pose, speed_m_s: float = TRAVEL_SPEED_M_S) -> Phase:
    """Move one hand through free space."""
    return Phase((Reach(arm, pose, speed_m_s),))


def touch(
    arm: str, pose: Pose, speed_m_s: float = CONTACT_SPEED_M_S, *, care_m: float = CARE_M
) -> Phase:
    """Move one hand to where it touches something."""
    return Phase((Reach(arm, pose, speed_m_s, care_m),))


def push(arm: str, pose: Pose) -> Phase:
    """Move one hand slowly while it touches something all the way."""
    return Phase((Reach(arm, pose, PUSH_SPEED_M_S, np.inf),))


def together(*reaches: Reach, is_linked: bool = False) -> Phase:
    """Move several hands at once."""
    return Phase(reaches, is_linked)


def keep(arm: str, width_m: float, seconds: float) -> Phase:
    """Keep one hand where it is, its fingers at a distance [m], for a while [s]."""
    return Phase((Grip(arm, width_m, seconds),))


def pick(
    arm: str, grasp: Pose, *, clearance_m: float = CLEARANCE_M, care_m: float = CARE_M
) -> Demonstration:
    """Take hold of something from above and lift it."""
    above = at_height(grasp, clearance_m)
    yield travel(arm, above)
    yield touch(arm, grasp, care_m=care_m)
    yield close(arm)
    yield travel(arm, above, CARRY_SPEED_M_S)


def place(
    arm: str, target: Pose, *, clearance_m: float = CLEARANCE_M, care_m: float = CARE_M
) -> Demonstration:
    """Put down what the hand holds and leave it."""
    above = at_height(target, clearance_m)
    yield travel(arm, above, CARRY_SPEED_M_S)
    yield touch(arm, target, care_m=care_m)
    yield release(arm)
    yield travel(arm, above, CARRY_SPEED_M_S)


def take_turns(*turns: tuple[str, Demonstration], rest: Mapping[str, Pose]) -> Demonstration:
    """Let arms work one after the other.

    Args:
        turns: which arm does what, in order.
        rest: where an arm goes before another one begins.
    """
    for (arm, turn), (next_arm, _) in zip(turns, (*turns[1:], turns[-1]), strict=True):
        yield from turn
        if next_arm != arm:
            yield travel(arm, rest[arm], CARRY_SPEED_M_S)


def duration_s(reach: Reach, start: Pose) -> float:
    """Return how long a reach takes from ``start`` [s]."""
    turn = float(np.linalg.norm(rotation_vector(start.rotation.T @ reach.pose.rotation)))
    return max(start.distance_m(reach.pose) / reach.speed_m_s, turn / TURN_SPEED_RAD_S)
