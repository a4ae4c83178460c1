"""One hand picks up a bar and gives it to the other, which puts it into a tray on its own side.

Either arm may give. Without a moment in which both hold the bar in the air it does not count.
"""

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.station.simulation.layout import Draw, Layout, Placement, Region, lay_fixtures
from lbm_studio.station.simulation.motion import (
    CARRY_SPEED_M_S,
    CLEARANCE_M,
    Demonstration,
    Reach,
    at_height,
    close,
    pick,
    place,
    release,
    together,
    touch,
    travel,
)
from lbm_studio.station.simulation.objects import COLOURS, SceneObject, basin, block
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.two_hands import SIDES, across
from lbm_studio.station.simulation.world import World

_HALF_THICKNESS_M, _HALF_LENGTH_M = 0.014, 0.10
_GRIP_M = 0.07
_TRAY_HALF_SIZE_M = (0.05, 0.125)
_TRAY_SPACING_M = 2.0 * _TRAY_HALF_SIZE_M[0] + 0.02
_NEAR_Y_M, _FAR_Y_M = 0.13, 0.24
_BELOW_CENTRE_M = 0.002
_GRASP_HEIGHT_M = 0.018
_DROP_M = 0.020
_MEETING_HEIGHT_M = 0.16
_MAX_YAW_RAD = 0.25


def bar_of_height(half_height_m: float) -> SceneObject:
    """Return a bar along the y axis that hands can close around."""
    return block("bar", (_HALF_THICKNESS_M, _HALF_LENGTH_M, half_height_m), mass_kg=0.08)


def tray_for_bar(name: str) -> SceneObject:
    """Return a tray the bar fits into, along the y axis."""
    return basin(name, *_TRAY_HALF_SIZE_M)


class HandOverBar(Skill):
    """A hand-over from one arm to the other, in either direction.

    Attributes:
        half_height_m: half the height of the bar [m].
        trays: on the receiver's side; the first is the one that is meant.
    """

    name = "hand_over_bar"
    title = "Hand a bar over and put it down"
    family = "handing_over"
    bimanual = True
    pretraining = True
    required_arms = ("right", "left")
    time_limit_s = 24.0
    goals = (
        "hand the {bar} bar to the {receiver} hand and put it in the {tray} tray",
        "pass the {bar} bar from {giver} to {receiver}, then lay it in the tray",
        "give the {receiver} arm the {bar} bar; it goes into the {tray} tray",
        "into the {tray} tray with the {bar} bar, handed over by the {giver} arm",
        "the {giver} hand takes the {bar} bar, the {receiver} hand puts it away",
        "move the {bar} bar across the table to the {tray} tray using both hands",
    )
    unheard = (
        "hand over the {bar} bar and place it in the {tray} tray",
        "pass the {bar} stick to the other hand and put it in the tray",
        "give the {bar} bar from the {giver} arm to the {receiver} arm",
        "transfer the {bar} bar between the hands and lay it in the {tray} tray",
        "take the {bar} bar with the {giver} hand, pass it to the {receiver}, "
        "and drop it in the {tray} tray",
        "the {giver} arm should hand the {bar} bar to the {receiver} arm",
        "swap the bar to your other hand and put it in the {tray} tray",
        "please pass the bar over to the {receiver} gripper, then into the tray",
        "grab the {bar} bar, change hands and set it down in the {tray} tray",
        "bring the {bar} bar to the {tray} tray by handing it over",
        "let the {receiver} arm receive the {bar} bar and put it away",
    )
    half_height_m = 0.020
    trays = ("tray",)
    objects = (bar_of_height(half_height_m), tray_for_bar("tray"))

    def lay_out(self, draw: Draw) -> Layout:
        giver = draw.choice(self.required_arms)
        receiver = next(arm for arm in self.required_arms if arm != giver)
        bar_at = draw.points(1, spacing_m=0.0, region=_side_region(giver))[0]
        trays_at = draw.points(
            len(self.trays), spacing_m=0.0, region=_side_region(receiver), accept=_lie_apart
        )
        bar_colour, *tray_colours = draw.colours(1 + len(self.trays))
        yaw = draw.number(-_MAX_YAW_RAD, _MAX_YAW_RAD)
        bar = Placement("bar", (*bar_at, self.half_height_m), yaw, COLOURS[bar_colour])
        words = {"bar": bar_colour, "tray": tray_colours[0], "giver": giver, "receiver": receiver}
        return Layout(
            (bar, *lay_fixtures(self.trays, trays_at, tray_colours)),
            words,
            roles={"giver": giver, "receiver": receiver},
        )

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        giver, receiver = layout.roles["giver"], layout.roles["receiver"]
        bar = world.pose("bar")
        outwards = SIDES[giver] * _GRIP_M
        yield from pick(giver, across(bar, outwards, _GRASP_HEIGHT_M))
        meeting = Pose(np.array([-0.02, 0.0, _MEETING_HEIGHT_M]), np.eye(3))
        offered = across(meeting, outwards, _MEETING_HEIGHT_M)
        waiting = across(meeting, -outwards, _MEETING_HEIGHT_M + 0.12)
        yield together(Reach(giver, offered, CARRY_SPEED_M_S), Reach(receiver, waiting))
        # Where the giver, still swinging perhaps, will hold it when it has come to rest.
        held = offered @ world.pose("bar").relative_to(world.gripper(giver).pose)
        yield touch(receiver, across(held, -outwards, held.position[2] - _BELOW_CENTRE_M))
        yield close(receiver)
        yield release(giver)
        yield travel(giver, at_height(offered, _MEETING_HEIGHT_M + 0.12), CARRY_SPEED_M_S)
        away = across(Pose(np.array([-0.1, SIDES[giver] * 0.25, 0.0]), np.eye(3)), 0.0, 0.3)
        target = across(world.pose(self.trays[0]), -outwards, self.half_height_m + _DROP_M)
        yield together(
            Reach(giver, away), Reach(receiver, at_height(target, CLEARANCE_M), CARRY_SPEED_M_S)
        )
        yield from place(receiver, target)

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        holders = world.touching_arms("bar")
        is_lifted = world.pose("bar").position[2] > 0.08
        return {
            "lifted": is_lifted,
            "held by both": is_lifted and len(holders) == len(self.required_arms),
            "handed over": is_lifted and holders == {layout.roles["receiver"]},
            "in the tray": self._is_in_tray(world),
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        is_left_alone = not world.touching_arms("bar")
        is_handed_over = {"held by both", "handed over"} <= reached
        return is_handed_over and is_left_alone and self._is_in_tray(world)

    def _is_in_tray(self, world: World) -> bool:
        offset = np.abs(world.pose("bar").relative_to(world.pose(self.trays[0])).position)
        return bool((offset < (_TRAY_HALF_SIZE_M[0], 0.04, self.half_height_m + _DROP_M)).all())


def _side_region(arm: str) -> Region:
    low, high = sorted((SIDES[arm] * _NEAR_Y_M, SIDES[arm] * _FAR_Y_M))
    return Region(-0.10, 0.08, low, high)


def _lie_apart(points: list[FloatArray]) -> bool:
    """Whether trays on these points lie behind each other, with a gap."""
    return all(abs(a[0] - b[0]) > _TRAY_SPACING_M for a, b in combinations(points, 2))
