"""Take the upper of two stacked cubes off and put it on one of two marks; a third cube lies by.

The arm on the side of the stack does it, alone.
"""

from collections.abc import Mapping
from dataclasses import replace

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.simulation.cubes import (
    CUBES,
    MARKS,
    MAX_OFFSET_M,
    SPACING_M,
    THREE_CUBES,
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

_UPPER, _LOWER, _ = CUBES
_LIFTED_M = 2.0 * CUBE_EDGE_M


class UnstackCubes(Skill):
    """Taking a stack apart."""

    name = "unstack_cubes"
    title = "Take a cube off a stack"
    family = "stacking"
    bimanual = False
    pretraining = True
    required_arms = ()
    goals = (
        "take the {upper} cube off the {lower} cube and put it on the {mark} mark",
        "unstack the cubes: the {upper} one goes on the {mark} spot",
        "move the {upper} block from the top of the stack to the {mark} circle",
        "onto the {mark} mark with the {upper} cube that stands on the {lower} one",
        "lift the {upper} cube off the stack and set it down on the {mark} mark",
        "the {upper} block should come down from the {lower} one and stand on the {mark} spot",
        "clear the {lower} cube by putting {upper} on the {mark} circle",
    )
    unheard = (
        "take the tower apart and put the {upper} cube on the {mark} spot",
        "remove the {upper} cube from on top of the {lower} one and place it on the {mark} mark",
        "get the upper cube down onto the {mark} circle",
        "bring the {upper} cube down from the stack to the {mark} mark",
        "pick the top block off and leave it on the {mark} spot",
    )
    objects = (*THREE_CUBES, *TWO_MARKS)
    alike = (CUBES, MARKS)
    rivals = ("stack_cubes",)

    def lay_out(self, draw: Draw) -> Layout:
        def accept(points: list[FloatArray]) -> bool:
            return draw.is_for_one_arm(points[0], points[2])

        stack, other, *marks = draw.points(4, spacing_m=SPACING_M, accept=accept)
        colours, mark_colours = draw.colours(len(CUBES)), draw.colours(2)
        upper, *others = lay_cubes(draw, (stack, stack, other), colours)
        x, y, z = upper.position
        upper = replace(upper, position=(x, y, z + CUBE_EDGE_M))
        return Layout(
            (upper, *others, *lay_fixtures(MARKS, marks, mark_colours)),
            words={"upper": colours[0], "lower": colours[1], "mark": mark_colours[0]},
            roles={"arm": draw.arm_on_side(stack)},
        )

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        arm = layout.roles["arm"]
        yield from pick_cube(arm, world.pose(_UPPER))
        yield from place_cube(arm, world.pose(MARKS[0]).position)

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        is_lifted = bool(world.pose(_UPPER).position[2] > _LIFTED_M)
        is_over = world.offset_m(_UPPER, MARKS[0]) < MAX_OFFSET_M
        return {
            "lifted": is_lifted,
            "over the mark": is_lifted and is_over,
            "on the mark": self.is_success(world, layout, frozenset()),
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        return is_on_mark(world, _UPPER, MARKS[0])
