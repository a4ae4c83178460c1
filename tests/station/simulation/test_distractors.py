from contextlib import suppress

import numpy as np
import pytest

from lbm_studio.core.errors import UnknownNameError
from lbm_studio.core.shift import Shift
from lbm_studio.station.simulation.catalogue import SKILLS
from lbm_studio.station.simulation.distractors import KINDS, PAINTS, SURROUNDINGS, draw_distractors
from lbm_studio.station.simulation.embodiments import dual_fr3
from lbm_studio.station.simulation.layout import Draw
from lbm_studio.station.simulation.objects import COLOURS
from lbm_studio.station.simulation.skill import Skill, draw_layout
from lbm_studio.station.simulation.station import SimulatedStation

STATION = dual_fr3()
CAMERAS = STATION.embodiment.cameras


@pytest.mark.parametrize("skill", SKILLS, ids=lambda skill: skill.name)
def test_every_layout_has_room_in_view_for_two_or_three_things_apart_from_all_others(
    skill: Skill,
) -> None:
    counts: set[int] = set()
    for seed in range(30):
        layout = draw_layout(skill, STATION, seed)

        things, places = draw_distractors(Draw(STATION, seed), skill.objects, layout, CAMERAS)

        counts.add(len(things))
        assert [thing.name for thing in things] == [place.name for place in places]
        points = [np.array(place.position[:2]) for place in places]
        assert all(SURROUNDINGS.contains(point) for point in points)
        others = [np.array(place.position[:2]) for place in layout.placements]
        for index, point in enumerate(points):
            assert min(np.linalg.norm(point - p) for p in points[:index] + others) > 0.1
    assert counts == {2, 3}


def test_nothing_that_lies_about_has_a_name_or_a_colour_of_the_task() -> None:
    taken = {thing.name for skill in SKILLS for thing in skill.objects}

    assert not taken & {thing.name for thing in KINDS}
    assert not set(COLOURS.values()) & set(PAINTS.values())


@pytest.mark.parametrize("skill", SKILLS, ids=lambda skill: skill.name)
def test_what_lies_about_stands_still_and_leaves_the_task_as_it_is(
    skill: Skill, station: SimulatedStation
) -> None:
    own = [thing.name for thing in skill.objects]
    station.load(skill, 1)
    station.advance(0.5)
    alone = [station.world.pose(name) for name in own]

    station.load(skill, 1, [Shift.DISTRACTORS])
    beside = _present(station)
    before = [station.world.pose(name) for name in beside]
    station.advance(0.5)

    assert len(beside) >= 2
    assert all(
        station.world.pose(name).distance_m(pose) < 1e-3
        for name, pose in zip(beside + own, before + alone, strict=True)
    )


def _present(station: SimulatedStation) -> list[str]:
    """Return the names of the things that lie about."""
    names: list[str] = []
    for thing in KINDS:
        with suppress(UnknownNameError):
            station.world.pose(thing.name)
            names.append(thing.name)
    return names
