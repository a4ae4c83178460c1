"""Descriptions survive JSON, and what cannot be read is told by field."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pytest

from lbm_studio.core.action import ActionConvention
from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.embodiment import SafetyCard, StationDescription
from lbm_studio.core.errors import StudioError
from lbm_studio.core.pose import FloatArray, Pose, rotation_from_vector
from tests.core.stations import make_station


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Inner:
    size: int
    pair: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True)
class Outer:
    inner: Inner
    parts: tuple[Inner, ...] = ()
    named: Mapping[str, Inner] | None = None
    colour: Colour = Colour.RED
    words: tuple[str, ...] = ()
    anything: Any = None
    flag: bool = False
    ratio: float = 0.5


def through_text(value: Any) -> Any:
    return json.loads(json.dumps(to_json(value)))


@pytest.mark.parametrize("arms", [("right",), ("right", "left")], ids=["one arm", "two arms"])
def test_a_station_description_survives_json(arms: tuple[str, ...]) -> None:
    station = make_station(*arms)

    assert from_json(StationDescription, through_text(station)) == station


def test_nested_values_of_every_kind_survive_json() -> None:
    value = Outer(
        inner=Inner(3, (1.5, 2.5)),
        parts=(Inner(1), Inner(2)),
        named={"a": Inner(4)},
        colour=Colour.BLUE,
        words=("one", "two"),
        anything={"deep": [1, 2, {"x": None}]},
        flag=True,
    )

    assert from_json(Outer, through_text(value)) == value


def test_numpy_numbers_and_arrays_become_plain_ones() -> None:
    value = {
        "count": np.int64(3),
        "is_on": np.bool_(True),
        "row": np.arange(2.0),
        "x": np.float32(0.5),
    }

    assert through_text(value) == {"count": 3, "is_on": True, "row": [0.0, 1.0], "x": 0.5}


def test_an_array_field_is_read_back_as_an_array() -> None:
    @dataclass(frozen=True)
    class Grid:
        cells: FloatArray

    back = from_json(Grid, through_text(Grid(np.eye(2))))

    assert isinstance(back.cells, np.ndarray)
    np.testing.assert_array_equal(back.cells, np.eye(2))


def test_a_pose_is_written_for_people_and_read_exactly() -> None:
    pose = Pose(np.array([0.1, 0.2, 0.3]), rotation_from_vector(np.array([1.0, 2.0, 0.5])))

    assert set(to_json(pose)) == {"position", "rotation"}
    assert from_json(Pose, through_text(pose)) == pose


def test_missing_fields_take_their_defaults_and_unknown_ones_are_ignored() -> None:
    back = from_json(Outer, {"inner": {"size": 1}, "added_by_a_later_version": 7})

    assert back == Outer(Inner(1))


def test_whole_numbers_are_welcome_where_fractions_are_expected() -> None:
    card = from_json(SafetyCard, {"max_linear_speed_m_s": 1, "workspace_min_m": [0, 0, 0]})

    assert card.max_linear_speed_m_s == 1.0
    assert isinstance(card.workspace_min_m[0], float)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (7, "description should be an object, not int"),
        ({}, "description.inner is missing"),
        ({"inner": 7}, "description.inner should be an object, not int"),
        ({"inner": {"size": "big"}}, "description.inner.size should be of type int, not str"),
        ({"inner": {"size": True}}, "description.inner.size should be of type int, not bool"),
        ({"inner": {"size": 1}, "flag": 1}, "description.flag should be of type bool, not int"),
        (
            {"inner": {"size": 1}, "ratio": "x"},
            "description.ratio should be of type float, not str",
        ),
        (
            {"inner": {"size": 1, "pair": [1.0]}},
            "description.inner.pair should have 2 values, not 1",
        ),
        ({"inner": {"size": 1, "pair": 3}}, "description.inner.pair should be a list, not int"),
        ({"inner": {"size": 1}, "words": "one"}, "description.words should be a list, not str"),
        ({"inner": {"size": 1}, "parts": [{}]}, "description.parts[0].size is missing"),
        ({"inner": {"size": 1}, "named": [1]}, "description.named should be an object, not list"),
        (
            {"inner": {"size": 1}, "colour": "green"},
            "description.colour should be one of red, blue, not “green”",
        ),
    ],
)
def test_what_does_not_fit_is_named_by_its_field(value: Any, sentence: str) -> None:
    with pytest.raises(StudioError) as error:
        from_json(Outer, value)

    assert str(error.value) == f"The description cannot be read: {sentence}."


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"rotation": np.eye(3).tolist()}, "base.position is missing"),
        (
            {"position": [1, 2], "rotation": np.eye(3).tolist()},
            "base.position should have shape (3,)",
        ),
        (
            {"position": [1, 2, "x"], "rotation": np.eye(3).tolist()},
            "base.position should be numbers",
        ),
        ([1, 2, 3], "base should be an object, not list"),
    ],
)
def test_a_damaged_pose_is_named_by_its_field(value: Any, sentence: str) -> None:
    with pytest.raises(StudioError, match="The base cannot be read") as error:
        from_json(Pose, value, where="base")

    assert sentence in str(error.value)


def test_a_convention_written_by_another_program_is_still_compared_field_by_field() -> None:
    foreign = from_json(ActionConvention, {"arms": ["right"], "gripper": "opening_0_to_1"})

    assert foreign != ActionConvention(("right",))
