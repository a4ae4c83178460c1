"""Two hands lift a bar too long and heavy for one and carry it onto one of two coloured mats."""

from collections.abc import Mapping
from math import pi

import numpy as np

from lbm_studio.core.pose import Pose
from lbm_studio.station.simulation.layout import Draw, Layout, Placement
from lbm_studio.station.simulation.motion import (
    CARRY_SPEED_M_S,
    CONTACT_SPEED_M_S,
    Demonstration,
    Phase,
    Reach,
    close,
    pointing_down,
    release,
    together,
    yaw_of,
)
from lbm_studio.station.simulation.objects import COLOURS, GREY, block, mat
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.world import World

_HALF_SIZE_M = (0.018, 0.24, 0.018)
_GRIP_M = 0.18
_MATS = ("near_mat", "far_mat")
_MAT_HALF_SIZE_M = (0.04, 0.25)
_NEAR_X_M, _FAR_X_M = -0.11, 0.11
_START_X_M = 0.025
_MAX_YAW_RAD = 0.15
_GRASP_HEIGHT_M = 0.018
_RELEASE_HEIGHT_M = 0.021
_LIFTED_M = 0.08
_CARRY_HEIGHT_M = 0.13
_MAX_OFFSET_M = 0.03
_MAX_TILT = 0.12
_SIDES = {"right": -1.0, "left": 1.0}


class CarryBarTogether(Skill):
    """A two-handed lift."""

    name = "carry_bar_together"
    title = "Carry a long bar with both hands"
    family = "bimanual"
    bimanual = True
    pretraining = True
    required_arms = ("right", "left")
    goals = (
        "carry the bar together onto the {mat} mat",
        "lift the long bar with both hands and lay it on the {mat} mat",
        "onto the {mat} mat with the bar, both arms at once",
        "both hands: take the bar to the {mat} mat",
        "the heavy bar should lie on the {mat} mat",
        "pick the bar up at its two ends and put it down on {mat}",
    )
    objects = (
        block("bar", _HALF_SIZE_M, mass_kg=1.5),
        *(mat(name, *_MAT_HALF_SIZE_M) for name in _MATS),
    )

    def lay_out(self, draw: Draw) -> Layout:
        colours = draw.colours(len(_MATS))
        x = draw.number(-_START_X_M, _START_X_M)
        y = draw.number(-0.04, 0.04)
        yaw = draw.number(-_MAX_YAW_RAD, _MAX_YAW_RAD)
        bar = Placement("bar", (x, y, _HALF_SIZE_M[2]), yaw, GREY)
        mats = [
            Placement(name, (at + draw.number(-0.01, 0.01), 0.0, 0.0), 0.0, COLOURS[colour])
            for name, at, colour in zip(_MATS, (_NEAR_X_M, _FAR_X_M), colours, strict=True)
        ]
        chosen = draw.choice(_MATS)
        words = {"mat": colours[_MATS.index(chosen)]}
        return Layout((bar, *mats), words, roles={"mat": chosen})

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        bar = world.pose("bar")
        yield _both(bar, _CARRY_HEIGHT_M)
        yield _both(bar, _GRASP_HEIGHT_M, speed_m_s=CONTACT_SPEED_M_S, care_m=0.035)
        yield close(*_SIDES)
        yield _both(bar, _CARRY_HEIGHT_M, speed_m_s=CARRY_SPEED_M_S, is_linked=True)
        target = world.pose(layout.roles["mat"])
        yield _both(target, _CARRY_HEIGHT_M, speed_m_s=CARRY_SPEED_M_S, is_linked=True)
        yield _both(
            target, _RELEASE_HEIGHT_M, speed_m_s=CONTACT_SPEED_M_S, care_m=0.035, is_linked=True
        )
        yield release(*_SIDES)
        yield _both(target, _CARRY_HEIGHT_M, speed_m_s=CARRY_SPEED_M_S)

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        bar = world.pose("bar")
        is_lifted = bar.position[2] > _LIFTED_M and abs(bar.rotation[2, 1]) < _MAX_TILT
        is_in_both = world.touching_arms("bar") == set(_SIDES)
        return {
            "held by both": is_in_both,
            "lifted level": bool(is_lifted and is_in_both),
            "on the mat": self._is_on_mat(world, layout),
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        is_left_alone = not world.touching_arms("bar")
        return "lifted level" in reached and is_left_alone and self._is_on_mat(world, layout)

    def _is_on_mat(self, world: World, layout: Layout) -> bool:
        bar = world.pose("bar")
        offset = np.abs(bar.relative_to(world.pose(layout.roles["mat"])).position)
        return bool(offset[0] < _MAX_OFFSET_M and bar.position[2] < 2.0 * _HALF_SIZE_M[2])


def _both(
    bar: Pose,
    height_m: float,
    *,
    speed_m_s: float = CARRY_SPEED_M_S,
    care_m: float = 0.0,
    is_linked: bool = False,
) -> Phase:
    """Move both hands to the two ends of the bar's place."""
    reaches = []
    for arm, side in _SIDES.items():
        x, y, _ = bar.position + bar.rotation[:, 1] * side * _GRIP_M
        hand = pointing_down((x, y, height_m), yaw_of(bar) + pi / 2)
        reaches.append(Reach(arm, hand, speed_m_s, care_m))
    return together(*reaches, is_linked=is_linked)
