"""What a simulated skill is, and a task: one random instance of it on a station."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, permutations, product
from zlib import crc32

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError
from lbm_studio.station.simulation.layout import Draw, Layout
from lbm_studio.station.simulation.motion import Demonstration
from lbm_studio.station.simulation.objects import SceneObject
from lbm_studio.station.simulation.world import World

SUCCESS_HELD_S = 0.5
"""A goal counts as reached when it has stayed so for this long [s]: what tips over or rolls on has
not been put there."""

_TIME_ROUNDING = 1e-9


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
        unheard: further ways, which nothing is recorded or trained with: only policies are asked.
        objects: what lies on the table.
        alike: groups of objects of which the goal could have meant others.
        choices: roles that the goal chooses, each with all that it could have chosen.
        rivals: other skills that could have been asked for in the same scene, by name.
        in_turn: milestones that must follow each other; one that comes too early never counts.
        time_limit_s: how long a policy may take, more than twice as long as a demonstration [s].
    """

    name: str
    title: str
    family: str
    bimanual: bool
    pretraining: bool
    required_arms: tuple[str, ...]
    goals: tuple[str, ...]
    unheard: tuple[str, ...]
    objects: tuple[SceneObject, ...]
    alike: tuple[tuple[str, ...], ...] = ()
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    rivals: tuple[str, ...] = ()
    in_turn: tuple[str, ...] = ()
    time_limit_s: float = 12.0

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

    def castings(self) -> Iterator["Casting"]:
        """Yield all that could be asked for in one scene of it; the first as objects are named."""
        roles, options = zip(*self.choices, strict=True) if self.choices else ((), ())
        for players in product(*map(permutations, self.alike)):
            parts = dict(zip(chain(*self.alike), chain(*players), strict=True))
            for chosen in product(*options):
                yield Casting(parts, dict(zip(roles, chosen, strict=True)))


@dataclass(frozen=True)
class Casting:
    """What a goal could have meant.

    Attributes:
        parts: the object that plays the part of each.
        roles: those that the goal chooses.
    """

    parts: Mapping[str, str]
    roles: Mapping[str, str]


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
        self._too_early: set[str] = set()

    @property
    def goals(self) -> tuple[str, ...]:
        """All ways to ask for this layout's goal that are taught."""
        return self._layout.fill(self.skill.goals)

    @property
    def goal(self) -> str:
        """The plainest way to ask for it."""
        return self.goals[0]

    @property
    def unheard_goal(self) -> str:
        """A way to ask for it that is never taught, another one for the next seed."""
        unheard = self._layout.fill(self.skill.unheard)
        return unheard[self.seed % len(unheard)]

    def observe(self) -> None:
        """Note the milestones that are reached at this moment."""
        for name, is_reached in self.skill.milestones(self._world, self._layout).items():
            if is_reached and not self._is_due(name):
                self._too_early.add(name)
            self._reached[name] |= bool(is_reached) and name not in self._too_early

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

    def recast(self, skill: Skill, casting: Casting) -> "Task":
        """Return what a skill could have been asked for in this scene; it has no words."""
        layout = self._layout.recast(casting.parts, casting.roles)
        return Task(skill, self.seed, layout, self._world.recast(casting.parts))

    def _is_due(self, name: str) -> bool:
        turns = self.skill.in_turn
        earlier = turns[: turns.index(name)] if name in turns else ()
        return all(self._reached[before] for before in earlier)


class HeldSuccess:
    """Watches whether a goal is reached and stays so for ``SUCCESS_HELD_S``.

    Args:
        is_reached: whether the goal is reached now.
        period_s: time between two looks [s].
    """

    def __init__(self, is_reached: Callable[[], bool], period_s: float) -> None:
        self._is_reached = is_reached
        self._period_s = period_s
        self._needed = math.ceil(SUCCESS_HELD_S / period_s - _TIME_ROUNDING)
        self._looks = 0
        self._first: int | None = None

    def look(self) -> None:
        """Look now; called after every period."""
        self._looks += 1
        if not self._is_reached():
            self._first = None
        elif self._first is None:
            self._first = self._looks

    @property
    def is_pending(self) -> bool:
        """Whether the goal is reached now, though not for long enough yet."""
        return self._first is not None and not self.is_certain

    @property
    def is_certain(self) -> bool:
        """Whether the goal has been reached for long enough."""
        return self._first is not None and self._looks - self._first >= self._needed

    @property
    def first_s(self) -> float:
        """Duration of the looks until the goal that is reached now was reached [s]."""
        return (self._first or 0) * self._period_s


def stays_successful(task: Task, period_s: float, wait: Callable[[float], object]) -> bool:
    """Return whether the goal is reached now and stays so while nothing is done.

    Args:
        task: whose goal.
        period_s: time between two looks [s].
        wait: lets so many seconds pass.
    """
    success = HeldSuccess(task.is_success, period_s)
    success.look()
    while success.is_pending:
        wait(period_s)
        success.look()
    return success.is_certain


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
