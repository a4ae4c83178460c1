"""Push a coloured puck along the table onto a mark, with the fingers spread like a fork.

Two pucks lie there; the goal says which. The arm on the puck's side does it, alone.
"""

from collections.abc import Mapping

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.simulation.layout import Draw, Layout, Placement
from lbm_studio.station.simulation.motion import Demonstration
from lbm_studio.station.simulation.objects import COLOURS, mark, puck
from lbm_studio.station.simulation.pushing import Lane, is_free, push_along
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.world import World

_PUCKS = ("first_puck", "second_puck")
_RADIUS_M = 0.042
_HEIGHT_M = 0.036
_MARK_RADIUS_M = 0.05
_FORK_M = 0.06
_CONTACT_M = 0.040
_SPACING_M = 0.17
_MAX_OFFSET_M = 0.03


class PushPuck(Skill):
    """Pushing by colour."""

    name = "push_puck"
    title = "Push a puck onto a mark"
    family = "pushing"
    bimanual = False
    pretraining = True
    required_arms = ()
    goals = (
        "push the {puck} puck onto the mark",
        "slide the {puck} disc to the {mark} spot",
        "onto the {mark} mark, push the {puck} puck",
        "shove the {puck} puck along the table until it covers the {mark} spot",
        "the {puck} puck should end on the mark",
        "without lifting it, bring the {puck} puck to the {mark} mark",
    )
    unheard = (
        "slide the {puck} puck to the mark",
        "move the {puck} puck onto the {mark} spot without picking it up",
        "nudge the {puck} disc to the target",
        "push the {puck} disk until it is on the {mark} mark",
        "get the {puck} puck onto the mark by pushing",
        "push the {puck} puck over to the {mark} circle",
        "slide the {puck} puck across the table onto the spot",
        "shift the {puck} disc to the {mark} mark",
        "please push the {puck} puck to its mark",
        "the {puck} disc belongs on the {mark} mark, slide it there",
        "use the hand to shove the {puck} puck onto the {mark} spot",
    )
    objects = (*(puck(name, _RADIUS_M, _HEIGHT_M) for name in _PUCKS), mark("mark", _MARK_RADIUS_M))
    alike = (_PUCKS,)

    def lay_out(self, draw: Draw) -> Layout:
        def accept(points: list[FloatArray]) -> bool:
            return is_free(draw, Lane(points[0], points[2]), points[1])

        points = draw.points(3, spacing_m=_SPACING_M, accept=accept)
        colours = draw.colours(3)
        pucks = [
            Placement(name, (*point, _HEIGHT_M / 2), 0.0, COLOURS[colour])
            for name, point, colour in zip(_PUCKS, points[:2], colours[:2], strict=True)
        ]
        spot = Placement("mark", (*points[2], 0.0), 0.0, COLOURS[colours[2]])
        return Layout(
            (*pucks, spot),
            words={"puck": colours[0], "mark": colours[2]},
            roles={"arm": draw.arm_on_side(points[0])},
        )

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        lane = Lane(*(world.pose(name).position[:2] for name in (_PUCKS[0], "mark")))
        yield from push_along(layout.roles["arm"], lane, _FORK_M, _CONTACT_M)

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        offset_m = world.offset_m(_PUCKS[0], "mark")
        return {
            "touched": bool(world.touching_arms(_PUCKS[0])),
            "near the mark": offset_m < 2.0 * _MARK_RADIUS_M,
            "on the mark": offset_m < _MAX_OFFSET_M,
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        is_over = world.offset_m(_PUCKS[0], "mark") < _MAX_OFFSET_M
        return is_over and not world.touching_arms(_PUCKS[0])
