"""Two hands take one of two wide coloured boxes by its handles and hold it level in the air."""

from collections.abc import Mapping

from lbm_studio.station.simulation.layout import Draw, Layout, Placement
from lbm_studio.station.simulation.motion import (
    CLOSED_M,
    CONTACT_SPEED_M_S,
    Demonstration,
    Grip,
    Phase,
    close,
)
from lbm_studio.station.simulation.objects import COLOURS, Part, SceneObject, Shape
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.two_hands import SIDES, at_both_ends
from lbm_studio.station.simulation.world import World

_HALF_SIZE_M = (0.045, 0.11, 0.025)
_HANDLE_HALF_SIZE_M = (0.012, 0.035, 0.010)
_HANDLE_HEIGHT_M = 0.030
_GRIP_M = _HALF_SIZE_M[1] + 0.04
_BOXES = ("near_box", "far_box")
_NEAR_X_M, _FAR_X_M = -0.09, 0.09
_MAX_SHIFT_M = (0.015, 0.06)
_MAX_YAW_RAD = 0.12
_ABOVE_M = 0.13
_HOLD_HEIGHT_M = 0.17
_HOLD_S = 0.8
_IS_LIFTED_M = 0.10
_MAX_TILT = 0.1


def _box(name: str) -> SceneObject:
    """Return a closed box with a handle on each short side, in a colour of the layout."""
    along = _HALF_SIZE_M[1] + _HANDLE_HALF_SIZE_M[1]
    handles = tuple(
        Part(
            Shape.BOX,
            _HANDLE_HALF_SIZE_M,
            (0.0, side * along, _HANDLE_HEIGHT_M - _HALF_SIZE_M[2]),
            shade=0.7,
        )
        for side in SIDES.values()
    )
    return SceneObject(name, (Part(Shape.BOX, _HALF_SIZE_M), *handles), mass_kg=1.2)


class LiftBoxTogether(Skill):
    """A two-handed lift that ends in the air."""

    name = "lift_box_together"
    title = "Lift a wide box with both hands"
    family = "lifting"
    bimanual = True
    pretraining = False
    required_arms = ("right", "left")
    goals = (
        "lift the {box} box with both hands",
        "raise the {box} box and hold it level",
        "both arms: take the {box} box up by its handles",
        "hold the {box} box in the air",
        "pick up the {box} crate together and keep it up",
        "the {box} box should hang level between the two hands",
        "grab the {box} box at both ends and lift it off the table",
    )
    unheard = (
        "pick up the {box} box with two hands",
        "both hands lift the {box} crate",
        "raise the {box} box off the table together",
        "hold up the {box} box with both arms",
        "lift the {box} box by its two handles and keep it level",
    )
    objects = tuple(_box(name) for name in _BOXES)
    alike = (_BOXES,)

    def lay_out(self, draw: Draw) -> Layout:
        colours = draw.colours(len(_BOXES))
        boxes = tuple(
            Placement(
                name,
                (
                    x + draw.number(-_MAX_SHIFT_M[0], _MAX_SHIFT_M[0]),
                    draw.number(-_MAX_SHIFT_M[1], _MAX_SHIFT_M[1]),
                    _HALF_SIZE_M[2],
                ),
                draw.number(-_MAX_YAW_RAD, _MAX_YAW_RAD),
                COLOURS[colour],
            )
            for name, x, colour in zip(_BOXES, (_NEAR_X_M, _FAR_X_M), colours, strict=True)
        )
        chosen = draw.choice(_BOXES)
        return Layout(boxes, {"box": colours[_BOXES.index(chosen)]}, roles={"box": chosen})

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        box = world.pose(layout.roles["box"])
        yield at_both_ends(box, _GRIP_M, _ABOVE_M)
        yield at_both_ends(
            box, _GRIP_M, _HANDLE_HEIGHT_M, speed_m_s=CONTACT_SPEED_M_S, care_m=0.035
        )
        yield close(*SIDES)
        yield at_both_ends(
            box, _GRIP_M, _HOLD_HEIGHT_M, speed_m_s=CONTACT_SPEED_M_S, is_linked=True
        )
        yield Phase(tuple(Grip(arm, CLOSED_M, _HOLD_S) for arm in SIDES), is_linked=True)

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        box = layout.roles["box"]
        return {
            "held by both": world.touching_arms(box) == set(SIDES),
            "off the table": bool(world.pose(box).position[2] > 2.0 * _HALF_SIZE_M[2]),
            "lifted level": self.is_success(world, layout, frozenset()),
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        box = world.pose(layout.roles["box"])
        is_level = abs(box.rotation[2, :2]).max() < _MAX_TILT
        is_in_both = world.touching_arms(layout.roles["box"]) == set(SIDES)
        return bool(box.position[2] > _IS_LIFTED_M and is_level and is_in_both)
