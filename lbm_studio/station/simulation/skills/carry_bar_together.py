"""Two hands lift a bar too long and heavy for one and carry it onto one of two coloured mats."""

from collections.abc import Mapping

import numpy as np

from lbm_studio.station.simulation.layout import Draw, Layout, Placement
from lbm_studio.station.simulation.motion import (
    CARRY_SPEED_M_S,
    CONTACT_SPEED_M_S,
    Demonstration,
    close,
    release,
)
from lbm_studio.station.simulation.objects import COLOURS, GREY, block, mat
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.two_hands import SIDES, at_both_ends
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


class CarryBarTogether(Skill):
    """A two-handed lift."""

    name = "carry_bar_together"
    title = "Carry a long bar with both hands"
    family = "carrying"
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
    unheard = (
        "carry the long bar with both arms to the {mat} mat",
        "use both hands to move the bar onto the {mat} mat",
        "lift the bar together and set it on the {mat} mat",
        "two arms: put the bar on the {mat} mat",
        "pick up the heavy bar with two hands and place it on the {mat} mat",
        "bring the bar over to the {mat} mat with both grippers",
        "both arms should carry the beam to the {mat} mat",
        "transport the long bar to the {mat} mat",
        "grab both ends of the bar and lay it on the {mat} mat",
        "move the bar onto the {mat} mat, lifting it from both sides",
        "together, lift the long bar and put it down on the {mat} mat",
    )
    objects = (
        block("bar", _HALF_SIZE_M, mass_kg=1.5),
        *(mat(name, *_MAT_HALF_SIZE_M) for name in _MATS),
    )
    alike = (_MATS,)

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
        yield at_both_ends(bar, _GRIP_M, _CARRY_HEIGHT_M)
        yield at_both_ends(bar, _GRIP_M, _GRASP_HEIGHT_M, speed_m_s=CONTACT_SPEED_M_S, care_m=0.035)
        yield close(*SIDES)
        yield at_both_ends(bar, _GRIP_M, _CARRY_HEIGHT_M, speed_m_s=CARRY_SPEED_M_S, is_linked=True)
        target = world.pose(layout.roles["mat"])
        yield at_both_ends(
            target, _GRIP_M, _CARRY_HEIGHT_M, speed_m_s=CARRY_SPEED_M_S, is_linked=True
        )
        yield at_both_ends(
            target,
            _GRIP_M,
            _RELEASE_HEIGHT_M,
            speed_m_s=CONTACT_SPEED_M_S,
            care_m=0.035,
            is_linked=True,
        )
        yield release(*SIDES)
        yield at_both_ends(target, _GRIP_M, _CARRY_HEIGHT_M, speed_m_s=CARRY_SPEED_M_S)

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        bar = world.pose("bar")
        is_lifted = bar.position[2] > _LIFTED_M and abs(bar.rotation[2, 1]) < _MAX_TILT
        is_in_both = world.touching_arms("bar") == set(SIDES)
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
