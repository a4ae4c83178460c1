"""Embodiments answer for their own sizes and names."""

import pytest

from lbm_studio.core.embodiment import ChunkSpec, SafetyCard
from lbm_studio.core.errors import UnknownNameError
from tests.core.stations import make_station


@pytest.mark.parametrize(("arms", "size"), [(("right",), 10), (("right", "left"), 20)])
def test_the_action_size_follows_from_the_arms(arms: tuple[str, ...], size: int) -> None:
    embodiment = make_station(*arms).embodiment

    assert embodiment.action_size == size
    assert embodiment.arm_names == arms


def test_arms_and_cameras_are_found_by_name() -> None:
    embodiment = make_station("right", "left").embodiment

    assert embodiment.arm("left") is embodiment.arms[1]
    assert embodiment.camera("wrist").arm == "right"
    assert embodiment.camera_names == ("scene", "wrist")


def test_a_wrong_name_is_answered_with_the_right_ones() -> None:
    embodiment = make_station("right", "left").embodiment

    with pytest.raises(UnknownNameError) as arm_error:
        embodiment.arm("middle")
    with pytest.raises(UnknownNameError) as camera_error:
        embodiment.camera("wirst")

    assert str(arm_error.value) == "There is no arm called “middle”. Choose one of: right, left."
    assert str(camera_error.value).endswith("Choose one of: scene, wrist.")


def test_the_period_of_a_step_is_the_inverse_of_the_rate() -> None:
    assert ChunkSpec(length=8, past=1, execute=4, rate_hz=5.0).period_s == pytest.approx(0.2)


def test_two_descriptions_of_the_same_station_are_equal() -> None:
    assert make_station("right") == make_station("right")
    assert make_station("right") != make_station("left")


def test_the_default_safety_card_is_a_quarter_turn_a_second_and_a_box_above_the_table() -> None:
    card = SafetyCard()

    assert card.max_linear_speed_m_s == pytest.approx(0.4)
    assert card.max_angular_speed_rad_s == pytest.approx(1.5708, abs=1e-4)
    assert all(
        low < high for low, high in zip(card.workspace_min_m, card.workspace_max_m, strict=True)
    )
