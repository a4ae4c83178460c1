import numpy as np
import pytest

from lbm_studio.core.errors import DatasetError, StudioError
from lbm_studio.episodes.interchange.selection import parse_selection

VECTORS = {"state": np.arange(24.0).reshape(2, 12), "matrix": np.arange(18.0).reshape(2, 3, 3)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("state[0:3]", [0, 1, 2]),
        ("state[11]", [11]),
        ("state[5, 0:2, 7]", [5, 0, 1, 7]),
        ("matrix", list(range(9))),
        ("matrix[8]", [8]),
    ],
)
def test_a_selection_names_numbers_of_a_frame(text: str, expected: list[float]) -> None:
    np.testing.assert_array_equal(parse_selection(text).of(VECTORS, 2)[0], expected)


@pytest.mark.parametrize(
    "text", ["", "state[", "state[a]", "state[]", "state[3:1]", "a[1][2]", "s[-1]"]
)
def test_what_names_nothing_is_refused(text: str) -> None:
    with pytest.raises(DatasetError, match="does not say which numbers"):
        parse_selection(text)


@pytest.mark.parametrize("text", ["state[12]", "state[0:99]", "state[99999999999]", "other"])
def test_numbers_that_are_not_there_are_refused(text: str) -> None:
    shapes = {name: values.shape[1:] for name, values in VECTORS.items()}

    with pytest.raises(StudioError):
        parse_selection(text).size(shapes)


def test_values_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(DatasetError, match="no numbers"):
        parse_selection("state").of({"state": np.full((2, 3), np.inf)}, 2)
