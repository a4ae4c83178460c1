"""All skills of the simulated station. The first is the one that is taught from nothing."""

from lbm_studio.core.errors import UnknownNameError
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.skills.build_tower import BuildTower
from lbm_studio.station.simulation.skills.carry_bar_together import CarryBarTogether
from lbm_studio.station.simulation.skills.hand_over_bar import HandOverBar
from lbm_studio.station.simulation.skills.press_button import PressButton
from lbm_studio.station.simulation.skills.push_puck import PushPuck
from lbm_studio.station.simulation.skills.put_cube_beside import PutCubeBeside
from lbm_studio.station.simulation.skills.put_cube_in_tray import PutCubeInTray
from lbm_studio.station.simulation.skills.put_cube_on_mark import PutCubeOnMark
from lbm_studio.station.simulation.skills.put_shape_in_tray import PutShapeInTray
from lbm_studio.station.simulation.skills.sort_cubes import SortCubes
from lbm_studio.station.simulation.skills.stack_cubes import StackCubes
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
    PressButton(),
    PushPuck(),
    HandOverBar(),
    CarryBarTogether(),
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
