"""What is reached instead of what was asked for."""

import pytest

from lbm_studio.station.safety.envelope import SafetyEnvelope
from lbm_studio.station.simulation.catalogue import SKILLS, find_skill
from lbm_studio.station.simulation.demonstrator import ScriptedDemonstrator
from lbm_studio.station.simulation.other_goals import OtherGoals
from lbm_studio.station.simulation.skill import SUCCESS_HELD_S, Casting, Skill, Task
from lbm_studio.station.simulation.station import SimulatedStation

EACH_SKILL = pytest.mark.parametrize("skill", SKILLS, ids=lambda skill: skill.name)
WITHOUT_OTHERS = {"hand_over_bar"}
SWAPPED_CUBES = {"first_cube": "second_cube", "second_cube": "first_cube"}


@EACH_SKILL
def test_who_does_what_was_asked_for_reaches_no_other_goal(
    skill: Skill, station: SimulatedStation
) -> None:
    task, others = _watch(station, skill)

    _perform(station, task, others)

    assert task.is_success()
    assert others.reached is None
    assert others.exist == (skill.name not in WITHOUT_OTHERS)


@pytest.mark.parametrize(
    "skill", [skill for skill in SKILLS if skill.alike], ids=lambda skill: skill.name
)
def test_the_same_skill_with_other_things_is_another_goal(
    skill: Skill, station: SimulatedStation
) -> None:
    task, others = _watch(station, skill)

    *_, all_the_other_way_round = skill.castings()
    _perform(station, task.recast(skill, all_the_other_way_round), others)

    assert not task.is_success()
    assert others.reached is not None


@pytest.mark.parametrize(
    ("asked", "done", "casting"),
    [
        ("open_drawer", "close_drawer", Casting({}, {})),
        ("close_drawer", "open_drawer", Casting({}, {})),
        ("cover_pot", "cover_pot", Casting({}, {"target": "mark"})),
        ("uncover_pot", "uncover_pot", Casting({}, {"target": "second_pot"})),
        ("put_cube_beside", "stack_cubes", Casting({}, {})),
        ("build_tower", "stack_cubes", Casting({}, {"arm": "right"})),
        ("sort_cubes", "put_cube_in_tray", Casting(SWAPPED_CUBES, {"arm": "right"})),
    ],
)
def test_what_else_could_be_asked_for_in_the_scene_is_another_goal(
    asked: str, done: str, casting: Casting, station: SimulatedStation
) -> None:
    task, others = _watch(station, find_skill(asked))

    _perform(station, task.recast(find_skill(done), casting), others)

    assert not task.is_success()
    assert others.reached is not None
    assert others.reached.startswith(done)


def test_what_is_reached_says_what_it_is(station: SimulatedStation) -> None:
    skill = find_skill("stack_cubes")
    task, others = _watch(station, skill)

    _perform(station, task.recast(skill, Casting(SWAPPED_CUBES, {})), others)

    assert others.reached == "stack_cubes (second_cube as first_cube, first_cube as second_cube)"


def test_a_step_on_the_way_is_no_other_goal(station: SimulatedStation) -> None:
    task, others = _watch(station, find_skill("sort_cubes"))
    first_alone = Casting({}, {"arm": "right"})

    _perform(station, task.recast(find_skill("put_cube_in_tray"), first_alone), others)

    assert task.milestones()["first in its tray"]
    assert others.reached is None


def test_another_goal_still_counts_when_what_was_asked_for_is_reached_afterwards(
    station: SimulatedStation,
) -> None:
    skill = find_skill("put_cube_on_mark")
    task, others = _watch(station, skill)

    marks = {"first_mark": "second_mark", "second_mark": "first_mark"}
    _perform(station, task.recast(skill, Casting(marks, {})), others)
    _perform(station, task, others)

    assert task.is_success()
    assert (
        others.reached == "put_cube_on_mark (second_mark as first_mark, first_mark as second_mark)"
    )


def test_what_holds_from_the_beginning_is_no_other_goal(station: SimulatedStation) -> None:
    task, others = _watch(station, find_skill("unstack_cubes"))
    still = station.read().as_action()

    for _ in range(10):
        station.step(still)
        others.look()

    assert task.recast(find_skill("stack_cubes"), Casting({}, {})).is_success()
    assert others.reached is None


def _watch(station: SimulatedStation, skill: Skill) -> tuple[Task, OtherGoals]:
    task = station.load(skill, 0)
    period_s = station.description.embodiment.chunk.period_s
    return task, OtherGoals(task, [find_skill(name) for name in skill.rivals], period_s)


def _perform(station: SimulatedStation, task: Task, others: OtherGoals) -> None:
    """Let the demonstrator do ``task``, whatever was asked for, and wait a moment."""
    demonstrator = ScriptedDemonstrator(station, task, task.seed, disturbance=False)
    period_s = station.description.embodiment.chunk.period_s
    envelope, action = SafetyEnvelope(station.description), station.read().as_action()
    while (wanted := demonstrator.next_action()) is not None:
        action = envelope.clamp(wanted, action, period_s, station.read()).action
        station.step(action)
        others.look()
    for _ in range(round(SUCCESS_HELD_S / period_s) + 1):
        station.advance(period_s)
        others.look()
