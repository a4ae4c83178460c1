"""Where the objects of an episode lie, drawn at random from a seed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError
from lbm_studio.core.pose import FloatArray, rotation_from_vector
from lbm_studio.station.simulation.objects import COLOURS, Rgb

REACH_M = 0.79
"""How far from an arm's base its hand reaches the table pointing straight down [m]."""

SIDE_MARGIN_M = 0.02
"""How far from the middle between two arms a thing lies that one of them is to take [m]."""

_ATTEMPTS = 2000

Option = TypeVar("Option")


@dataclass(frozen=True)
class Region:
    """A rectangle of the table top in the station frame [m]."""

    x_min: float
    x_max: float
    y_min: float
    y_max: float

    def contains(self, point: FloatArray) -> bool:
        """Whether a (2,) point lies in it."""
        x, y = point
        return bool(self.x_min <= x <= self.x_max and self.y_min <= y <= self.y_max)


WORK_AREA = Region(-0.14, 0.12, -0.26, 0.26)
"""Where things are laid out; the scene cameras are framed on it."""


@dataclass(frozen=True)
class Placement:
    """One object of a layout.

    Attributes:
        name: of the object.
        position: of its frame in the station frame [m].
        yaw_rad: turn about the vertical [rad].
        colour: what it is painted in; None leaves it as it is.
        joint_position: where its moving piece stands, if it has one [m or rad].
    """

    name: str
    position: tuple[float, float, float]
    yaw_rad: float = 0.0
    colour: Rgb | None = None
    joint_position: float = 0.0

    @property
    def rotation(self) -> FloatArray:
        """The (3, 3) rotation of the object in the station frame."""
        return rotation_from_vector(np.array([0.0, 0.0, self.yaw_rad]))


@dataclass(frozen=True)
class Layout:
    """One random instance of a skill.

    Attributes:
        placements: of every object of the skill.
        words: what fills the places in the skill's goals, e.g. ``{"cube": "red"}``.
        roles: which object or arm plays which part, e.g. ``{"cube": "first_cube", "arm": "left"}``.
    """

    placements: tuple[Placement, ...]
    words: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)

    def fill(self, goals: Sequence[str]) -> tuple[str, ...]:
        """Return goals with words in their places."""
        return tuple(goal.format(**self.words) for goal in goals)

    def recast(self, parts: Mapping[str, str], roles: Mapping[str, str]) -> "Layout":
        """Return it with objects in the parts of others and other roles, and without words."""
        placed = {place.name: place for place in self.placements}
        placements = (replace(placed[parts.get(name, name)], name=name) for name in placed)
        return Layout(tuple(placements), roles={**self.roles, **roles})


def lay_fixtures(
    names: Sequence[str], points: Sequence[FloatArray], colours: Sequence[str]
) -> tuple[Placement, ...]:
    """Fasten things to points of the table, in named colours."""
    return tuple(
        Placement(name, (*point, 0.0), 0.0, COLOURS[colour])
        for name, point, colour in zip(names, points, colours, strict=True)
    )


class Draw:
    """Random choices for layouts; equal seeds give equal choices.

    Args:
        description: the station to lay out for.
        seed: anything numpy takes as a seed.
    """

    def __init__(self, description: StationDescription, seed: int | Sequence[int]) -> None:
        self._random = np.random.default_rng(seed)
        self._arms = description.embodiment.arms

    def number(self, low: float, high: float) -> float:
        """Return a number between the two."""
        return float(self._random.uniform(low, high))

    def choice(self, names: Sequence[str]) -> str:
        """Return one of the names."""
        return names[int(self._random.integers(len(names)))]

    def several(self, options: Sequence[Option], count: int) -> list[Option]:
        """Return different ones of the options, at most ``count``, in random order."""
        return [options[int(index)] for index in self._random.permutation(len(options))[:count]]

    def colours(self, count: int) -> list[str]:
        """Return different colour names in random order."""
        return self.several(list(COLOURS), count)

    def points(
        self,
        count: int,
        *,
        spacing_m: float,
        region: Region = WORK_AREA,
        accept: Callable[[list[FloatArray]], bool] = lambda _points: True,
    ) -> list[FloatArray]:
        """Return (2,) points of the table at least ``spacing_m`` apart that ``accept`` agrees with.

        Raises:
            StationError: the region is too small for that.
        """
        low = np.array([region.x_min, region.y_min])
        high = np.array([region.x_max, region.y_max])
        for _ in range(_ATTEMPTS):
            points = list(self._random.uniform(low, high, size=(count, 2)))
            if _are_apart(points, spacing_m) and accept(points):
                return points
        raise StationError("The objects of this skill find no room on the table of this station.")

    def arm_on_side(self, point: FloatArray) -> str:
        """Return the arm whose base is on the same side of the table as the point."""
        return min(self._arms, key=lambda arm: abs(arm.base.position[1] - point[1])).name

    def is_clear_side(self, point: FloatArray, margin_m: float) -> bool:
        """Whether it is plain to see on which arm's side the point lies."""
        distances = sorted(abs(arm.base.position[1] - point[1]) for arm in self._arms)
        return len(distances) < 2 or distances[1] - distances[0] > 2.0 * margin_m

    def is_in_reach(self, arm: str, point: FloatArray) -> bool:
        """Whether the arm's hand reaches the point pointing straight down."""
        base = next(a for a in self._arms if a.name == arm).base
        return float(np.linalg.norm(point - base.position[:2])) < REACH_M

    def is_for_one_arm(self, origin: FloatArray, *targets: FloatArray) -> bool:
        """Whether it is plain which arm takes a thing at a point, and it reaches the targets."""
        arm = self.arm_on_side(origin)
        is_plain = self.is_clear_side(origin, SIDE_MARGIN_M)
        return is_plain and all(self.is_in_reach(arm, target) for target in targets)

    def are_for_same_arm(self, origins: Sequence[FloatArray], *targets: FloatArray) -> bool:
        """Whether it is plain that one arm takes the things at all points, and reaches targets."""
        are_plain = all(self.is_for_one_arm(origin, *targets) for origin in origins)
        return are_plain and len({self.arm_on_side(origin) for origin in origins}) == 1


def _are_apart(points: list[FloatArray], spacing_m: float) -> bool:
    return all(
        float(np.linalg.norm(first - second)) >= spacing_m
        for index, first in enumerate(points)
        for second in points[:index]
    )
