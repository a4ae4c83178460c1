"""All skills of the simulated station. The first is the one that is taught from nothing."""

from lbm_studio.core.errors import UnknownNameError
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.skills.build_tower import BuildTower
from lbm_studio.station.simulation.skills.carry_bar_together import CarryBarTogether
from lbm_studio.station.simulation.skills.close_drawer import CloseDrawer
from lbm_studio.station.simulation.skills.cover_pot import CoverPot
from lbm_studio.station.simulation.skills.hand_over_bar import HandOverBar
from lbm_studio.station.simulation.skills.hand_over_into_tray import HandOverIntoTray
from lbm_studio.station.simulation.skills.lift_box_together import LiftBoxTogether
from lbm_studio.station.simulation.skills.open_box import OpenBox
from lbm_studio.station.simulation.skills.open_drawer import OpenDrawer
from lbm_studio.station.simulation.skills.peg_in_socket import PegInSocket
from lbm_studio.station.simulation.skills.press_button import PressButton
from lbm_studio.station.simulation.skills.press_two_buttons import PressTwoButtons
from lbm_studio.station.simulation.skills.push_cube_to_mark import PushCubeToMark
from lbm_studio.station.simulation.skills.push_puck import PushPuck
from lbm_studio.station.simulation.skills.put_cube_beside import PutCubeBeside
from lbm_studio.station.simulation.skills.put_cube_in_tray import PutCubeInTray
from lbm_studio.station.simulation.skills.put_cube_on_mark import PutCubeOnMark
from lbm_studio.station.simulation.skills.put_shape_in_tray import PutShapeInTray
from lbm_studio.station.simulation.skills.ring_on_post import RingOnPost
from lbm_studio.station.simulation.skills.sort_cubes import SortCubes
from lbm_studio.station.simulation.skills.stack_cubes import StackCubes
from lbm_studio.station.simulation.skills.turn_lever import TurnLever
from lbm_studio.station.simulation.skills.uncover_pot import UncoverPot
from lbm_studio.station.simulation.skills.unstack_cubes import UnstackCubes

SKILLS: tuple[Skill, ...] = (
    PutCubeInTray(),
    PutShapeInTray(),
    PutCubeOnMark(),
    PutCubeBeside(),
    StackCubes(),
    UnstackCubes(),
    SortCubes(),
    BuildTower(),
    OpenDrawer(),
    CloseDrawer(),
    CoverPot(),
    UncoverPot(),
    TurnLever(),
    OpenBox(),
    PushPuck(),
    PushCubeToMark(),
    PressButton(),
    PressTwoButtons(),
    RingOnPost(),
    PegInSocket(),
    HandOverBar(),
    HandOverIntoTray(),
    CarryBarTogether(),
    LiftBoxTogether(),
)
"""The skills in the order people are shown them."""


def find_skill(name: str) -> Skill:
    """Return a skill by name.

    Raises:
        UnknownNameError: there is no such skill.
    """
    for skill in SKILLS:
        if skill.name == name:
            return skill
    raise UnknownNameError("skill", name, (skill.name for skill in SKILLS))
