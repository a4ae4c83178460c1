"""Keys and the motion they ask for."""

import numpy as np
import pytest

from lbm_studio.core.keyboard import KEY_ROWS, KeyboardArm, key_help
from lbm_studio.core.pose import FloatArray
from lbm_studio.core.teleoperation import TeleopSpeeds

SPEEDS = TeleopSpeeds(linear_m_s=0.2, angular_rad_s=1.0, slow_factor=0.25)
FINGERS = np.array([0.0, 0.0, -1.0])
"""Where the fingers of a hand point that looks down on the table."""


def keyboard(*held: str) -> KeyboardArm:
    keys = KeyboardArm(("right", "left"), speeds=SPEEDS)
    for key in held:
        assert keys.press(key)
    return keys


def linear(*held: str) -> FloatArray:
    return keyboard(*held).reading(0).arms["right"].linear_m_s


@pytest.mark.parametrize(
    ("key", "direction"),
    [
        ("w", (1, 0, 0)),
        ("s", (-1, 0, 0)),
        ("a", (0, 1, 0)),
        ("d", (0, -1, 0)),
        ("e", (0, 0, 1)),
        ("q", (0, 0, -1)),
    ],
)
def test_a_key_moves_the_hand_along_its_direction(key: str, direction: tuple[int, ...]) -> None:
    np.testing.assert_allclose(linear(key), 0.2 * np.array(direction))


@pytest.mark.parametrize(
    ("key", "fingers_go"),
    [("i", (1, 0, 0)), ("k", (-1, 0, 0)), ("u", (0, 1, 0)), ("o", (0, -1, 0))],
    ids=["forward", "back", "left", "right"],
)
def test_a_key_tips_the_fingers_the_way_it_says(key: str, fingers_go: tuple[int, ...]) -> None:
    angular = keyboard(key).reading(0).arms["right"].angular_rad_s

    np.testing.assert_allclose(np.cross(angular, FINGERS), fingers_go, atol=1e-12)


def test_turning_left_is_counter_clockwise_seen_from_above() -> None:
    np.testing.assert_allclose(keyboard("j").reading(0).arms["right"].angular_rad_s, [0, 0, 1.0])


def test_two_keys_are_no_faster_than_one_and_opposite_ones_cancel() -> None:
    assert np.linalg.norm(linear("w", "a")) == pytest.approx(0.2)
    np.testing.assert_array_equal(linear("w", "s"), 0.0)


def test_shift_slows_down() -> None:
    np.testing.assert_allclose(linear("w", "shift"), [0.05, 0.0, 0.0])


def test_holding_a_key_is_the_dead_man() -> None:
    keys = keyboard("w")
    assert keys.reading(0).enabled

    keys.release("w")
    assert not keys.reading(0).enabled


def test_losing_the_focus_lets_go_of_everything() -> None:
    keys = keyboard("w", "j")

    keys.release_all()

    assert not keys.reading(0).enabled
    assert not keys.reading(0).arms["right"].linear_m_s.any()


def test_a_repeated_press_acts_once() -> None:
    keys = keyboard("f")

    keys.press("f")

    assert keys.reading(0).arms["right"].opening == 0.0


def test_the_next_arm_does_not_inherit_a_held_key() -> None:
    keys = keyboard("w")

    keys.press("x")

    assert keys.active_arms == ("left",)
    assert not any(twist.linear_m_s.any() for twist in keys.reading(0).arms.values())

    keys.release("w")
    keys.press("w")
    assert keys.reading(0).arms["left"].linear_m_s.any()


def test_other_keys_belong_to_somebody_else() -> None:
    keys = keyboard()

    assert not keys.press("space")
    assert not keys.release("escape")
    assert not keys.reading(0).enabled


def test_a_reading_carries_its_time_and_never_asks_for_a_stop() -> None:
    reading = keyboard().reading(17)

    assert reading.sampled_ns == 17
    assert not reading.stop


def test_the_help_names_every_key_once_and_switching_only_where_there_is_a_choice() -> None:
    named = " ".join(keys for keys, _ in key_help(arm_count=2)).lower().split()

    assert sorted(named) == sorted(key for row in KEY_ROWS for key in row.keys)
    assert ("W S", "forward and back") in key_help(2)
    assert len(key_help(1)) == len(key_help(2)) - 1
