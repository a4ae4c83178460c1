"""Put a cube, a cylinder or a brick into one of two coloured trays; the shapes come in any colour.

The arm on the thing's side does it, alone.
"""

from collections.abc import Mapping

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.simulation.cubes import MAX_YAW_RAD, SPACING_M
from lbm_studio.station.simulation.layout import Draw, Layout, Placement, lay_fixtures
from lbm_studio.station.simulation.motion import Demonstration, pick, pointing_down, yaw_of
from lbm_studio.station.simulation.objects import COLOURS, CUBE_EDGE_M, block, cube, cylinder
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.trays import (
    TRAYS,
    TWO_TRAYS,
    is_in_tray,
    is_over_tray,
    place_in_tray,
)
from lbm_studio.station.simulation.world import World

_SHAPES = ("cube", "cylinder", "brick")
_CYLINDER_RADIUS_M = 0.019
_BRICK_HALF_SIZE_M = (0.045, 0.018, 0.015)
_HALF_HEIGHTS_M = {"cube": CUBE_EDGE_M / 2, "cylinder": 0.032, "brick": _BRICK_HALF_SIZE_M[2]}
_MAX_YAWS_RAD = {"cube": MAX_YAW_RAD, "cylinder": 0.0, "brick": MAX_YAW_RAD}
_GRASP_BELOW_CENTRE_M = 0.003
_LOWEST_GRASP_M = 0.017
_LIFTED_M = 0.07


class PutShapeInTray(Skill):
    """Pick and place by shape."""

    name = "put_shape_in_tray"
    title = "Put a shape in a tray"
    family = "pick_and_place"
    bimanual = False
    pretraining = True
    required_arms = ()
    goals = (
        "put the {shape} in the {tray} tray",
        "place the {shape} into the {tray} tray",
        "the {tray} tray is where the {shape} goes",
        "find the {shape} and drop it into the {tray} tray",
        "into the {tray} tray with the {shape}",
        "whatever its colour, move the {shape} to the {tray} tray",
        "pick the {shape} up and let go of it over the {tray} tray",
    )
    unheard = (
        "drop the {shape} into the {tray} tray",
        "the {shape} belongs in the {tray} tray",
        "could you place the {shape} inside the {tray} tray",
        "grab the {shape} and put it in the {tray} tray",
        "move the {shape} over into the {tray} tray please",
    )
    objects = (
        cube("cube"),
        cylinder("cylinder", _CYLINDER_RADIUS_M, 2.0 * _HALF_HEIGHTS_M["cylinder"]),
        block("brick", _BRICK_HALF_SIZE_M, mass_kg=0.05),
        *TWO_TRAYS,
    )
    alike = (TRAYS,)
    choices = (("shape", _SHAPES),)

    def lay_out(self, draw: Draw) -> Layout:
        def accept(points: list[FloatArray]) -> bool:
            return draw.is_for_one_arm(points[0], points[3])

        points = draw.points(5, spacing_m=SPACING_M, accept=accept)
        chosen = draw.choice(_SHAPES)
        names = (chosen, *(shape for shape in _SHAPES if shape != chosen))
        things = [_lay(draw, name, at) for name, at in zip(names, points[:3], strict=True)]
        colours = draw.colours(2)
        return Layout(
            (*things, *lay_fixtures(TRAYS, points[3:], colours)),
            words={"shape": chosen, "tray": colours[0]},
            roles={"shape": chosen, "arm": draw.arm_on_side(points[0])},
        )

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        arm = layout.roles["arm"]
        thing = world.pose(layout.roles["shape"])
        x, y, z = thing.position
        height_m = max(z - _GRASP_BELOW_CENTRE_M, _LOWEST_GRASP_M)
        yield from pick(arm, pointing_down((x, y, height_m), yaw_of(thing, symmetry=2)))
        yield from place_in_tray(arm, world.pose(TRAYS[0]), height_m)

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        shape = layout.roles["shape"]
        is_lifted = bool(world.pose(shape).position[2] > _LIFTED_M)
        return {
            "lifted": is_lifted,
            "over the tray": is_lifted and is_over_tray(world, shape, TRAYS[0]),
            "in the tray": self.is_success(world, layout, frozenset()),
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        return is_in_tray(world, layout.roles["shape"], TRAYS[0])


def _lay(draw: Draw, name: str, point: FloatArray) -> Placement:
    """Lay one of the shapes on the table, in a colour that says nothing about it."""
    yaw = draw.number(-_MAX_YAWS_RAD[name], _MAX_YAWS_RAD[name])
    colour = COLOURS[draw.choice(tuple(COLOURS))]
    return Placement(name, (*point, _HALF_HEIGHTS_M[name]), yaw, colour)
