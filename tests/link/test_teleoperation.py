"""Readings on their way from the window to the station."""

import msgspec
import numpy as np

from lbm_studio.core.keyboard import KeyboardArm
from lbm_studio.link.inputs import TeleopInput
from lbm_studio.link.teleoperation import inputs_from_reading, twist_from_input
from tests.core.hands import hold_exactly


def test_a_reading_crosses_the_wire_arm_by_arm_without_change() -> None:
    keys = KeyboardArm(("right", "left"))
    hold_exactly(keys, "w", "j", "f")
    reading = keys.reading(42)

    wire = [msgspec.json.encode(message) for message in inputs_from_reading(reading)]
    messages = {m.arm: m for m in (msgspec.json.decode(w, type=TeleopInput) for w in wire)}

    assert set(messages) == {"right", "left"}
    for arm, message in messages.items():
        twist = twist_from_input(message)
        np.testing.assert_array_equal(twist.linear_m_s, reading.arms[arm].linear_m_s)
        np.testing.assert_array_equal(twist.angular_rad_s, reading.arms[arm].angular_rad_s)
        assert twist.opening == reading.arms[arm].opening
        assert message.enabled
        assert message.sampled_ns == 42
