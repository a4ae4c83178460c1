"""Put one of two coloured cubes into one of two coloured trays; only the goal says which.

The arm on the cube's side does it, alone.
"""

from collections.abc import Mapping

import numpy as np

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.simulation.layout import Draw, Layout, Placement
from lbm_studio.station.simulation.motion import Demonstration, pick, place, pointing_down, yaw_of
from lbm_studio.station.simulation.objects import COLOURS, CUBE_EDGE_M, TRAY_EDGE_M, cube, tray
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.world import World

_GRASP_HEIGHT_M = 0.019
_RELEASE_HEIGHT_M = 0.052
_SPACING_M = 0.14
_SIDE_MARGIN_M = 0.02
_MAX_YAW_RAD = 0.6
_CUBES = ("first_cube", "second_cube")
_TRAYS = ("first_tray", "second_tray")


class PutCubeInTray(Skill):
    """Pick and place by colour."""

    name = "put_cube_in_tray"
    title = "Put a cube in a tray"
    family = "pick_and_place"
    bimanual = False
    pretraining = True
    required_arms = ()
    goals = (
        "put the {cube} cube in the {tray} tray",
        "place the {cube} block into the {tray} tray",
        "into the {tray} tray goes the {cube} cube",
        "move the {cube} cube over to the {tray} tray and let go",
        "the {tray} tray should hold the {cube} block",
        "pick up the {cube} cube and drop it in the {tray} tray",
        "take the {cube} one and set it down in the {tray} tray",
    )
    objects = (*(cube(name) for name in _CUBES), *(tray(name) for name in _TRAYS))

    def lay_out(self, draw: Draw) -> Layout:
        def accept(points: list[FloatArray]) -> bool:
            arm = draw.arm_on_side(points[0])
            is_clear = draw.is_clear_side(points[0], _SIDE_MARGIN_M)
            return is_clear and draw.is_in_reach(arm, points[2])

        points = draw.points(4, spacing_m=_SPACING_M, accept=accept)
        cube_colours, tray_colours = draw.colours(2), draw.colours(2)
        cubes = [
            Placement(
                name,
                (*point, CUBE_EDGE_M / 2),
                draw.number(-_MAX_YAW_RAD, _MAX_YAW_RAD),
                COLOURS[colour],
            )
            for name, point, colour in zip(_CUBES, points[:2], cube_colours, strict=True)
        ]
        trays = [
            Placement(name, (*point, 0.0), 0.0, COLOURS[colour])
            for name, point, colour in zip(_TRAYS, points[2:], tray_colours, strict=True)
        ]
        return Layout(
            (*cubes, *trays),
            words={"cube": cube_colours[0], "tray": tray_colours[0]},
            roles={"cube": _CUBES[0], "tray": _TRAYS[0], "arm": draw.arm_on_side(points[0])},
        )

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        arm = layout.roles["arm"]
        block = world.pose(layout.roles["cube"])
        x, y, _ = block.position
        yield from pick(arm, pointing_down((x, y, _GRASP_HEIGHT_M), yaw_of(block, symmetry=4)))
        x, y, _ = world.pose(layout.roles["tray"]).position
        yield from place(arm, pointing_down((x, y, _RELEASE_HEIGHT_M)))

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        height = world.pose(layout.roles["cube"]).position[2]
        return {
            "lifted": height > CUBE_EDGE_M,
            "over the tray": height > CUBE_EDGE_M and self._is_over_tray(world, layout),
            "in the tray": self.is_success(world, layout, frozenset()),
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        block = layout.roles["cube"]
        is_down = world.pose(block).position[2] < 0.06
        is_left_alone = not world.touching_arms(block)
        return is_down and is_left_alone and self._is_over_tray(world, layout)

    def _is_over_tray(self, world: World, layout: Layout) -> bool:
        offset = world.pose(layout.roles["cube"]).relative_to(world.pose(layout.roles["tray"]))
        return bool(np.abs(offset.position[:2]).max() < TRAY_EDGE_M / 2 - 0.005)
