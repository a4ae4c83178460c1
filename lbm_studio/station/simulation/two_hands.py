"""How two hands share one long thing between them, each on its own side of the table."""

from collections.abc import Mapping
from math import pi

from lbm_studio.core.pose import Pose
from lbm_studio.station.simulation.motion import (
    CARRY_SPEED_M_S,
    Phase,
    Reach,
    pointing_down,
    together,
    yaw_of,
)

SIDES: Mapping[str, float] = {"right": -1.0, "left": 1.0}
"""The two arms, and on which side of the y axis each of them stands."""


def across(thing: Pose, along_m: float, height_m: float) -> Pose:
    """Return a hand over a long thing, its fingers to both sides, ``along_m`` from its centre."""
    x, y, _ = thing.position + thing.rotation[:, 1] * along_m
    return pointing_down((x, y, height_m), yaw_of(thing) + pi / 2)


def at_both_ends(
    thing: Pose,
    along_m: float,
    height_m: float,
    *,
    speed_m_s: float = CARRY_SPEED_M_S,
    care_m: float = 0.0,
    is_linked: bool = False,
) -> Phase:
    """Move each hand to its end of a long thing, ``along_m`` from the centre."""
    reaches = [
        Reach(arm, across(thing, side * along_m, height_m), speed_m_s, care_m)
        for arm, side in SIDES.items()
    ]
    return together(*reaches, is_linked=is_linked)
