"""How arms are beyond what they measure: whether they can be moved, and what keeps them from it."""

from dataclasses import dataclass
from enum import StrEnum


class ArmCondition(StrEnum):
    """Whether an arm can be moved."""

    READY = "ready"
    REFLEX = "reflex"
    """It stopped by itself, e.g. because it hit something; it wants to be recovered."""
    RECOVERING = "recovering"
    USER_STOPPED = "user stopped"
    """Its hardware stop is pressed."""
    GUIDING = "guiding"
    """Somebody leads it by hand with the buttons at its wrist."""
    AWAY = "away"
    """It does not answer, or somebody else holds it."""


class HardwareStop(StrEnum):
    """The state of the hardware stop, which no program can press or release."""

    UNKNOWN = "unknown"
    RELEASED = "released"
    PRESSED = "pressed"


@dataclass(frozen=True)
class ArmHealth:
    """How one arm and its gripper are.

    Attributes:
        name: of the arm, e.g. ``"right"``.
        condition: whether it can be moved.
        trouble: what is the matter and what to do, a sentence; empty when all is well.
        latency_ms: from a measurement to its being there; None where it is not known [ms].
        success_rate: share of the commands that came in time, 0 to 1; None where not known.
        gripper: how its gripper is, e.g. ``"holds something, 42 mm"``; empty when nothing is known.
        gripper_trouble: as ``trouble``, of the gripper.
    """

    name: str
    condition: ArmCondition = ArmCondition.READY
    trouble: str = ""
    latency_ms: float | None = None
    success_rate: float | None = None
    gripper: str = ""
    gripper_trouble: str = ""
