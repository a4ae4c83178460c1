"""Hold one coloured button down with one hand and press another with the other, not the third.

The scene is that of pressing one button. Who looks at the table sees which button is held already,
and so what is to be done next.
"""

from collections.abc import Mapping

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.simulation.layout import Draw, Layout, lay_fixtures
from lbm_studio.station.simulation.motion import Demonstration
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.skills.press_button import (
    BUTTONS,
    SPACING_M,
    THREE_BUTTONS,
    hold_down,
    is_pressed,
)
from lbm_studio.station.simulation.world import World

_COLOURS = ("green", "red", "blue")
_ROLES = ("first", "second")
_HANDS_APART_M = 0.24
"""Along the y axis, so that two hands do not meet [m]."""


class PressTwoButtons(Skill):
    """Pressing in order, with two hands."""

    name = "press_two_buttons"
    title = "Hold a button down and press another"
    family = "pressing"
    bimanual = True
    pretraining = False
    required_arms = ("right", "left")
    time_limit_s = 12.0
    goals = (
        "hold the {first} button down and press the {second} one",
        "first push the {first} button and keep it down, then push the {second} button",
        "press {first} and then {second}, both at once in the end",
        "keep {first} pressed while the other hand presses {second}",
        "one hand on the {first} button, and when it is down the other hand on {second}",
        "press two buttons with two hands: {first}, then {second}",
        "start with the {first} button, do not let go, and finish with the {second} one",
    )
    unheard = (
        "hold down {first} and press {second}",
        "push {first} first and hold it, then push {second}",
        "press the {first} button followed by the {second} button without letting go",
        "while you hold the {first} button, tap the {second} one",
        "press the {first} and the {second} button with both hands, in that order",
    )
    objects = THREE_BUTTONS
    alike = (BUTTONS,)
    in_turn = ("pressed the first", "pressed the second")

    def lay_out(self, draw: Draw) -> Layout:
        def accept(points: list[FloatArray]) -> bool:
            first, second, _ = points
            is_plain = draw.is_for_one_arm(first) and draw.is_for_one_arm(second)
            arms = {draw.arm_on_side(first), draw.arm_on_side(second)}
            are_apart = abs(first[1] - second[1]) > _HANDS_APART_M
            return is_plain and are_apart and len(arms) == len(_ROLES)

        points = draw.points(len(BUTTONS), spacing_m=SPACING_M, accept=accept)
        arms = (draw.arm_on_side(point) for point in points)
        return Layout(
            lay_fixtures(BUTTONS, points, _COLOURS),
            words=dict(zip(_ROLES, _COLOURS, strict=False)),
            roles=dict(zip(_ROLES, arms, strict=False)),
        )

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        for role, button in zip(_ROLES, BUTTONS, strict=False):
            yield from hold_down(layout.roles[role], world.pose(button))

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        first, second, third = (is_pressed(world, name) for name in BUTTONS)
        return {
            "pressed the first": first,
            "pressed the second": first and second,
            "pressed another": third,
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        are_pressed = all(is_pressed(world, name) for name in BUTTONS[:2])
        return are_pressed and reached >= set(self.in_turn) and "pressed another" not in reached
