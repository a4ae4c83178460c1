"""All skills of the simulated station. The first is the one that is taught from nothing."""

from lbm_studio.core.errors import UnknownNameError
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.skills.put_cube_in_tray import PutCubeInTray

SKILLS: tuple[Skill, ...] = (PutCubeInTray(),)
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
