"""Press one of three coloured buttons with the closed hand, and none of the others.

The arm on the button's side does it, alone.
"""

from collections.abc import Mapping

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.simulation.layout import Draw, Layout, Placement
from lbm_studio.station.simulation.motion import (
    CARRY_SPEED_M_S,
    CLOSED_M,
    Demonstration,
    at_height,
    keep,
    pointing_down,
    touch,
    travel,
)
from lbm_studio.station.simulation.objects import (
    BUTTON_HEIGHT_M,
    BUTTON_TRAVEL_M,
    COLOURS,
    button,
)
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.world import World

_BUTTONS = ("first_button", "second_button", "third_button")
_SPACING_M = 0.14
_SIDE_MARGIN_M = 0.02
_ABOVE_M = 0.12
_PRESS_HEIGHT_M = 0.024
_DWELL_S = 0.2
_IS_PRESSED_M = 0.6 * BUTTON_TRAVEL_M
_IS_LEFT_M = BUTTON_HEIGHT_M + 0.05


class PressButton(Skill):
    """Pressing by colour."""

    name = "press_button"
    title = "Press a button"
    family = "pressing"
    bimanual = False
    pretraining = True
    required_arms = ()
    goals = (
        "press the {colour} button",
        "push down the {colour} button",
        "the {colour} button, please",
        "find the {colour} button and press it once",
        "with a closed hand, press {colour}",
        "give the {colour} button a push",
    )
    objects = tuple(button(name) for name in _BUTTONS)

    def lay_out(self, draw: Draw) -> Layout:
        def accept(points: list[FloatArray]) -> bool:
            return draw.is_clear_side(points[0], _SIDE_MARGIN_M)

        points = draw.points(len(_BUTTONS), spacing_m=_SPACING_M, accept=accept)
        colours = draw.colours(len(_BUTTONS))
        buttons = tuple(
            Placement(name, (*point, 0.0), 0.0, COLOURS[colour])
            for name, point, colour in zip(_BUTTONS, points, colours, strict=True)
        )
        arm = draw.arm_on_side(points[0])
        return Layout(buttons, words={"colour": colours[0]}, roles={"arm": arm})

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        arm = layout.roles["arm"]
        x, y, _ = world.pose(_BUTTONS[0]).position
        pressed = pointing_down((x, y, _PRESS_HEIGHT_M))
        yield keep(arm, CLOSED_M, 0.0)
        yield travel(arm, at_height(pressed, _ABOVE_M))
        yield touch(arm, pressed)
        yield keep(arm, CLOSED_M, _DWELL_S)
        yield travel(arm, at_height(pressed, _ABOVE_M), CARRY_SPEED_M_S)

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        hand = world.gripper(layout.roles["arm"]).pose.position
        target = world.pose(_BUTTONS[0]).position
        return {
            "over the button": bool(abs(hand[:2] - target[:2]).max() < 0.03),
            "pressed": world.joint_position(_BUTTONS[0]) > _IS_PRESSED_M,
            "pressed another": any(
                world.joint_position(other) > _IS_PRESSED_M for other in _BUTTONS[1:]
            ),
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        is_right = "pressed" in reached and "pressed another" not in reached
        return is_right and world.gripper(layout.roles["arm"]).pose.position[2] > _IS_LEFT_M
