import pytest

from lbm_studio.core.errors import UnknownNameError
from lbm_studio.core.shift import Shift, find_shifts


@pytest.mark.parametrize(
    ("names", "shifts"),
    [
        ([], ()),
        (["cameras"], (Shift.CAMERAS,)),
        (["colours", "lighting"], (Shift.LIGHTING, Shift.COLOURS)),
        (["colours, lighting", "colours"], (Shift.LIGHTING, Shift.COLOURS)),
    ],
)
def test_shifts_are_found_once_each_and_in_one_order(
    names: list[str], shifts: tuple[Shift, ...]
) -> None:
    assert find_shifts(names) == shifts


@pytest.mark.parametrize("name", ["fog", "", "Lighting"])
def test_an_unknown_shift_is_answered_with_the_known_ones(name: str) -> None:
    with pytest.raises(UnknownNameError) as refused:
        find_shifts(["lighting", name])

    assert str(refused.value) == (
        f"There is no shift called “{name}”. "
        "Choose one of: lighting, textures, cameras, distractors, colours."
    )
