"""The keyboard as a device, in this process and in the window."""

import numpy as np
import pytest

from lbm_studio.core.clock import ManualClock
from lbm_studio.core.keyboard import KeyboardArm
from lbm_studio.link.inputs import TeleopInput
from lbm_studio.link.teleoperation import inputs_from_reading
from lbm_studio.station.teleop.keyboard import SILENT_S, WindowTeleop
from lbm_studio.station.teleop.source import STALE_S
from tests.core.hands import hold_exactly


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(start_ns=1_000_000_000)


@pytest.fixture
def window(clock: ManualClock) -> WindowTeleop:
    source = WindowTeleop(("right", "left"), clock)
    source.connect()
    return source


def message(
    clock: ManualClock, *, arm: str = "right", gripper: float | None = None, enabled: bool = True
) -> TeleopInput:
    return TeleopInput(
        arm=arm,
        linear_m_s=(0.1, 0.0, 0.0),
        angular_rad_s=(0.0, 0.0, 0.0),
        gripper=gripper,
        enabled=enabled,
        sampled_ns=clock.now_ns(),
    )


def test_a_silent_window_asks_for_nothing(window: WindowTeleop) -> None:
    reading = window.read()

    assert not reading.enabled
    assert not reading.arms


def test_what_the_window_says_of_each_arm_is_read_together(
    window: WindowTeleop, clock: ManualClock
) -> None:
    keys = KeyboardArm(("right", "left"))
    hold_exactly(keys, "w", "f")

    for part in inputs_from_reading(keys.reading(clock.now_ns())):
        window.accept(part)

    reading = window.read()
    assert reading.enabled
    assert reading.arms["right"].linear_m_s[0] > 0.0
    assert reading.arms["right"].opening == 0.0
    assert not reading.arms["left"].linear_m_s.any()


def test_a_window_that_has_hung_has_let_go(window: WindowTeleop, clock: ManualClock) -> None:
    window.accept(message(clock, gripper=0.0))
    clock.advance_s(STALE_S)
    assert window.read().enabled

    clock.advance_s(0.01)

    assert not window.read().enabled
    assert not window.read().arms


def test_a_message_that_overtook_another_wins(window: WindowTeleop, clock: ManualClock) -> None:
    older = message(clock)
    clock.advance_s(0.01)
    window.accept(message(clock, enabled=False))

    window.accept(older)

    assert not window.read().enabled


def test_an_arm_without_the_dead_man_stays_while_the_other_moves(
    window: WindowTeleop, clock: ManualClock
) -> None:
    window.accept(message(clock, arm="right", enabled=False))
    window.accept(message(clock, arm="left"))

    reading = window.read()

    assert reading.enabled
    np.testing.assert_array_equal(reading.arms["right"].linear_m_s, 0.0)
    assert reading.arms["left"].linear_m_s.any()


def test_an_arm_the_window_no_longer_speaks_of_has_been_let_go(
    window: WindowTeleop, clock: ManualClock
) -> None:
    window.accept(message(clock, arm="right", gripper=0.0))
    clock.advance_s(2.0 * SILENT_S)

    window.accept(message(clock, arm="left"))

    reading = window.read()
    assert reading.arms["left"].linear_m_s.any()
    assert not reading.arms["right"].linear_m_s.any()
    assert reading.arms["right"].opening == 0.0


def test_a_tapped_gripper_key_closes_the_gripper_all_the_way(
    window: WindowTeleop, clock: ManualClock
) -> None:
    window.accept(message(clock, gripper=0.0))
    clock.advance_s(0.1)

    window.accept(message(clock, gripper=None, enabled=False))

    assert window.read().arms["right"].opening == 0.0


def test_an_arm_the_station_does_not_have_is_ignored(
    window: WindowTeleop, clock: ManualClock
) -> None:
    window.accept(message(clock, arm="third"))

    assert not window.read().arms


def test_a_new_take_begins_without_what_was_asked_before(
    window: WindowTeleop, clock: ManualClock
) -> None:
    window.accept(message(clock, gripper=0.0))

    window.connect()

    assert not window.read().arms
