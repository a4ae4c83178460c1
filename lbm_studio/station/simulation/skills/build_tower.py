"""Stack three cubes: one order, always the same, as somebody would teach it.

The scene is that of ``stack_cubes``. The arm on the side of the cubes that move does all of it.
"""

from collections.abc import Mapping

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.simulation.cubes import (
    CUBES,
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

_BOTTOM, _MIDDLE, _TOP = CUBES
_COLOURS = {"bottom": "green", "middle": "red", "top": "blue"}


class BuildTower(Skill):
    """Stacking three high, in two steps."""

    name = "build_tower"
    title = "Build a tower of three cubes"
    family = "stacking"
    bimanual = False
    pretraining = False
    required_arms = ()
    time_limit_s = 30.0
    goals = (
        "build a tower: {bottom} at the bottom, {middle} in the middle, {top} on top",
        "stack all three cubes, first {middle} on {bottom}, then {top} on {middle}",
        "make a tower three high with {top} above {middle} above {bottom}",
        "pile the cubes up in the order {bottom}, {middle}, {top}",
        "on the {bottom} cube put the {middle} one, and the {top} one on top of both",
        "the {top} cube belongs on the {middle} one, and that on the {bottom} cube",
        "set the {middle} block on the {bottom} block and finish the tower with {top}",
    )
    unheard = (
        "stack up all the cubes: {bottom}, then {middle}, then {top}",
        "make a tower of three with {bottom} at its foot, then {middle}, and {top} on top",
        "put {middle} on {bottom} and {top} on {middle}",
        "build the tower {bottom}, {middle}, {top} from bottom to top",
        "pile all three blocks on each other: {bottom} below, {middle} between, {top} above",
    )
    objects = THREE_CUBES
    alike = (CUBES,)
    rivals = ("stack_cubes",)

    def lay_out(self, draw: Draw) -> Layout:
        def accept(points: list[FloatArray]) -> bool:
            bottom, *others = points
            return draw.are_for_same_arm(others, bottom)

        points = draw.points(len(CUBES), spacing_m=SPACING_M, accept=accept)
        return Layout(
            lay_cubes(draw, points, list(_COLOURS.values())),
            words=_COLOURS,
            roles={"arm": draw.arm_on_side(points[-1])},
        )

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        arm = layout.roles["arm"]
        for name, below in ((_MIDDLE, _BOTTOM), (_TOP, _MIDDLE)):
            yield from stack_cube(arm, world, name, below)

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        heights = {name: world.pose(name).position[2] for name in CUBES}
        return {
            "middle lifted": bool(heights[_MIDDLE] > CUBE_EDGE_M),
            "two high": is_on_cube(world, _MIDDLE, _BOTTOM),
            "top lifted": bool(heights[_TOP] > CUBE_EDGE_M),
            "three high": self.is_success(world, layout, frozenset()),
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        return is_on_cube(world, _MIDDLE, _BOTTOM) and is_on_cube(world, _TOP, _MIDDLE)
