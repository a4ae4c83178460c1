"""Press one coloured button and then another, always the same two, and not the third.

The scene is that of pressing one button. The arm on the side of both presses both. Its fingers
spread a little on the first button and open on the second: whoever looks at the hand sees what has
been done.
"""

from collections.abc import Mapping

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.simulation.layout import Draw, Layout, lay_fixtures
from lbm_studio.station.simulation.motion import OPEN_M, Demonstration
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.skills.press_button import (
    BUTTONS,
    SPACING_M,
    THREE_BUTTONS,
    has_left,
    is_pressed,
    press,
)
from lbm_studio.station.simulation.world import World

_COLOURS = ("green", "red", "blue")
_SPREAD_M = 0.03


class PressTwoButtons(Skill):
    """Pressing in order."""

    name = "press_two_buttons"
    title = "Press two buttons in order"
    family = "pressing"
    bimanual = False
    pretraining = False
    required_arms = ()
    time_limit_s = 16.0
    goals = (
        "press the {first} button, then the {second} one",
        "first push the {first} button and after that the {second} button",
        "press {first} and then {second}",
        "the {first} button first, the {second} button second",
        "push down the {first} button before you push down the {second} button",
        "press two buttons: {first}, then {second}",
        "start with the {first} button and finish with the {second} one",
    )
    unheard = (
        "hit the {first} button and then the {second} one",
        "push {first} first, then {second}",
        "press the {first} button followed by the {second} button",
        "tap the {first} button, afterwards the {second} button",
        "press the {first} and the {second} button in that order",
    )
    objects = THREE_BUTTONS
    alike = (BUTTONS,)
    in_turn = ("pressed the first", "pressed the second")

    def lay_out(self, draw: Draw) -> Layout:
        def accept(points: list[FloatArray]) -> bool:
            return draw.are_for_same_arm(points[:2])

        points = draw.points(len(BUTTONS), spacing_m=SPACING_M, accept=accept)
        return Layout(
            lay_fixtures(BUTTONS, points, _COLOURS),
            words={"first": _COLOURS[0], "second": _COLOURS[1]},
            roles={"arm": draw.arm_on_side(points[0])},
        )

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        arm = layout.roles["arm"]
        first, second, _ = (world.pose(name) for name in BUTTONS)
        yield from press(arm, first, after_m=_SPREAD_M)
        yield from press(arm, second, before_m=_SPREAD_M, after_m=OPEN_M)

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        first, second, third = (is_pressed(world, name) for name in BUTTONS)
        return {"pressed the first": first, "pressed the second": second, "pressed another": third}

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        are_pressed = reached >= set(self.in_turn) and "pressed another" not in reached
        return are_pressed and has_left(world, layout.roles["arm"])
