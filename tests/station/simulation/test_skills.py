import os
from collections.abc import Callable
from functools import cache
from multiprocessing.pool import Pool

import pytest

from lbm_studio.core.errors import StationError, UnknownNameError
from lbm_studio.station.simulation.catalogue import SKILLS, find_skill
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.station import SimulatedStation
from tests.station.simulation.conftest import Perform, Rehearsal, rehearse, show

EACH_SKILL = pytest.mark.parametrize("skill", SKILLS, ids=lambda skill: skill.name)
EACH_BIMANUAL = pytest.mark.parametrize(
    "skill", [s for s in SKILLS if s.bimanual], ids=lambda skill: skill.name
)
EACH_ONE_ARMED = pytest.mark.parametrize(
    "skill", [s for s in SKILLS if not s.required_arms], ids=lambda skill: skill.name
)
SOME_SEEDS = range(2)
MORE_SEEDS = range(len(SOME_SEEDS), int(os.environ.get("LBM_STUDIO_LAYOUTS", "20")))
OTHER_SEEDS = range(50, 54)
ONE_ARMED = "simulated-single"

Rehearsals = Callable[[str], tuple[Rehearsal, ...]]


@pytest.fixture(scope="module")
def rehearsals(performers: Pool) -> Rehearsals:
    """The first layouts of a skill, by its name; performed once for all tests."""

    @cache
    def rehearsals_of(name: str) -> tuple[Rehearsal, ...]:
        elsewhere = {SOME_SEEDS[0]: OTHER_SEEDS}
        layouts = [(name, seed, elsewhere.get(seed, ())) for seed in SOME_SEEDS]
        return tuple(performers.starmap(rehearse, layouts))

    return rehearsals_of


def test_pretraining_has_fourteen_skills_in_seven_families() -> None:
    pretraining = [skill for skill in SKILLS if skill.pretraining]

    assert len(pretraining) >= 14
    assert len({skill.family for skill in pretraining}) >= 7
    assert len({skill.name for skill in SKILLS}) == len(SKILLS)


def test_what_is_kept_for_later_takes_two_hands_and_knows_other_families() -> None:
    unseen = [skill for skill in SKILLS if not skill.pretraining]
    known = {skill.family for skill in SKILLS if skill.pretraining}

    assert len(unseen) >= 5
    assert sum(skill.bimanual for skill in unseen) >= 2
    assert len({skill.family for skill in unseen} - known) >= 2


def test_an_unknown_skill_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"no skill called “juggle”.*put_cube_in_tray"):
        find_skill("juggle")


@EACH_SKILL
def test_a_goal_can_be_asked_for_in_five_ways(skill: Skill, station: SimulatedStation) -> None:
    task = station.load(skill, 0)

    assert len(set(task.goals)) >= 5
    assert task.goal == task.goals[0]
    assert not any("{" in goal for goal in task.goals)


@EACH_SKILL
def test_a_goal_can_be_asked_for_in_five_ways_more_that_are_never_taught(
    skill: Skill, station: SimulatedStation
) -> None:
    tasks = [station.load(skill, seed) for seed in range(len(skill.unheard))]

    unheard = [task.unheard_goal for task in tasks]
    assert len(set(unheard)) == len(unheard) >= 5
    assert not set(unheard) & {goal for task in tasks for goal in task.goals}
    assert not any("{" in goal for goal in unheard)


def test_the_goals_of_the_first_skill_always_name_both_colours(station: SimulatedStation) -> None:
    goals = [station.load(SKILLS[0], seed).goals for seed in range(30)]

    words = [goals_of_seed[0].split() for goals_of_seed in goals]
    pairs = {(said[2], said[6]) for said in words}
    assert all(
        pair[0] in g and pair[1] in g
        for said, gs in zip(words, goals, strict=True)
        for pair in [(said[2], said[6])]
        for g in gs
    )
    assert len({first for first, _ in pairs}) == len({second for _, second in pairs}) == 4


@EACH_SKILL
def test_the_demonstrator_succeeds_in_spite_of_disturbance_and_so_does_the_replay(
    skill: Skill, rehearsals: Rehearsals
) -> None:
    for seed, rehearsal in enumerate(rehearsals(skill.name)):
        assert rehearsal.shown.success, f"seed {seed}"
        assert not rehearsal.shown.limits
        assert rehearsal.is_replayed, f"seed {seed}"


@EACH_SKILL
def test_a_policy_may_take_twice_as_long_as_a_demonstration(
    skill: Skill, station: SimulatedStation, rehearsals: Rehearsals
) -> None:
    sent = rehearsals(skill.name)[0].shown.sent

    assert len(sent) * station.description.embodiment.chunk.period_s < skill.time_limit_s / 2


@EACH_SKILL
def test_doing_nothing_does_not_succeed(
    skill: Skill, station: SimulatedStation, replay: Perform
) -> None:
    for seed in SOME_SEEDS:
        station.load(skill, seed)
        still = station.read().as_action()

        assert not replay(station, skill, seed, (still,) * 10).success


@EACH_SKILL
def test_the_actions_of_one_layout_do_not_solve_another(
    skill: Skill, rehearsals: Rehearsals
) -> None:
    assert rehearsals(skill.name)[0].solved_elsewhere <= 1


@EACH_SKILL
def test_milestones_are_reached_by_the_end_and_none_before_the_beginning(
    skill: Skill, rehearsals: Rehearsals
) -> None:
    rehearsal = rehearsals(skill.name)[1]

    assert not any(rehearsal.before.values())
    assert all(ok for name, ok in rehearsal.after.items() if name != "pressed another")


@EACH_ONE_ARMED
def test_a_one_armed_station_performs_one_armed_skills(skill: Skill, performers: Pool) -> None:
    shown = performers.starmap(show, [(skill.name, seed, ONE_ARMED) for seed in SOME_SEEDS])

    assert all(shown), shown


@EACH_BIMANUAL
def test_a_one_armed_station_says_why_it_cannot_do_what_takes_two(
    skill: Skill, small_station: SimulatedStation
) -> None:
    with pytest.raises(StationError, match="needs the left arm, which the simulated station"):
        small_station.load(skill, 0)


@EACH_SKILL
@pytest.mark.slow
def test_nineteen_of_twenty_layouts_are_demonstrated_and_replayed(
    skill: Skill, rehearsals: Rehearsals, performers: Pool
) -> None:
    performed = [
        *rehearsals(skill.name),
        *performers.starmap(rehearse, [(skill.name, seed) for seed in MORE_SEEDS]),
    ]

    enough = 0.95 * len(performed)
    assert sum(rehearsal.shown.success for rehearsal in performed) >= enough
    assert sum(rehearsal.is_replayed for rehearsal in performed) >= enough
