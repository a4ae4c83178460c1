"""Two coloured pots, a mark beside them and one lid, so that only the goal says where it belongs.

The lid lies on one of the three; it is taken by its knob.
"""

from collections.abc import Mapping
from math import cos, pi, sin, tan

import numpy as np

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.simulation.layout import Draw, Layout, Placement
from lbm_studio.station.simulation.motion import Demonstration, pick, place, pointing_down, yaw_of
from lbm_studio.station.simulation.objects import (
    COLOURS,
    DARK,
    GREY,
    Part,
    SceneObject,
    Shape,
    mark,
)
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.world import World

POTS = ("first_pot", "second_pot")
MARK = "mark"

_LID = "lid"
_PLACES: tuple[str, ...] = (*POTS, MARK)
_POT_RADIUS_M = 0.040
_POT_HEIGHT_M = 0.034
_POT_SIDES = 8
_WALL_M = 0.004
_LID_RADIUS_M = 0.046
_LID_THICKNESS_M = 0.008
_MARK_RADIUS_M = 0.055
_KNOB_HALF_SIZE_M = (0.011, 0.011, 0.014)
_GRASP_ABOVE_LID_M = 0.020
_DROP_M = 0.004
_LIFTED_M = 0.03
_MAX_OFFSET_M = 0.02
_MAX_HEIGHT_ERROR_M = 0.006
_SPACING_M = 0.14
_MAX_YAW_RAD = 0.6


def _pot(name: str) -> SceneObject:
    """Return a low open pot with a dark floor, in a colour of the layout, fastened down."""
    half_height = _POT_HEIGHT_M / 2
    floor = Part(Shape.CYLINDER, (_POT_RADIUS_M, 0.003, 0.0), (0.0, 0.0, 0.003), colour=DARK)
    half_side = (_POT_RADIUS_M + _WALL_M) * tan(pi / _POT_SIDES)
    walls = tuple(
        Part(
            Shape.BOX,
            (_WALL_M, half_side, half_height),
            (_POT_RADIUS_M * cos(yaw), _POT_RADIUS_M * sin(yaw), half_height),
            yaw_rad=yaw,
        )
        for yaw in np.arange(_POT_SIDES) * 2.0 * pi / _POT_SIDES
    )
    return SceneObject(name, (floor, *walls), is_fixture=True)


def _lid(name: str) -> SceneObject:
    """Return a round lid with a dark knob; its frame lies at the centre of the disc."""
    disc = Part(Shape.CYLINDER, (_LID_RADIUS_M, _LID_THICKNESS_M / 2, 0.0))
    knob_z = _LID_THICKNESS_M / 2 + _KNOB_HALF_SIZE_M[2]
    knob = Part(Shape.BOX, _KNOB_HALF_SIZE_M, (0.0, 0.0, knob_z), colour=DARK)
    return SceneObject(name, (disc, knob), mass_kg=0.08)


class MoveLid(Skill):
    """Covering and uncovering share the scene: the lid goes from one place to another."""

    family = "covering"
    bimanual = False
    pretraining = True
    required_arms = ()
    objects = (*(_pot(name) for name in POTS), mark(MARK, _MARK_RADIUS_M), _lid(_LID))
    choices = (("target", _PLACES),)

    def lay_out_for(self, draw: Draw, origin: str, target: str) -> Layout:
        """Draw a layout in which the lid goes from ``origin`` to ``target``."""

        def accept(points: list[FloatArray]) -> bool:
            at = dict(zip(_PLACES, points, strict=True))
            return draw.is_for_one_arm(at[origin], at[target])

        points = draw.points(len(_PLACES), spacing_m=_SPACING_M, accept=accept)
        at = dict(zip(_PLACES, points, strict=True))
        colours = dict(zip(_PLACES, draw.colours(len(_PLACES)), strict=True))
        places = tuple(
            Placement(name, (*point, 0.0), 0.0, COLOURS[colours[name]])
            for name, point in at.items()
        )
        yaw = draw.number(-_MAX_YAW_RAD, _MAX_YAW_RAD)
        lid = Placement(_LID, (*at[origin], _rest_height_m(origin)), yaw, GREY)
        return Layout(
            (*places, lid),
            words={"pot": colours[POTS[0]], "mark": colours[MARK]},
            roles={"arm": draw.arm_on_side(at[origin]), "target": target},
        )

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        arm, target = layout.roles["arm"], layout.roles["target"]
        lid = world.pose(_LID)
        grasp = lid.position + (0.0, 0.0, _GRASP_ABOVE_LID_M)
        yield from pick(arm, pointing_down(grasp, yaw_of(lid, symmetry=4)))
        x, y, _ = world.pose(target).position
        height = _rest_height_m(target) + _GRASP_ABOVE_LID_M + _DROP_M
        yield from place(arm, pointing_down((x, y, height)))

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        start = next(place for place in layout.placements if place.name == _LID)
        rise = world.pose(_LID).position[2] - start.position[2]
        is_lifted = bool(rise > _LIFTED_M)
        return {
            "lifted": is_lifted,
            "over its place": is_lifted and self._is_over(world, layout),
            "in its place": self.is_success(world, layout, frozenset()),
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        error = world.pose(_LID).position[2] - _rest_height_m(layout.roles["target"])
        is_down = bool(abs(error) < _MAX_HEIGHT_ERROR_M)
        return is_down and not world.touching_arms(_LID) and self._is_over(world, layout)

    def _is_over(self, world: World, layout: Layout) -> bool:
        return world.offset_m(_LID, layout.roles["target"]) < _MAX_OFFSET_M


def _rest_height_m(place_name: str) -> float:
    """Return how high the lid lies on one of the places [m]."""
    return _LID_THICKNESS_M / 2 + (0.0 if place_name == MARK else _POT_HEIGHT_M)
