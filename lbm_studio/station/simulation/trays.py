"""Two coloured trays on the table, and when a thing lies in one of them."""

import numpy as np

from lbm_studio.core.pose import Pose
from lbm_studio.station.simulation.motion import Demonstration, place, pointing_down
from lbm_studio.station.simulation.objects import TRAY_EDGE_M, SceneObject, tray
from lbm_studio.station.simulation.world import World

TRAYS = ("first_tray", "second_tray")
TWO_TRAYS: tuple[SceneObject, ...] = tuple(tray(name) for name in TRAYS)

_DROP_M = 0.033
_RIM_M = 0.005
_IS_DOWN_M = 0.06


def place_in_tray(arm: str, target: Pose, grasp_height_m: float) -> Demonstration:
    """Let what was taken at a height above the table drop into a tray from just above its rim."""
    x, y, _ = target.position
    yield from place(arm, pointing_down((x, y, grasp_height_m + _DROP_M)))


def is_over_tray(world: World, name: str, tray_name: str) -> bool:
    """Whether the centre of a thing is above the floor of a tray."""
    offset = world.pose(name).relative_to(world.pose(tray_name))
    return bool(np.abs(offset.position[:2]).max() < TRAY_EDGE_M / 2 - _RIM_M)


def is_in_tray(world: World, name: str, tray_name: str) -> bool:
    """Whether a thing lies in a tray and no hand touches it."""
    is_down = bool(world.pose(name).position[2] < _IS_DOWN_M)
    return is_down and not world.touching_arms(name) and is_over_tray(world, name, tray_name)
