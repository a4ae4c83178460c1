"""Things with a handle that move on joints: a hand takes the handle, leads it along and lets go.

What opening, closing and turning have in common: two like things in different colours stand on the
table, and the goal says which of them is to be moved.
"""

from abc import abstractmethod
from collections.abc import Mapping
from math import ceil

import numpy as np

from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.station.simulation.layout import Draw, Layout, Placement, Region
from lbm_studio.station.simulation.motion import (
    CARRY_SPEED_M_S,
    CLOSED_M,
    Demonstration,
    at_height,
    close,
    keep,
    pointing_down,
    push,
    release,
    touch,
    travel,
)
from lbm_studio.station.simulation.objects import COLOURS, MovingPiece, Vector
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.world import World

_ABOVE_M = 0.10
_STRIDE_RAD = 0.25
_SETTLING_S = 0.2


class MovePiece(Skill):
    """Moves the piece of the first object by its handle, and leaves the other object alone.

    Attributes:
        piece: what moves.
        handle: the point of it the hand closes on, its fingers along the y axis [m].
        end: where on its joint the piece belongs [m or rad].
        tolerance: how far from its end the piece may be left [m or rad].
        places: where the objects stand.
        lane_m: least distance of the two across the table, so that a hand has room [m].
        max_yaw_rad: how far they are turned [rad].
    """

    bimanual = False
    required_arms = ()
    piece: MovingPiece
    handle: Vector
    end: float
    tolerance: float
    places: Region
    lane_m: float
    max_yaw_rad: float

    @abstractmethod
    def draw_start(self, draw: Draw) -> float:
        """Return where on its joint a piece stands in the beginning [m or rad]."""

    def lay_out(self, draw: Draw) -> Layout:
        starts = [self.draw_start(draw) for _ in self.objects]
        yaws = [draw.number(-self.max_yaw_rad, self.max_yaw_rad) for _ in self.objects]
        colours = draw.colours(len(self.objects))

        def place(points: list[FloatArray]) -> tuple[Placement, ...]:
            return tuple(
                Placement(thing.name, (*point, 0.0), yaw, COLOURS[colour], start)
                for thing, point, yaw, colour, start in zip(
                    self.objects, points, yaws, colours, starts, strict=True
                )
            )

        def accept(points: list[FloatArray]) -> bool:
            is_roomy = abs(points[0][1] - points[1][1]) > self.lane_m
            return is_roomy and draw.is_for_one_arm(*self._handle_ends(place(points)[0]))

        points = draw.points(
            len(self.objects), spacing_m=self.lane_m, region=self.places, accept=accept
        )
        placements = place(points)
        arm = draw.arm_on_side(self._handle_ends(placements[0])[0])
        return Layout(placements, words={"colour": colours[0]}, roles={"arm": arm})

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        arm = layout.roles["arm"]
        now, end = world.joint_position(self.objects[0].name), self.end
        yield travel(arm, _above(self._hand(world, now)))
        yield touch(arm, self._hand(world, now))
        yield close(arm)
        for position in self._way(now, end):
            yield push(arm, self._hand(world, position))
        yield keep(arm, CLOSED_M, _SETTLING_S)
        yield release(arm)
        yield travel(arm, _above(self._hand(world, end)), CARRY_SPEED_M_S)

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        name, start = self.objects[0].name, layout.placements[0].joint_position
        share = (world.joint_position(name) - start) / (self.end - start)
        return {
            "touched": bool(world.touching_arms(name)),
            "half way": share > 0.5,
            "all the way": self._is_at_end(world),
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        thing, other = self.objects
        strayed = world.joint_position(other.name) - layout.placements[1].joint_position
        is_left_alone = abs(strayed) < self.tolerance and not world.touching_arms(thing.name)
        return is_left_alone and self._is_at_end(world)

    def _handle_ends(self, placement: Placement) -> tuple[FloatArray, FloatArray]:
        """Return the (2,) points of the table the handle is above in the beginning and the end."""
        foot = Pose(np.array(placement.position), placement.rotation)
        start = placement.joint_position
        first, last = (
            (foot @ self.piece.pose(at)).apply(np.array(self.handle))[:2]
            for at in (start, self.end)
        )
        return first, last

    def _hand(self, world: World, position: float) -> Pose:
        """Return the hand on the handle when the joint stands at a position."""
        piece = world.moving_pose(self.objects[0].name, position)
        across = piece.rotation[:, 1]
        return pointing_down(piece.apply(np.array(self.handle)), np.arctan2(-across[0], across[1]))

    def _way(self, start: float, end: float) -> FloatArray:
        """Return positions so close together that straight lines between them do for an arc."""
        turn_rad = self.piece.pose(start).angle_rad(self.piece.pose(end))
        return np.linspace(start, end, max(1, ceil(turn_rad / _STRIDE_RAD)) + 1)[1:]

    def _is_at_end(self, world: World) -> bool:
        missed = world.joint_position(self.objects[0].name) - self.end
        return abs(missed) < self.tolerance


def _above(hand: Pose) -> Pose:
    return at_height(hand, hand.position[2] + _ABOVE_M)
