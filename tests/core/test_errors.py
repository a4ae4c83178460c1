"""Errors are sentences, and survive the way between processes."""

import pickle

import pytest

from lbm_studio.core.errors import (
    CheckpointError,
    DatasetError,
    DiskFullError,
    StationError,
    StoppedError,
    StudioError,
    UnknownNameError,
    UntaughtGoalError,
)


def test_an_unknown_name_is_answered_with_the_valid_choices() -> None:
    error = UnknownNameError("skill", "jugle", ["stack", "pour"])

    assert str(error) == "There is no skill called “jugle”. Choose one of: stack, pour."
    assert error.name == "jugle"


def test_an_unknown_name_where_there_is_no_choice_says_so() -> None:
    assert "Choose one of: none." in str(UnknownNameError("skill", "jugle", ()))


def test_an_unknown_name_survives_pickling() -> None:
    error = UnknownNameError("skill", "jugle", iter(["stack", "pour"]))

    back = pickle.loads(pickle.dumps(error))

    assert isinstance(back, UnknownNameError)
    assert (str(back), back.name) == (str(error), "jugle")


def test_a_goal_that_was_never_taught_is_answered_with_what_was() -> None:
    error = UntaughtGoalError("make coffee", iter(["stack the cubes", "press the button"]))

    back = pickle.loads(pickle.dumps(error))

    assert isinstance(back, UntaughtGoalError)
    assert (
        str(back)
        == str(error)
        == (
            "This policy was never taught anything like “make coffee”. "
            "The nearest it knows: “stack the cubes”, “press the button”."
        )
    )


@pytest.mark.parametrize(
    "kind",
    [CheckpointError, DatasetError, DiskFullError, StationError, StoppedError, UnknownNameError],
)
def test_every_error_is_one_that_people_can_act_on(kind: type[Exception]) -> None:
    assert issubclass(kind, StudioError)
