"""Press one of three coloured buttons with the closed hand, and none of the others.

The arm on the button's side does it, alone.
"""

from collections.abc import Mapping

from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.station.simulation.layout import Draw, Layout, lay_fixtures
from lbm_studio.station.simulation.motion import (
    CARRY_SPEED_M_S,
    CLOSED_M,
    OPEN_M,
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
    button,
)
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.world import World

BUTTONS = ("first_button", "second_button", "third_button")
THREE_BUTTONS = tuple(button(name) for name in BUTTONS)
SPACING_M = 0.14

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
    unheard = (
        "hit the {colour} button",
        "push the {colour} button",
        "click the {colour} button",
        "please press the button that is {colour}",
        "tap the {colour} button once",
        "could you press the {colour} button for me",
        "press down on the {colour} button with the gripper",
        "activate the {colour} button",
        "touch the {colour} button",
        "go to the {colour} button and push it",
        "press the {colour} one",
    )
    objects = THREE_BUTTONS
    alike = (BUTTONS,)

    def lay_out(self, draw: Draw) -> Layout:
        def accept(points: list[FloatArray]) -> bool:
            return draw.is_for_one_arm(points[0])

        points = draw.points(len(BUTTONS), spacing_m=SPACING_M, accept=accept)
        colours = draw.colours(len(BUTTONS))
        return Layout(
            lay_fixtures(BUTTONS, points, colours),
            words={"colour": colours[0]},
            roles={"arm": draw.arm_on_side(points[0])},
        )

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        arm, target = layout.roles["arm"], world.pose(BUTTONS[0])
        yield from hold_down(arm, target)
        # Open fingers tell a hand that has pressed from one that is about to.
        yield keep(arm, OPEN_M, _DWELL_S)
        yield travel(arm, pointing_down((*target.position[:2], _ABOVE_M)), CARRY_SPEED_M_S)

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        hand = world.gripper(layout.roles["arm"]).pose.position
        target = world.pose(BUTTONS[0]).position
        return {
            "over the button": bool(abs(hand[:2] - target[:2]).max() < 0.03),
            "pressed": is_pressed(world, BUTTONS[0]),
            "pressed another": any(is_pressed(world, other) for other in BUTTONS[1:]),
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        is_right = "pressed" in reached and "pressed another" not in reached
        return is_right and has_left(world, layout.roles["arm"])


def hold_down(arm: str, target: Pose) -> Demonstration:
    """Press a button with the tips of the closed fingers, and stay.

    Args:
        arm: which hand.
        target: pose of the button.
    """
    pressing = pointing_down((*target.position[:2], _PRESS_HEIGHT_M))
    yield keep(arm, CLOSED_M, 0.0)
    yield travel(arm, at_height(pressing, _ABOVE_M))
    yield touch(arm, pressing)


def is_pressed(world: World, name: str) -> bool:
    """Whether a button is held down at this moment."""
    return world.joint_position(name) > _IS_PRESSED_M


def has_left(world: World, arm: str) -> bool:
    """Whether a hand is up and away from the buttons."""
    return bool(world.gripper(arm).pose.position[2] > _IS_LEFT_M)
