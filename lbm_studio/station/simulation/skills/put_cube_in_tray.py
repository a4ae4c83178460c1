"""Put one of two coloured cubes into one of two coloured trays; only the goal says which.

The arm on the cube's side does it, alone.
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
from lbm_studio.station.simulation.motion import Demonstration
from lbm_studio.station.simulation.objects import CUBE_EDGE_M
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.trays import (
    TRAYS,
    TWO_TRAYS,
    is_in_tray,
    is_over_tray,
    place_in_tray,
)
from lbm_studio.station.simulation.world import World


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
    unheard = (
        "drop the {cube} cube into the {tray} tray",
        "could you put the {cube} block in the {tray} tray please",
        "the {cube} cube goes in the {tray} tray",
        "grab the {cube} cube and put it inside the {tray} tray",
        "I want the {cube} block in the {tray} tray",
        "transfer the {cube} block to the {tray} tray",
        "lay the {cube} cube in the {tray} tray",
        "get the {cube} block into the {tray} tray",
        "please move the {cube} cube to the {tray} box",
        "fetch the {cube} cube and leave it in the {tray} tray",
        "fill the {tray} tray with the {cube} cube",
        "pick the {cube} cube up and release it over the {tray} tray",
        "use one arm to put the {cube} cube in the {tray} tray",
    )
    objects = (*TWO_CUBES, *TWO_TRAYS)
    alike = (CUBES[:2], TRAYS)

    def lay_out(self, draw: Draw) -> Layout:
        def accept(points: list[FloatArray]) -> bool:
            return draw.is_for_one_arm(points[0], points[2])

        points = draw.points(4, spacing_m=SPACING_M, accept=accept)
        cube_colours, tray_colours = draw.colours(2), draw.colours(2)
        cubes = lay_cubes(draw, points[:2], cube_colours)
        return Layout(
            (*cubes, *lay_fixtures(TRAYS, points[2:], tray_colours)),
            words={"cube": cube_colours[0], "tray": tray_colours[0]},
            roles={"arm": draw.arm_on_side(points[0])},
        )

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        arm = layout.roles["arm"]
        yield from pick_cube(arm, world.pose(CUBES[0]))
        yield from place_in_tray(arm, world.pose(TRAYS[0]), GRASP_HEIGHT_M)

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        is_lifted = bool(world.pose(CUBES[0]).position[2] > CUBE_EDGE_M)
        return {
            "lifted": is_lifted,
            "over the tray": is_lifted and is_over_tray(world, CUBES[0], TRAYS[0]),
            "in the tray": self.is_success(world, layout, frozenset()),
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        return is_in_tray(world, CUBES[0], TRAYS[0])
