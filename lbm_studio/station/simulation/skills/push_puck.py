"""Push a coloured puck along the table onto a mark, with the fingers spread like a fork.

Two pucks lie there; the goal says which. The arm on the puck's side does it, alone.
"""

from collections.abc import Mapping

import numpy as np

from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.station.simulation.layout import Draw, Layout, Placement
from lbm_studio.station.simulation.motion import (
    CARRY_SPEED_M_S,
    CLEARANCE_M,
    Demonstration,
    at_height,
    keep,
    pointing_down,
    push,
    touch,
    travel,
)
from lbm_studio.station.simulation.objects import COLOURS, mark, puck
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.world import World

_PUCKS = ("first_puck", "second_puck")
_RADIUS_M = 0.034
_HEIGHT_M = 0.036
_MARK_RADIUS_M = 0.05
_FORK_M = 0.045
_BEHIND_M = 0.085
_CONTACT_M = 0.036
_PUSH_HEIGHT_M = 0.02
_SPACING_M = 0.17
_SIDE_MARGIN_M = 0.02
_MAX_OFFSET_M = 0.025
_LANE_M = 0.11


class PushPuck(Skill):
    """Pushing by colour."""

    name = "push_puck"
    title = "Push a puck onto a mark"
    family = "pushing"
    bimanual = False
    pretraining = True
    required_arms = ()
    goals = (
        "push the {puck} puck onto the mark",
        "slide the {puck} disc to the {mark} spot",
        "onto the {mark} mark, push the {puck} puck",
        "shove the {puck} puck along the table until it covers the {mark} spot",
        "the {puck} puck should end on the mark",
        "without lifting it, bring the {puck} puck to the {mark} mark",
    )
    objects = (*(puck(name, _RADIUS_M, _HEIGHT_M) for name in _PUCKS), mark("mark", _MARK_RADIUS_M))

    def lay_out(self, draw: Draw) -> Layout:
        def accept(points: list[FloatArray]) -> bool:
            arm = draw.arm_on_side(points[0])
            return (
                draw.is_clear_side(points[0], _SIDE_MARGIN_M)
                and draw.is_in_reach(arm, points[2])
                and draw.is_in_reach(arm, _start(points[0], points[2]))
                and _distance_to_lane_m(points[1], points[0], points[2]) > _LANE_M
            )

        points = draw.points(3, spacing_m=_SPACING_M, accept=accept)
        colours = draw.colours(3)
        pucks = [
            Placement(name, (*point, _HEIGHT_M / 2), 0.0, COLOURS[colour])
            for name, point, colour in zip(_PUCKS, points[:2], colours[:2], strict=True)
        ]
        spot = Placement("mark", (*points[2], 0.0), 0.0, COLOURS[colours[2]])
        return Layout(
            (*pucks, spot),
            words={"puck": colours[0], "mark": colours[2]},
            roles={"arm": draw.arm_on_side(points[0])},
        )

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        arm = layout.roles["arm"]
        origin, target = (world.pose(name).position[:2] for name in (_PUCKS[0], "mark"))
        behind = _fork(_start(origin, target), origin, target)
        end = _fork(target - _CONTACT_M * _direction(origin, target), origin, target)
        yield keep(arm, _FORK_M, 0.0)
        yield travel(arm, at_height(behind, CLEARANCE_M))
        yield touch(arm, behind)
        yield push(arm, end)
        yield travel(arm, at_height(end, CLEARANCE_M), CARRY_SPEED_M_S)

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        offset_m = self._offset_m(world)
        return {
            "touched": bool(world.touching_arms(_PUCKS[0])),
            "near the mark": offset_m < 2.0 * _MARK_RADIUS_M,
            "on the mark": offset_m < _MAX_OFFSET_M,
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        return self._offset_m(world) < _MAX_OFFSET_M and not world.touching_arms(_PUCKS[0])

    def _offset_m(self, world: World) -> float:
        offset = world.pose(_PUCKS[0]).position - world.pose("mark").position
        return float(np.linalg.norm(offset[:2]))


def _direction(origin: FloatArray, target: FloatArray) -> FloatArray:
    return (target - origin) / np.linalg.norm(target - origin)


def _start(origin: FloatArray, target: FloatArray) -> FloatArray:
    """Return where the hand comes down: behind the puck, seen from the mark."""
    return origin - _BEHIND_M * _direction(origin, target)


def _fork(point: FloatArray, origin: FloatArray, target: FloatArray) -> Pose:
    """Return the hand at a point of the table, its fingers to both sides of the way to the mark."""
    x, y = _direction(origin, target)
    yaw = np.arctan2(y, x)
    half_turn = np.pi * np.round(yaw / np.pi)  # the hand looks alike after half a turn
    return pointing_down((*point, _PUSH_HEIGHT_M), yaw - half_turn)


def _distance_to_lane_m(point: FloatArray, origin: FloatArray, target: FloatArray) -> float:
    along = _direction(origin, target)
    length = float(np.linalg.norm(target - origin))
    nearest = origin + np.clip((point - origin) @ along, -2.0 * _BEHIND_M, length) * along
    return float(np.linalg.norm(point - nearest))
