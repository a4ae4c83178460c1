"""What a simulated skill is, and a task: one random instance of it on a station."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from zlib import crc32

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError
from lbm_studio.station.simulation.layout import Draw, Layout
from lbm_studio.station.simulation.motion import Demonstration
from lbm_studio.station.simulation.objects import SceneObject
from lbm_studio.station.simulation.world import World


class Skill(ABC):
    """Something the simulated station can be asked to do. One file of the folder ``skills`` each.

    Attributes:
        name: e.g. ``"put_cube_in_tray"``.
        title: the name people read.
        family: skills of one kind, e.g. ``"pick_and_place"``.
        bimanual: whether it takes two hands.
        pretraining: whether a first policy is trained on it; the others are kept for teaching
            later.
        required_arms: arms a station must have; empty when any one arm will do.
        goals: at least five ways to ask for it; places in braces are filled by the layout.
        objects: what lies on the table.
    """

    name: str
    title: str
    family: str
    bimanual: bool
    pretraining: bool
    required_arms: tuple[str, ...]
    goals: tuple[str, ...]
    objects: tuple[SceneObject, ...]

    @abstractmethod
    def lay_out(self, draw: Draw) -> Layout:
        """Draw a layout at random."""

    @abstractmethod
    def demonstrate(self, world: World, layout: Layout) -> Demonstration:
        """Yield the phases of a demonstration; the world may be asked again before each."""

    @abstractmethod
    def milestones(self, world: World, layout: Layout) -> Mapping[str, bool]:
        """Return which steps on the way are reached at this moment, in order."""

    @abstractmethod
    def is_success(self, world: World, layout: Layout, reached: frozenset[str]) -> bool:
        """Whether the goal is reached now, given the milestones reached so far."""


class Task:
    """One layout of a skill on a station, and how far it has got.

    Args:
        skill: what is to be done.
        seed: of the layout.
        layout: where things began.
        world: the scene it happens in.
    """

    def __init__(self, skill: Skill, seed: int, layout: Layout, world: World) -> None:
        self.skill = skill
        self.seed = seed
        self._layout = layout
        self._world = world
        self._reached = dict.fromkeys(skill.milestones(world, layout), False)

    @property
    def goals(self) -> tuple[str, ...]:
        """All ways to ask for this layout's goal."""
        return tuple(goal.format(**self._layout.words) for goal in self.skill.goals)

    @property
    def goal(self) -> str:
        """The plainest way to ask for it."""
        return self.goals[0]

    def observe(self) -> None:
        """Note the milestones that are reached at this moment."""
        for name, is_reached in self.skill.milestones(self._world, self._layout).items():
            self._reached[name] |= bool(is_reached)

    def milestones(self) -> dict[str, bool]:
        """Return which milestones have been reached since the layout was loaded, in order."""
        return dict(self._reached)

    def is_success(self) -> bool:
        """Whether the goal is reached now."""
        reached = frozenset(name for name, is_reached in self._reached.items() if is_reached)
        return bool(self.skill.is_success(self._world, self._layout, reached))

    def demonstrate(self) -> Demonstration:
        """Yield the phases of a demonstration from the state the scene is in."""
        return self.skill.demonstrate(self._world, self._layout)


def draw_layout(skill: Skill, description: StationDescription, seed: int) -> Layout:
    """Return the layout that belongs to a seed.

    Raises:
        StationError: the station lacks an arm the skill needs.
    """
    missing = [a for a in skill.required_arms if a not in description.embodiment.arm_names]
    if missing:
        raise StationError(
            f"“{skill.name}” needs the {' and the '.join(missing)} arm, which the "
            f"{description.title.lower()} does not have."
        )
    return skill.lay_out(Draw(description, [crc32(skill.name.encode()), seed]))
