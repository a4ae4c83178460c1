"""Stack one coloured cube on another; a third one is in the way of guessing.

The arm on the side of the cube that moves does it, alone.
"""

from collections.abc import Mapping

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.simulation.cubes import (
    CUBES,
    MAX_OFFSET_M,
    SPACING_M,
    THREE_CUBES,
    is_on_cube,
    lay_cubes,
    stack_cube,
)
from lbm_studio.station.simulation.layout import Draw, Layout
from lbm_studio.station.simulation.motion import Demonstration
from lbm_studio.station.simulation.objects import CUBE_EDGE_M
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.world import World

_UPPER, _LOWER, _ = CUBES


class StackCubes(Skill):
    """Stacking by colour."""

    name = "stack_cubes"
    title = "Stack two cubes"
    family = "stacking"
    bimanual = False
    pretraining = True
    required_arms = ()
    goals = (
        "stack the {upper} cube on the {lower} cube",
        "put the {upper} block on top of the {lower} block",
        "on the {lower} cube, set the {upper} one",
        "build a tower with {lower} below and {upper} above",
        "the {upper} cube belongs on the {lower} cube",
        "pick up the {upper} cube and rest it on the {lower} one",
    )
    unheard = (
        "place the {upper} cube on top of the {lower} cube",
        "make a stack: {lower} on the bottom, {upper} on top",
        "put {upper} on {lower}",
        "set the {upper} block onto the {lower} block",
        "can you stack the {upper} block over the {lower} one",
        "pile the {upper} cube on the {lower} cube",
        "the {upper} block should stand on the {lower} block",
        "lift the {upper} cube and lower it onto the {lower} cube",
        "balance the {upper} cube on the {lower} cube",
        "build me a little tower, {lower} under {upper}",
        "I would like the {upper} cube sitting on the {lower} cube",
        "take the {upper} cube and stack it on top of the {lower} cube",
    )
    objects = THREE_CUBES
    alike = (CUBES,)  # no rivals: what falls off a stack has not been put beside it

    def lay_out(self, draw: Draw) -> Layout:
        def accept(points: list[FloatArray]) -> bool:
            return draw.is_for_one_arm(points[0], points[1])

        points = draw.points(len(CUBES), spacing_m=SPACING_M, accept=accept)
        colours = draw.colours(len(CUBES))
        return Layout(
            lay_cubes(draw, points, colours),
            words={"upper": colours[0], "lower": colours[1]},
            roles={"arm": draw.arm_on_side(points[0])},
        )

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        yield from stack_cube(layout.roles["arm"], world, _UPPER, _LOWER)

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        is_lifted = bool(world.pose(_UPPER).position[2] > CUBE_EDGE_M)
        is_over = world.offset_m(_UPPER, _LOWER) < MAX_OFFSET_M
        return {
            "lifted": is_lifted,
            "over the other cube": is_lifted and is_over,
            "stacked": self.is_success(world, layout, frozenset()),
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        return is_on_cube(world, _UPPER, _LOWER)
