"""The limits that everything that moves the arms is under, and what happens at each of them.

How far each goes stands on the station's safety card
(:class:`~lbm_studio.core.embodiment.SafetyCard`); this is the one place that says what they are
called and whether an action is changed or the station stopped.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum

SEPARATOR = ": "
"""Between what a limit acted on and the limit, e.g. ``"right: linear speed"``."""


class Reaction(StrEnum):
    """What happens at a limit."""

    CLAMP = "clamp"
    """The nearest allowed action is sent instead, and counted."""

    HOLD = "hold"
    """The arms hold still for as long as it lasts."""

    STOP = "stop"
    """The stop is latched, with a sentence that says which, where and when."""


class Limit(StrEnum):
    """Everything that can keep arms from what they are asked for."""

    WORKSPACE = "workspace"
    LINEAR_SPEED = "linear speed"
    ANGULAR_SPEED = "angular speed"
    GRIPPER_RANGE = "gripper range"
    REACH = "reach"
    JOINT_RANGE = "joint range"
    JOINT_SPEED = "joint speed"
    ARM_DISTANCE = "arm distance"
    TABLE_DISTANCE = "table distance"
    DEAD_MAN = "dead-man"
    NOT_A_NUMBER = "not a number"
    JUMP = "jump"
    FORCE = "force"
    TORQUE = "torque"
    TRACKING_ERROR = "tracking error"
    SILENT_POLICY = "silent policy"
    OLD_PICTURES = "old pictures"
    HEARTBEAT = "heartbeat"


REACTIONS: Mapping[Limit, Reaction] = {
    Limit.WORKSPACE: Reaction.CLAMP,
    Limit.LINEAR_SPEED: Reaction.CLAMP,
    Limit.ANGULAR_SPEED: Reaction.CLAMP,
    Limit.GRIPPER_RANGE: Reaction.CLAMP,
    Limit.REACH: Reaction.CLAMP,
    Limit.JOINT_RANGE: Reaction.CLAMP,
    Limit.JOINT_SPEED: Reaction.CLAMP,
    Limit.ARM_DISTANCE: Reaction.CLAMP,
    Limit.TABLE_DISTANCE: Reaction.CLAMP,
    Limit.DEAD_MAN: Reaction.HOLD,
    Limit.NOT_A_NUMBER: Reaction.STOP,
    Limit.JUMP: Reaction.STOP,
    Limit.FORCE: Reaction.STOP,
    Limit.TORQUE: Reaction.STOP,
    Limit.TRACKING_ERROR: Reaction.STOP,
    Limit.SILENT_POLICY: Reaction.STOP,
    Limit.OLD_PICTURES: Reaction.STOP,
    Limit.HEARTBEAT: Reaction.STOP,
}
"""What happens at each limit. A policy that is silent is first waited for at rest."""


def acted_on(limit: Limit, *arms: str) -> str:
    """Return the name of a limit together with the arms it acted on."""
    return SEPARATOR.join((" and ".join(arms), limit))


def limit_of(name: str) -> str:
    """Return the limit's own name of what :func:`acted_on` gave."""
    return name.rpartition(SEPARATOR)[2]


def tally(steps: Iterable[Iterable[str]]) -> Counter[str]:
    """Return in how many steps each limit acted, whatever the arm.

    Args:
        steps: for each step the names of what acted in it.
    """
    return Counter(limit for names in steps for limit in {limit_of(name) for name in names})
