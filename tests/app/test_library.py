import pytest

from lbm_studio.app.library import LIBRARY_FILE, SkillLibrary, Understanding
from lbm_studio.core.errors import StudioError

CUBES = tuple(f"put the {colour} cube in the tray" for colour in ("red", "blue", "green"))


@pytest.fixture
def library(tmp_path):
    library = SkillLibrary(tmp_path, pytest.fail, lambda: 7.0)
    library.publish("put_cube", CUBES, ("/data/put_cube",), "/runs/1/checkpoint")
    library.publish("lift", ("lift the tray with both hands",), (), "/runs/2/checkpoint")
    return library


@pytest.mark.parametrize(
    ("prompt", "understanding", "goal"),
    [
        ("put the red cube in the tray", Understanding.EXACT, CUBES[0]),
        ("Put a BLUE cube in the tray, please!", Understanding.EXACT, CUBES[1]),
        ("put the gren cube in the trey", Understanding.CLOSE, CUBES[2]),
        ("lift tray with both hand", Understanding.CLOSE, "lift the tray with both hands"),
        ("put the yellow cube in the tray", Understanding.UNKNOWN, ""),
        ("put the cube in the red  tray", Understanding.COMBINED, "put the cube in the red tray"),
        ("make coffee", Understanding.UNKNOWN, ""),
        ("", Understanding.UNKNOWN, ""),
        ("???", Understanding.UNKNOWN, ""),
    ],
)
def test_a_prompt_is_understood_despite_typing_errors_but_never_as_another_object(
    library, prompt, understanding, goal
):
    match = library.find(prompt)

    assert (match.understanding, match.goal) == (understanding, goal)
    assert (match.skill is None) == (understanding is Understanding.UNKNOWN)


def test_an_unknown_prompt_that_is_near_gets_suggestions(library):
    match = library.find("put the yellow cube in the tray")

    assert match.suggestions
    assert set(match.suggestions) <= set(CUBES)


def test_publishing_again_replaces_the_policy_and_keeps_the_history(library, tmp_path):
    library.publish("put_cube", CUBES, (), "/runs/3/checkpoint")

    again = SkillLibrary(tmp_path, pytest.fail, lambda: 8.0)
    skill = again.find(CUBES[0]).skill

    assert skill is not None
    assert skill.checkpoint == "/runs/3/checkpoint"
    assert [p.checkpoint for p in skill.history] == ["/runs/1/checkpoint", "/runs/3/checkpoint"]


def test_a_skill_without_a_goal_is_refused(library):
    with pytest.raises(StudioError, match="needs a goal"):
        library.publish("nameless", (), (), "/runs/4/checkpoint")


def test_an_unreadable_library_is_set_aside_with_a_notice(tmp_path, caplog):
    (tmp_path / LIBRARY_FILE).write_text('{"skills": [{"name": 3}]}')
    said: list[str] = []

    library = SkillLibrary(tmp_path, said.append, lambda: 0.0)

    assert library.skills == ()
    assert said == [
        "The skill library could not be read; it was set aside as skills.unreadable.json."
    ]
    assert (tmp_path / "skills.unreadable.json").exists()
