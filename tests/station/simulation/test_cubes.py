"""Skills with cubes: the same scenes for different goals, and what each goal takes as reached."""

from dataclasses import replace

import numpy as np
import pytest

from lbm_studio.station.simulation.catalogue import find_skill
from lbm_studio.station.simulation.cubes import CUBES, is_on_cube
from lbm_studio.station.simulation.layout import Draw, Layout, Placement
from lbm_studio.station.simulation.objects import CUBE_EDGE_M
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.station import SimulatedStation
from lbm_studio.station.simulation.trays import TRAYS
from tests.station.simulation.conftest import Perform

BESIDE, SORT, STACK, TOWER = (
    find_skill(name) for name in ("put_cube_beside", "sort_cubes", "stack_cubes", "build_tower")
)
SIDES = {"left": (0.0, 0.1), "right": (0.0, -0.1), "front": (-0.1, 0.0), "behind": (0.1, 0.0)}
ON_TABLE_M = CUBE_EDGE_M / 2


@pytest.mark.parametrize(
    "names",
    [("stack_cubes", "put_cube_beside", "build_tower"), ("put_cube_in_tray", "sort_cubes")],
    ids=" ".join,
)
def test_only_the_goal_tells_skills_with_the_same_scene_apart(names: tuple[str, ...]) -> None:
    first, *others = (find_skill(name) for name in names)

    assert all(other.objects == first.objects for other in others)
    assert all(not set(other.goals) & set(first.goals) for other in others)


@pytest.mark.parametrize("side", SIDES)
def test_a_cube_is_on_the_side_it_was_asked_for_and_on_no_other(
    side: str, station: SimulatedStation
) -> None:
    station.load(BESIDE, 0)
    layout = _cubes(SIDES[side], (0.0, 0.0), (0.0, 0.25))

    found = [asked for asked in SIDES if _is_reached(BESIDE, station, layout, side=asked)]

    assert found == [side]


def test_left_is_the_side_of_the_left_arm_and_behind_is_away_from_the_robot(
    station: SimulatedStation,
) -> None:
    right, left = (station.world.gripper(arm).pose.position for arm in ("right", "left"))
    base = station.description.embodiment.arms[0].base.position

    assert SIDES["left"][1] * (left - right)[1] > 0.0
    assert SIDES["behind"][0] * (right - base)[0] > 0.0


def test_moving_the_other_cube_instead_does_not_count(station: SimulatedStation) -> None:
    station.load(BESIDE, 0)
    began = _cubes((0.0, 0.24), (0.0, 0.0), (0.1, -0.2))
    station.world.lay_out(_cubes((0.0, 0.24), (0.0, 0.14), (0.1, -0.2)))
    station.advance(0.1)

    layout = replace(began, roles={"side": "left", "arm": "left"})
    assert not BESIDE.is_success(station.world, layout, frozenset())


def test_there_is_room_on_the_side_that_is_asked_for(station: SimulatedStation) -> None:
    for seed in range(40):
        layout = BESIDE.lay_out(Draw(station.description, seed))
        _, reference, other = (np.array(p.position[:2]) for p in layout.placements)
        target = reference + SIDES[layout.roles["side"]]

        assert np.linalg.norm(target - other) > 0.1, f"seed {seed}"


def test_a_stack_the_wrong_way_round_does_not_count(
    station: SimulatedStation, demonstrate: Perform
) -> None:
    assert demonstrate(station, STACK, 0).success

    upper, lower, other = CUBES
    assert is_on_cube(station.world, upper, lower)
    assert not is_on_cube(station.world, lower, upper)
    assert not is_on_cube(station.world, upper, other)


def test_a_tower_in_another_order_does_not_count(station: SimulatedStation) -> None:
    station.load(TOWER, 0)
    heights_m = [ON_TABLE_M + index * CUBE_EDGE_M for index in range(3)]

    for order, is_right in (((0, 1, 2), True), ((0, 2, 1), False), ((2, 1, 0), False)):
        placements = tuple(
            Placement(CUBES[index], (0.0, 0.0, height))
            for index, height in zip(order, heights_m, strict=True)
        )
        assert _is_reached(TOWER, station, Layout(placements)) is is_right


def test_cubes_in_each_other_s_trays_are_not_sorted(station: SimulatedStation) -> None:
    station.load(SORT, 0)
    trays = tuple(Placement(n, (0.0, y, 0.0)) for n, y in zip(TRAYS, (-0.1, 0.1), strict=True))

    for sides, is_right in (((-0.1, 0.1), True), ((0.1, -0.1), False)):
        cubes = tuple(
            Placement(name, (0.0, y, 0.03)) for name, y in zip(CUBES, sides, strict=False)
        )
        assert _is_reached(SORT, station, Layout((*cubes, *trays))) is is_right


def _cubes(*points: tuple[float, float]) -> Layout:
    placements = (
        Placement(name, (*at, ON_TABLE_M)) for name, at in zip(CUBES, points, strict=True)
    )
    return Layout(tuple(placements))


def _is_reached(skill: Skill, station: SimulatedStation, layout: Layout, **roles: str) -> bool:
    """Lay things out as they lie in the end, and ask whether that is the goal."""
    station.world.lay_out(layout)
    station.advance(0.1)
    return skill.is_success(station.world, replace(layout, roles=roles), frozenset())
