"""Stand a peg in one of two coloured sockets; only the goal says which.

The arm on the peg's side does it, alone.
"""

from collections.abc import Mapping

import numpy as np

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.simulation.layout import Draw, Layout, Placement, lay_fixtures
from lbm_studio.station.simulation.motion import (
    Demonstration,
    pick,
    place,
    pointing_down,
    yaw_of,
)
from lbm_studio.station.simulation.objects import COLOURS, basin, block
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.world import World

_SOCKETS = ("first_socket", "second_socket")
_HALF_SIZE_M = (0.017, 0.017, 0.035)
_SOCKET_HALF_EDGE_M = 0.030
_SOCKET_HEIGHT_M = 0.036
_SPACING_M = 0.14
_MAX_YAW_RAD = 0.6
_GRASP_HEIGHT_M = 0.045
_RELEASE_HEIGHT_M = 0.060
_CARE_M = 0.06
_IS_LIFTED_M = 0.07
_IS_DOWN_M = 0.05
_MAX_OFFSET_M = 0.02
_MIN_UPRIGHT = 0.97


class PegInSocket(Skill):
    """Inserting by colour."""

    name = "peg_in_socket"
    title = "Stand a peg in a socket"
    family = "inserting"
    bimanual = False
    pretraining = True
    required_arms = ()
    goals = (
        "put the {peg} peg in the {socket} socket",
        "stand the peg in the {socket} socket",
        "plug the {peg} peg into the {socket} hole",
        "the {socket} socket should hold the {peg} peg",
        "into the {socket} socket with the peg",
        "take the {peg} peg and insert it into the {socket} socket",
        "fit the peg upright into the {socket} holder",
    )
    unheard = (
        "insert the {peg} peg in the {socket} hole",
        "push the peg into the {socket} socket",
        "stick the {peg} pin in the {socket} socket",
        "place the peg upright in the {socket} socket",
        "the peg goes into the {socket} hole",
    )
    objects = (
        block("peg", _HALF_SIZE_M, mass_kg=0.06),
        *(
            basin(name, _SOCKET_HALF_EDGE_M, _SOCKET_HALF_EDGE_M, height_m=_SOCKET_HEIGHT_M)
            for name in _SOCKETS
        ),
    )
    alike = (_SOCKETS,)

    def lay_out(self, draw: Draw) -> Layout:
        def accept(points: list[FloatArray]) -> bool:
            return draw.is_for_one_arm(points[0], points[1])

        points = draw.points(3, spacing_m=_SPACING_M, accept=accept)
        peg_colour, *socket_colours = draw.colours(3)
        peg = Placement(
            "peg",
            (*points[0], _HALF_SIZE_M[2]),
            draw.number(-_MAX_YAW_RAD, _MAX_YAW_RAD),
            COLOURS[peg_colour],
        )
        return Layout(
            (peg, *lay_fixtures(_SOCKETS, points[1:], socket_colours)),
            words={"peg": peg_colour, "socket": socket_colours[0]},
            roles={"arm": draw.arm_on_side(points[0])},
        )

    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        arm = layout.roles["arm"]
        peg = world.pose("peg")
        x, y, _ = peg.position
        grasp = pointing_down((x, y, _GRASP_HEIGHT_M), yaw_of(peg, symmetry=4))
        yield from pick(arm, grasp, care_m=_CARE_M)
        x, y, _ = world.pose(_SOCKETS[0]).position
        yield from place(arm, pointing_down((x, y, _RELEASE_HEIGHT_M)), care_m=_CARE_M)

    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        is_lifted = bool(world.pose("peg").position[2] > _IS_LIFTED_M)
        return {
            "lifted": is_lifted,
            "over the socket": is_lifted and self._is_over_socket(world),
            "in the socket": self.is_success(world, layout, frozenset()),
        }

    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        peg = world.pose("peg")
        stands = bool(peg.position[2] < _IS_DOWN_M and peg.rotation[2, 2] > _MIN_UPRIGHT)
        return stands and self._is_over_socket(world) and not world.touching_arms("peg")

    def _is_over_socket(self, world: World) -> bool:
        offset = world.pose("peg").relative_to(world.pose(_SOCKETS[0]))
        return bool(np.abs(offset.position[:2]).max() < _MAX_OFFSET_M)
