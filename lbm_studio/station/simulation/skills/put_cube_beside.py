"""Put one of three cubes to the left or right of another, in front of it or behind it.

Directions are those of somebody who stands behind the robot and looks over its arms at the table:
left is towards the left arm (+y), in front is nearer to the robot (-x), behind is farther away
(+x). The scene is that of ``stack_cubes``; there is room for the cube where it is asked for. The
arm on the side of the cube that moves does it, alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.simulation.cubes import (
    CUBES,
    MAX_OFFSET_M,
    SPACING_M,
    THREE_CUBES,
    is_on_table,
    lay_cubes,
    pick_cube,
    place_cube,
)
from lbm_studio.station.simulation.layout import WORK_AREA, Draw, Layout
from lbm_studio.station.simulation.motion import Demonstration
from lbm_studio.station.simulation.objects import CUBE_EDGE_M
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.world import World

_MOVED, _REFERENCE, _ = CUBES
_DISTANCE_M = 0.105
_MAX_DISTANCE_M = 0.135
_MAX_SIDESTEP_M = 0.035
_ROOM_M = 0.115


@dataclass(frozen=True)
class _Side:
    """A side of a cube: where it is, and two ways to say so."""

    direction: tuple[float, float]
    relation: str
    side: str


_SIDES: Mapping[str, _Side] = {
    "left": _Side((0.0, 1.0), "to the left of", "on the left side of"),
    "right": _Side((0.0, -1.0), "to the right of", "on the right side of"),
    "front": _Side((-1.0, 0.0), "in front of", "on the near side of"),
    "behind": _Side((1.0, 0.0), "behind", "on the far side of"),
}


class PutCubeBeside(Skill):
    """Placing in relation to another thing."""

    name = "put_cube_beside"
    title = "Put a cube beside another"
    family = "relations"
    bimanual = False
    pretraining = True
    required_arms = ()
    goals = (
        "put the {cube} cube {relation} the {reference} cube",
        "place the {cube} block {side} the {reference} block",
        "{relation} the {reference} cube, set down the {cube} one",
        "move the {cube} cube so that it stands {relation} the {reference} one",
        "the {cube} cube should be {side} the {reference} cube",
        "pick up the {cube} block and leave it {relation} {reference}",
        "next to the {reference} cube, {side} it, goes the {cube} cube",
    )
    unheard = (
        "place the {cube} cube {relation} the {reference} cube",
        "the {cube} block goes {relation} the {reference} block",
        "set the {cube} cube down {side} the {reference} one",
        "bring the {cube} cube over and leave it {side} the {reference} cube",
        "I want the {cube} block standing {relation} the {reference} block",
    )
    objects = THREE_CUBES
    alike = (CUBES,)
    choices = (("side", tuple(_SIDES)),)
    rivals = ("stack_cubes",)

    def lay_out(self, draw: Draw) -> Layout:
        chosen = draw.choice(tuple(_SIDES))

        def accept(points: list[FloatArray]) -> bool:
            target = _beside(points[1], chosen)
            is_free = WORK_AREA.contains(target) and np.linalg.norm(target - points[2]) > _ROOM_M
            return bool(is_free) and draw.is_for_one_arm(points[0], target)

        points = draw.points(len(CUBES), spacing_m=SPACING_M, accept=accept)
        colours = draw.colours(len(CUBES))
        side = _SIDES[chosen]
        said = {"relation": side.relation, "side": side.side}
        return Layout(
            lay_cubes(draw, points, colours),
            words={"cube": colours[0], "reference": colours[1], **said},
            roles={"side": chosen, "arm": draw.arm_on_side(points[0])},
        )

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        arm = layout.roles["arm"]
        yield from pick_cube(arm, world.pose(_MOVED))
        x, y = _beside(world.pose(_REFERENCE).position[:2], layout.roles["side"])
        yield from place_cube(arm, (x, y, 0.0))

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        is_lifted = bool(world.pose(_MOVED).position[2] > CUBE_EDGE_M)
        return {
            "lifted": is_lifted,
            "over its place": is_lifted and self._is_beside(world, layout),
            "beside the other cube": self.is_success(world, layout, frozenset()),
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        began = np.array(layout.placements[CUBES.index(_REFERENCE)].position)
        moved_m = np.linalg.norm(world.pose(_REFERENCE).position - began)
        has_stayed = bool(moved_m < MAX_OFFSET_M)
        return has_stayed and is_on_table(world, _MOVED) and self._is_beside(world, layout)

    def _is_beside(self, world: World, layout: Layout) -> bool:
        direction = np.array(_SIDES[layout.roles["side"]].direction)
        offset = (world.pose(_MOVED).position - world.pose(_REFERENCE).position)[:2]
        along_m = offset @ direction
        sidestep_m = np.linalg.norm(offset - along_m * direction)
        return bool(0.0 < along_m < _MAX_DISTANCE_M and sidestep_m < _MAX_SIDESTEP_M)


def _beside(point: FloatArray, side: str) -> FloatArray:
    """Return the point of the table on one side of another."""
    return point + _DISTANCE_M * np.array(_SIDES[side].direction)
