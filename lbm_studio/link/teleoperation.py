"""Readings of an input device that lives in the window, on their way to the station."""

from collections.abc import Iterable

import numpy as np

from lbm_studio.core.teleoperation import ArmTwist, TeleopReading
from lbm_studio.link.inputs import TeleopInput


def inputs_from_reading(reading: TeleopReading) -> list[TeleopInput]:
    """Return the messages that carry a reading, one for each arm."""
    return [
        TeleopInput(
            arm=arm,
            linear_m_s=_triple(twist.linear_m_s),
            angular_rad_s=_triple(twist.angular_rad_s),
            gripper=twist.opening,
            enabled=reading.enabled,
            sampled_ns=reading.sampled_ns,
        )
        for arm, twist in reading.arms.items()
    ]


def twist_from_input(message: TeleopInput) -> ArmTwist:
    """Return what a message asks of its arm."""
    linear, angular = np.array(message.linear_m_s), np.array(message.angular_rad_s)
    return ArmTwist(linear, angular, message.gripper)


def _triple(vector: Iterable[float]) -> tuple[float, float, float]:
    x, y, z = map(float, vector)
    return x, y, z
