from pathlib import Path

import pytest

from lbm_studio.app.datasets import DatasetCard
from lbm_studio.app.goals import GOALS_FILE, KEPT_GOALS, GoalMemory, distinct
from lbm_studio.app.library import SkillLibrary
from lbm_studio.app.notices import Notices
from tests.app.fakes import InlineBackground


class Cards:
    """A shelf of which only the cards are asked for."""

    def __init__(self, *goals: str) -> None:
        self.goals = goals

    def cards(self) -> tuple[DatasetCard, ...]:
        return (DatasetCard(Path("cups"), "Cups", goals=self.goals),)


@pytest.fixture
def library(tmp_path, notices):
    return SkillLibrary(tmp_path, notices.add, lambda: 0.0)


@pytest.fixture
def make_memory(tmp_path, library, notices: Notices):
    def make(*recorded: str) -> GoalMemory:
        return GoalMemory(
            tmp_path,
            Cards(*recorded),  # type: ignore[arg-type]
            library,
            InlineBackground(),
            notices.add,
        )

    return make


def test_what_was_asked_for_comes_before_what_can_be_run_and_what_was_recorded(
    make_memory, library
):
    memory = make_memory("lift the cup", "stack the cups")
    library.publish("stack", ("Stack the cups", "pile the cups up"), (), "checkpoint")
    memory.refresh()

    memory.remember("wipe the table")

    assert memory.goals == ("wipe the table", "Stack the cups", "pile the cups up", "lift the cup")


def test_what_was_asked_for_last_comes_first_and_once(make_memory):
    memory = make_memory()
    for goal in ("wipe the table", "lift the cup", "Wipe  the Table"):
        memory.remember(goal)

    assert memory.goals == ("Wipe the Table", "lift the cup")


def test_goals_are_remembered_until_the_next_start(make_memory):
    make_memory().remember("wipe the table")

    assert make_memory().goals == ("wipe the table",)


def test_only_the_last_goals_are_kept(make_memory):
    memory = make_memory()
    for index in range(KEPT_GOALS + 5):
        memory.remember(f"lift thing {index}")

    assert len(memory.goals) == KEPT_GOALS
    assert memory.goals[-1] == "lift thing 5"


def test_every_change_is_told(make_memory, library):
    memory, told = make_memory("lift the cup"), []
    memory.changed.connect(told.append)

    memory.refresh()
    memory.remember("wipe the table")
    memory.remember("wipe the table")
    library.publish("stack", ("stack the cups",), (), "checkpoint")

    assert told == [
        ("lift the cup",),
        ("wipe the table", "lift the cup"),
        ("wipe the table", "stack the cups", "lift the cup"),
    ]


@pytest.mark.parametrize("content", ["", "[]", '{"goals": 3}', '{"goals": [1, null]}', "\x00"])
def test_a_damaged_list_is_forgotten(make_memory, tmp_path, content):
    (tmp_path / GOALS_FILE).write_text(content)

    assert make_memory().goals == ()


def test_a_disk_that_refuses_is_told_and_the_goal_lasts_till_the_end(make_memory, tmp_path, said):
    (tmp_path / GOALS_FILE).mkdir()
    memory = make_memory()

    memory.remember("wipe the table")

    assert memory.goals == ("wipe the table",)
    assert said()[0].startswith("The goal cannot be remembered: ")


def test_goals_that_differ_in_spaces_and_capitals_are_one():
    assert distinct(("Lift it", " lift  it", "", "  ", "lift me")) == ("Lift it", "lift me")
