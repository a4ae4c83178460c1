"""Hang a ring over one of two coloured posts; only the goal says which.

The arm on the ring's side does it, alone: it holds the ring from outside, so that the post comes
up between its fingers.
"""

from collections.abc import Mapping
from math import cos, pi, sin, tan

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.simulation.layout import Draw, Layout, Placement, lay_fixtures
from lbm_studio.station.simulation.motion import (
    Demonstration,
    pick,
    place,
    pointing_down,
    yaw_of,
)
from lbm_studio.station.simulation.objects import COLOURS, Part, SceneObject, Shape
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.world import World

_SIDES = 8
_RADIUS_M = 0.030
_WALL_M = 0.008
_RING_HEIGHT_M = 0.024
_POSTS = ("first_post", "second_post")
_POST_RADIUS_M = 0.009
_POST_HEIGHT_M = 0.055
_FOOT_RADIUS_M = 0.034
_FOOT_HEIGHT_M = 0.008
_SPACING_M = 0.14
_GRASP_HEIGHT_M = 0.017
_RELEASE_HEIGHT_M = 0.036
_ABOVE_M = 0.15
_CARE_M = 0.075
_MAX_OFFSET_M = _RADIUS_M - _WALL_M
_IS_LIFTED_M = 0.06
_IS_DOWN_M = _FOOT_HEIGHT_M + 0.75 * _RING_HEIGHT_M


def _ring(name: str) -> SceneObject:
    """Return an upright octagon of walls, in a colour of the layout."""
    half_size = (_WALL_M / 2, _RADIUS_M * tan(pi / _SIDES), _RING_HEIGHT_M / 2)
    middle = _RADIUS_M - _WALL_M / 2
    yaws = [2.0 * pi * side / _SIDES for side in range(_SIDES)]
    walls = tuple(
        Part(Shape.BOX, half_size, (middle * cos(yaw), middle * sin(yaw), 0.0), yaw_rad=yaw)
        for yaw in yaws
    )
    return SceneObject(name, walls, mass_kg=0.05)


def _post(name: str) -> SceneObject:
    """Return a thin post on a round foot, in a colour of the layout, fastened to the table."""
    half_m, foot_m = _POST_HEIGHT_M / 2, _FOOT_HEIGHT_M / 2
    stem = Part(Shape.CYLINDER, (_POST_RADIUS_M, half_m, 0.0), (0.0, 0.0, half_m))
    foot = Part(Shape.CYLINDER, (_FOOT_RADIUS_M, foot_m, 0.0), (0.0, 0.0, foot_m), shade=0.8)
    return SceneObject(name, (stem, foot), is_fixture=True)


class RingOnPost(Skill):
    """Inserting by colour: what is hollow goes over what is not."""

    name = "ring_on_post"
    title = "Put a ring over a post"
    family = "inserting"
    bimanual = False
    pretraining = True
    required_arms = ()
    goals = (
        "put the {ring} ring over the {post} post",
        "hang the ring on the {post} post",
        "slip the {ring} ring onto the {post} peg",
        "the {post} post should stand in the {ring} ring",
        "over the {post} post goes the ring",
        "take the {ring} ring and drop it over the {post} stick",
        "thread the ring onto the {post} post and let go",
    )
    unheard = (
        "place the {ring} ring around the {post} post",
        "put the hoop on the {post} pole",
        "drop the ring onto the {post} peg",
        "stick the {ring} ring over the {post} post",
        "get the ring onto the {post} stick",
    )
    objects = (_ring("ring"), *(_post(name) for name in _POSTS))
    alike = (_POSTS,)

    def lay_out(self, draw: Draw) -> Layout:
        def accept(points: list[FloatArray]) -> bool:
            return draw.is_for_one_arm(points[0], points[1])

        points = draw.points(3, spacing_m=_SPACING_M, accept=accept)
        ring_colour, *post_colours = draw.colours(3)
        ring = Placement(
            "ring",
            (*points[0], _RING_HEIGHT_M / 2),
            draw.number(-pi / _SIDES, pi / _SIDES),
            COLOURS[ring_colour],
        )
        return Layout(
            (ring, *lay_fixtures(_POSTS, points[1:], post_colours)),
            words={"ring": ring_colour, "post": post_colours[0]},
            roles={"arm": draw.arm_on_side(points[0])},
        )

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        arm = layout.roles["arm"]
        ring = world.pose("ring")
        x, y, _ = ring.position
        grasp = pointing_down((x, y, _GRASP_HEIGHT_M), yaw_of(ring, symmetry=_SIDES))
        yield from pick(arm, grasp)
        x, y, _ = world.pose(_POSTS[0]).position
        target = pointing_down((x, y, _RELEASE_HEIGHT_M))
        yield from place(arm, target, clearance_m=_ABOVE_M, care_m=_CARE_M)

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        is_lifted = bool(world.pose("ring").position[2] > _IS_LIFTED_M)
        return {
            "lifted": is_lifted,
            "over the post": is_lifted and world.offset_m("ring", _POSTS[0]) < _MAX_OFFSET_M,
            "on the post": self.is_success(world, layout, frozenset()),
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        is_down = bool(world.pose("ring").position[2] < _IS_DOWN_M)
        is_around = world.offset_m("ring", _POSTS[0]) < _MAX_OFFSET_M
        return is_down and is_around and not world.touching_arms("ring")
