"""The messages about how a station's arms are, and about how far connecting has come."""

from lbm_studio.core.arm_health import ArmHealth, HardwareStop
from lbm_studio.link.message import Message


class Recover(Message, frozen=True):
    """Bring arms that are in reflex back to readiness. Nothing moves, and the stop stays latched.

    Answered at once; what becomes of it is told by Health.
    """


class Health(Message, frozen=True):
    """How the arms are; published about once a second.

    Attributes:
        captured_ns: when this was known [ns].
        arms: every arm.
        hardware_stop: of the station as a whole.
    """

    captured_ns: int
    arms: tuple[ArmHealth, ...]
    hardware_stop: HardwareStop


class ConnectStep(Message, frozen=True):
    """What a station that is being connected does now, a sentence."""

    sentence: str
