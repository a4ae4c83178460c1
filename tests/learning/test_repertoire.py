"""What is like something that was taught, and what is said of the rest."""

import pytest

from lbm_studio.core.errors import UntaughtGoalError
from lbm_studio.learning.repertoire import LIKE, Repertoire
from lbm_studio.station.simulation.catalogue import SKILLS
from tests.benchmarks.prompts import read_unrelated, taught_goals, unheard_goals

GOALS = (
    "put the red cube in the blue tray",
    "put the green cube in the red tray",
    "place the red block into the yellow tray",
    "press the green button",
)


@pytest.fixture
def repertoire() -> Repertoire:
    return Repertoire(GOALS)


@pytest.mark.parametrize(
    "prompt",
    [
        GOALS[0],
        "Put the YELLOW cube in the green tray!",
        "drop the red block in the blue tray",
        "could you push the blue button for me",
        "put the purple cube in the blue tray",
    ],
)
def test_what_was_taught_is_accepted_in_other_words_too(
    prompt: str, repertoire: Repertoire
) -> None:
    repertoire.check(prompt)


def test_something_else_is_refused_with_what_comes_nearest(repertoire: Repertoire) -> None:
    with pytest.raises(UntaughtGoalError) as caught:
        repertoire.check("make coffee")

    assert str(caught.value) == (
        "This policy was never taught anything like “make coffee”. The nearest it knows: "
        "“press the green button”, “put the red cube in the blue tray”."
    )


def test_prompts_are_compared_as_if_there_were_one_colour(repertoire: Repertoire) -> None:
    other = "put the silver cube in the black tray"

    assert repertoire.likeness(GOALS[0]) == pytest.approx(1.0)
    assert repertoire.likeness(other) == pytest.approx(1.0)


def test_nothing_is_refused_where_nothing_is_known_to_have_been_taught() -> None:
    Repertoire(()).check("make coffee")


def test_ordinary_paraphrases_of_all_skills_are_understood_and_most_other_things_are_not() -> None:
    unrelated = read_unrelated()
    repertoire = Repertoire(goal for skill in SKILLS for goal in taught_goals(skill))
    paraphrases = [prompt for skill in SKILLS for prompt in unheard_goals(skill)]

    refused = [prompt for prompt in paraphrases if repertoire.likeness(prompt) < LIKE]
    accepted = [prompt for prompt in unrelated if repertoire.likeness(prompt) >= LIKE]

    assert len(refused) <= 0.02 * len(paraphrases), refused
    assert len(accepted) <= 0.1 * len(unrelated), accepted
