"""Stack one coloured cube on another; a third one is in the way of guessing.

The arm on the side of the cube that moves does it, alone.
"""

from collections.abc import Mapping

import numpy as np

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.simulation.layout import Draw, Layout, Placement
from lbm_studio.station.simulation.motion import Demonstration, pick, place, pointing_down, yaw_of
from lbm_studio.station.simulation.objects import COLOURS, CUBE_EDGE_M, cube
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.world import World

_GRASP_BELOW_CENTRE_M = 0.003
_CUBES = ("upper_cube", "lower_cube", "other_cube")
_SPACING_M = 0.14
_SIDE_MARGIN_M = 0.02
_MAX_YAW_RAD = 0.6
_MAX_OFFSET_M = 0.03
_DROP_M = 0.004


class StackCubes(Skill):
    """Stacking by colour."""

    name = "stack_cubes"
    title = "Stack two cubes"
    family = "stacking"
    bimanual = False
    pretraining = False
    required_arms = ()
    goals = (
        "stack the {upper} cube on the {lower} cube",
        "put the {upper} block on top of the {lower} block",
        "on the {lower} cube, set the {upper} one",
        "build a tower with {lower} below and {upper} above",
        "the {upper} cube belongs on the {lower} cube",
        "pick up the {upper} cube and rest it on the {lower} one",
    )
    objects = tuple(cube(name) for name in _CUBES)

    def lay_out(self, draw: Draw) -> Layout:
        def accept(points: list[FloatArray]) -> bool:
            arm = draw.arm_on_side(points[0])
            is_clear = draw.is_clear_side(points[0], _SIDE_MARGIN_M)
            return is_clear and draw.is_in_reach(arm, points[1])

        points = draw.points(len(_CUBES), spacing_m=_SPACING_M, accept=accept)
        colours = draw.colours(len(_CUBES))
        cubes = tuple(
            Placement(
                name,
                (*point, CUBE_EDGE_M / 2),
                draw.number(-_MAX_YAW_RAD, _MAX_YAW_RAD),
                COLOURS[colour],
            )
            for name, point, colour in zip(_CUBES, points, colours, strict=True)
        )
        words = {"upper": colours[0], "lower": colours[1]}
        return Layout(cubes, words, roles={"arm": draw.arm_on_side(points[0])})

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        arm = layout.roles["arm"]
        upper = world.pose("upper_cube")
        x, y, z = upper.position
        grasp = (x, y, z - _GRASP_BELOW_CENTRE_M)
        yield from pick(arm, pointing_down(grasp, yaw_of(upper, symmetry=4)))
        lower = world.pose("lower_cube")
        x, y, z = lower.position
        target = (x, y, z + CUBE_EDGE_M - _GRASP_BELOW_CENTRE_M + _DROP_M)
        yield from place(arm, pointing_down(target, yaw_of(lower, symmetry=4)))

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        height = world.pose("upper_cube").position[2]
        return {
            "lifted": height > CUBE_EDGE_M,
            "over the other cube": height > CUBE_EDGE_M and self._offset_m(world) < _MAX_OFFSET_M,
            "stacked": self.is_success(world, layout, frozenset()),
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        offset = world.pose("upper_cube").position - world.pose("lower_cube").position
        is_on_top = abs(offset[2] - CUBE_EDGE_M) < 0.008 and self._offset_m(world) < _MAX_OFFSET_M
        return is_on_top and not world.touching_arms("upper_cube")

    def _offset_m(self, world: World) -> float:
        offset = world.pose("upper_cube").position - world.pose("lower_cube").position
        return float(np.linalg.norm(offset[:2]))
