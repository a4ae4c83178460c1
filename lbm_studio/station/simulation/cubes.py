"""Cubes on the table, and marks to put them on: how they lie there, are moved, and are stacked.

What several skills share, so that only the goal tells them apart.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.station.simulation.layout import Draw, Placement
from lbm_studio.station.simulation.motion import (
    Demonstration,
    pick,
    place,
    pointing_down,
    yaw_of,
)
from lbm_studio.station.simulation.objects import COLOURS, CUBE_EDGE_M, SceneObject, cube, mark
from lbm_studio.station.simulation.world import World

CUBES = ("first_cube", "second_cube", "third_cube")
THREE_CUBES: tuple[SceneObject, ...] = tuple(cube(name) for name in CUBES)
TWO_CUBES = THREE_CUBES[:2]
MARKS = ("first_mark", "second_mark")
TWO_MARKS: tuple[SceneObject, ...] = tuple(mark(name, 0.05) for name in MARKS)
SPACING_M = 0.14
"""Between the centres of things on the table, so that a hand has room around each [m]."""
MAX_YAW_RAD = 0.6
MAX_OFFSET_M = 0.03
"""How far the centre of a cube may lie from the centre of what it was put on [m]."""
GRASP_HEIGHT_M = 0.019
"""Of the hand above what the cube it holds stands on [m]."""

_DROP_M = 0.004
_MAX_HEIGHT_ERROR_M = 0.008


def lay_cubes(
    draw: Draw, points: Sequence[FloatArray], colours: Sequence[str]
) -> tuple[Placement, ...]:
    """Lay the first ``len(points)`` cubes on points of the table, turned at random."""
    return tuple(
        Placement(
            name,
            (*point, CUBE_EDGE_M / 2),
            draw.number(-MAX_YAW_RAD, MAX_YAW_RAD),
            COLOURS[colour],
        )
        for name, point, colour in zip(CUBES, points, colours, strict=False)
    )


def pick_cube(arm: str, block: Pose) -> Demonstration:
    """Take a cube from above, the fingers along two of its sides."""
    grasp = block.position + (0.0, 0.0, GRASP_HEIGHT_M - CUBE_EDGE_M / 2)
    yield from pick(arm, pointing_down(grasp, yaw_of(block, symmetry=4)))


def place_cube(arm: str, point: ArrayLike, yaw_rad: float = 0.0) -> Demonstration:
    """Put the cube in the hand down so that it comes to stand on (3,) ``point`` [m]."""
    target = np.asarray(point) + (0.0, 0.0, GRASP_HEIGHT_M + _DROP_M)
    yield from place(arm, pointing_down(target, yaw_rad))


def stack_cube(arm: str, world: World, upper: str, lower: str) -> Demonstration:
    """Take one cube and put it on another, side along side."""
    yield from pick_cube(arm, world.pose(upper))
    below = world.pose(lower)
    top = below.position + (0.0, 0.0, CUBE_EDGE_M / 2)
    yield from place_cube(arm, top, yaw_of(below, symmetry=4))


def is_on_cube(world: World, upper: str, lower: str) -> bool:
    """Whether one cube stands on another and no hand touches it."""
    rise = world.pose(upper).position[2] - world.pose(lower).position[2]
    is_on_top = abs(rise - CUBE_EDGE_M) < _MAX_HEIGHT_ERROR_M
    return (
        bool(is_on_top)
        and world.offset_m(upper, lower) < MAX_OFFSET_M
        and not world.touching_arms(upper)
    )


def is_on_mark(world: World, name: str, mark_name: str) -> bool:
    """Whether a cube stands on a mark and no hand touches it."""
    return world.offset_m(name, mark_name) < MAX_OFFSET_M and is_on_table(world, name)


def is_on_table(world: World, name: str) -> bool:
    """Whether a cube stands on the table and no hand touches it."""
    is_down = abs(world.pose(name).position[2] - CUBE_EDGE_M / 2) < _MAX_HEIGHT_ERROR_M
    return bool(is_down) and not world.touching_arms(name)
