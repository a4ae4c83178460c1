"""Push one of two coloured cubes along the table onto one of two marks, fingers spread like a fork.

The scene looks like that of putting a cube on a mark: only the goal says to push.
The arm on the cube's side does it, alone.
"""

from collections.abc import Mapping
from dataclasses import replace

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.simulation.cubes import (
    CUBES,
    MARKS,
    MAX_OFFSET_M,
    SPACING_M,
    TWO_CUBES,
    TWO_MARKS,
    is_on_table,
    lay_cubes,
)
from lbm_studio.station.simulation.layout import Draw, Layout, lay_fixtures
from lbm_studio.station.simulation.motion import Demonstration
from lbm_studio.station.simulation.pushing import Lane, is_free, push_along
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.world import World

_FRICTION = 0.6  # above 1 the fingers can press a cube down so that it jams
_FORK_M = 0.025
_CONTACT_M = 0.028
_NEAR_M = 0.10


class PushCubeToMark(Skill):
    """Pushing by colour, where cubes could as well be carried."""

    name = "push_cube_to_mark"
    title = "Push a cube onto a mark"
    family = "pushing"
    bimanual = False
    pretraining = True
    required_arms = ()
    goals = (
        "push the {cube} cube onto the {mark} mark",
        "slide the {cube} cube along the table to the {mark} mark",
        "shove the {cube} block onto the {mark} circle",
        "without lifting it, move the {cube} cube to the {mark} spot",
        "the {cube} cube should slide onto the {mark} mark",
        "push {cube} until it is on {mark}",
        "with spread fingers, push the {cube} block over to the {mark} mark",
    )
    unheard = (
        "slide the {cube} block over to the {mark} spot",
        "push the {cube} cube to the {mark} target",
        "without picking it up, get the {cube} cube onto the {mark} mark",
        "nudge the {cube} cube along until it sits on the {mark} mark",
        "shift the {cube} cube onto the {mark} mark by pushing",
    )
    objects = (*(replace(thing, friction=_FRICTION) for thing in TWO_CUBES), *TWO_MARKS)
    alike = (CUBES[:2], MARKS)

    def lay_out(self, draw: Draw) -> Layout:
        def accept(points: list[FloatArray]) -> bool:
            return is_free(draw, Lane(points[0], points[2]), points[1])

        points = draw.points(4, spacing_m=SPACING_M, accept=accept)
        cube_colours, mark_colours = draw.colours(2), draw.colours(2)
        cubes = lay_cubes(draw, points[:2], cube_colours)
        return Layout(
            (*cubes, *lay_fixtures(MARKS, points[2:], mark_colours)),
            words={"cube": cube_colours[0], "mark": mark_colours[0]},
            roles={"arm": draw.arm_on_side(points[0])},
        )

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        lane = Lane(*(world.pose(name).position[:2] for name in (CUBES[0], MARKS[0])))
        yield from push_along(layout.roles["arm"], lane, _FORK_M, _CONTACT_M)

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        return {
            "touched": bool(world.touching_arms(CUBES[0])),
            "near the mark": world.offset_m(CUBES[0], MARKS[0]) < _NEAR_M,
            "on the mark": self.is_success(world, layout, frozenset()),
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        is_over = world.offset_m(CUBES[0], MARKS[0]) < MAX_OFFSET_M
        return is_over and is_on_table(world, CUBES[0])
