"""Put one of two coloured cubes on one of two round marks painted on the table.

The arm on the cube's side does it, alone.
"""

from collections.abc import Mapping

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.simulation.cubes import (
    CUBES,
    MARKS,
    MAX_OFFSET_M,
    SPACING_M,
    TWO_CUBES,
    TWO_MARKS,
    is_on_mark,
    lay_cubes,
    pick_cube,
    place_cube,
)
from lbm_studio.station.simulation.layout import Draw, Layout, lay_fixtures
from lbm_studio.station.simulation.motion import Demonstration
from lbm_studio.station.simulation.objects import CUBE_EDGE_M
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.world import World


class PutCubeOnMark(Skill):
    """Placing on a spot by colour."""

    name = "put_cube_on_mark"
    title = "Put a cube on a mark"
    family = "pick_and_place"
    bimanual = False
    pretraining = True
    required_arms = ()
    goals = (
        "put the {cube} cube on the {mark} mark",
        "place the {cube} block on the {mark} spot",
        "the {mark} circle is where the {cube} cube goes",
        "set the {cube} cube down in the middle of the {mark} circle",
        "cover the {mark} mark with the {cube} cube",
        "pick up the {cube} block and leave it on the {mark} mark",
        "onto the {mark} spot with the {cube} cube",
    )
    unheard = (
        "leave the {cube} cube on the {mark} dot",
        "bring the {cube} block to the {mark} circle",
        "the {cube} cube should stand on the {mark} spot",
        "drop the {cube} cube off at the {mark} mark",
        "carry the {cube} block to the {mark} target",
    )
    objects = (*TWO_CUBES, *TWO_MARKS)
    alike = (CUBES[:2], MARKS)

    def lay_out(self, draw: Draw) -> Layout:
        def accept(points: list[FloatArray]) -> bool:
            return draw.is_for_one_arm(points[0], points[2])

        points = draw.points(4, spacing_m=SPACING_M, accept=accept)
        cube_colours, mark_colours = draw.colours(2), draw.colours(2)
        cubes = lay_cubes(draw, points[:2], cube_colours)
        return Layout(
            (*cubes, *lay_fixtures(MARKS, points[2:], mark_colours)),
            words={"cube": cube_colours[0], "mark": mark_colours[0]},
            roles={"arm": draw.arm_on_side(points[0])},
        )

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        arm = layout.roles["arm"]
        yield from pick_cube(arm, world.pose(CUBES[0]))
        yield from place_cube(arm, world.pose(MARKS[0]).position)

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        is_lifted = bool(world.pose(CUBES[0]).position[2] > CUBE_EDGE_M)
        is_over = world.offset_m(CUBES[0], MARKS[0]) < MAX_OFFSET_M
        return {
            "lifted": is_lifted,
            "over the mark": is_lifted and is_over,
            "on the mark": self.is_success(world, layout, frozenset()),
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        return is_on_mark(world, CUBES[0], MARKS[0])
