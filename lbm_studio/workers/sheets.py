"""Draws what the simulated station can be asked to do, and the ways in which it can be shifted."""

from collections.abc import Collection
from pathlib import Path

from lbm_studio.core.embodiment import Mount
from lbm_studio.core.shift import Shift
from lbm_studio.evaluation.pictures import Picture, picture_grid
from lbm_studio.station.simulation.catalogue import SKILLS
from lbm_studio.station.simulation.demonstrator import ScriptedDemonstrator
from lbm_studio.station.simulation.embodiments import dual_fr3
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.station import SimulatedStation

SKILLS_FILE, SHIFTS_FILE = "skills.png", "shifts.png"

_SAMPLES = 4
_SKILLS_SEED, _SHIFTS_SEED = 3, 2
_SKILL_COLUMNS, _SHIFT_COLUMNS = 4, 3


def write_sheets(folder: Path) -> None:
    """Write a picture of every skill, and one of every shift of a skill, into a folder.

    Raises:
        StationError: nothing can be drawn on this machine.
    """
    with SimulatedStation(dual_fr3(), samples=_SAMPLES) as station:
        skills = [(skill.title, _look(station, skill, _SKILLS_SEED)) for skill in SKILLS]
        picture_grid(folder / SKILLS_FILE, skills, _SKILL_COLUMNS)
        shifts = [("as recorded", _look(station, SKILLS[0], _SHIFTS_SEED))]
        shifts += [(str(s), _look(station, SKILLS[0], _SHIFTS_SEED, [s])) for s in Shift]
        picture_grid(folder / SHIFTS_FILE, shifts, _SHIFT_COLUMNS)


def _look(
    station: SimulatedStation, skill: Skill, seed: int, shifts: Collection[Shift] = ()
) -> Picture:
    """Return what a camera beside the table sees once the first milestone is reached."""
    task = station.load(skill, seed, shifts)
    demonstrator = ScriptedDemonstrator(station, task, seed, disturbance=False)
    while not any(task.milestones().values()) and (action := demonstrator.next_action()):
        station.step(action)
    cameras = station.description.embodiment.cameras
    camera = next(camera.name for camera in cameras if camera.mount is Mount.SCENE)
    return station.capture([camera])[camera].image
