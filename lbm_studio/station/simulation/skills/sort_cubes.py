"""Put each of two coloured cubes into the tray of its own colour.

The scene is that of ``put_cube_in_tray``. The cube farther to the right comes first; each is taken
by the arm on its side, and an arm is out of the way before another begins.
"""

from collections.abc import Mapping

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.simulation.cubes import (
    CUBES,
    GRASP_HEIGHT_M,
    SPACING_M,
    TWO_CUBES,
    lay_cubes,
    pick_cube,
)
from lbm_studio.station.simulation.layout import Draw, Layout, lay_fixtures
from lbm_studio.station.simulation.motion import Demonstration, take_turns
from lbm_studio.station.simulation.objects import CUBE_EDGE_M
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.trays import TRAYS, TWO_TRAYS, is_in_tray, place_in_tray
from lbm_studio.station.simulation.world import World

_TRAY_OF: Mapping[str, str] = dict(zip(CUBES[:2], TRAYS, strict=True))
_MIN_LEAD_M = 0.05


class SortCubes(Skill):
    """Sorting by colour."""

    name = "sort_cubes"
    title = "Sort cubes into trays"
    family = "sorting"
    bimanual = False
    pretraining = True
    required_arms = ()
    time_limit_s = 30.0
    goals = (
        "sort the cubes: {first} into the {first} tray, {second} into the {second} tray",
        "put the {first} cube in the {first} tray and the {second} cube in the {second} tray",
        "tidy up: {first} to {first} and {second} to {second}",
        "the {first} cube belongs in the {first} tray, the {second} cube in the {second} tray",
        "sort the cubes into the trays of their colour",
        "put each cube in the tray of the same colour",
        "both cubes away, each into its own colour",
    )
    unheard = (
        "sort the blocks by color",
        "put the cubes where their colours belong",
        "each cube should end up in the tray with its own colour",
        "please clean up, every cube into the matching tray",
        "{first} block to the {first} tray and {second} block to the {second} tray",
    )
    objects = (*TWO_CUBES, *TWO_TRAYS)
    rivals = ("put_cube_in_tray",)

    def lay_out(self, draw: Draw) -> Layout:
        def accept(points: list[FloatArray]) -> bool:
            first, second, *trays = points
            return (
                second[1] - first[1] > _MIN_LEAD_M
                and draw.is_for_one_arm(first, trays[0])
                and draw.is_for_one_arm(second, trays[1])
            )

        points = draw.points(4, spacing_m=SPACING_M, accept=accept)
        colours = draw.colours(2)
        cubes = lay_cubes(draw, points[:2], colours)
        return Layout(
            (*cubes, *lay_fixtures(TRAYS, points[2:], colours)),
            words={"first": colours[0], "second": colours[1]},
            roles={
                name: draw.arm_on_side(point) for name, point in zip(_TRAY_OF, points, strict=False)
            },
        )

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        turns = [(arm, _put_away(arm, world, name)) for name, arm in layout.roles.items()]
        rest = {arm: world.gripper(arm).pose for arm in layout.roles.values()}
        yield from take_turns(*turns, rest=rest)

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        heights = [world.pose(name).position[2] for name in _TRAY_OF]
        is_done = [is_in_tray(world, name, goal) for name, goal in _TRAY_OF.items()]
        return {
            "first lifted": bool(heights[0] > CUBE_EDGE_M),
            "first in its tray": is_done[0],
            "second lifted": bool(heights[1] > CUBE_EDGE_M),
            "second in its tray": is_done[1],
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        return all(is_in_tray(world, name, goal) for name, goal in _TRAY_OF.items())


def _put_away(arm: str, world: World, name: str) -> Demonstration:
    yield from pick_cube(arm, world.pose(name))
    yield from place_in_tray(arm, world.pose(_TRAY_OF[name]), GRASP_HEIGHT_M)
