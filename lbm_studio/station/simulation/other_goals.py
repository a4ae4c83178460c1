"""Goals that could as well have been asked for in a scene: is one of them reached instead?

They are the skill's own with other things and roles in it, and those of the skills that share its
scene, each judged by its own skill. What is reached at the moment of a milestone of what was asked
for, or of that itself, lies on the way there and does not count.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from lbm_studio.station.simulation.skill import Casting, HeldSuccess, Skill, Task


class OtherGoals:
    """Watches whether another goal is reached, and stays so, before the one that was asked for.

    Args:
        asked: what was asked for, before anything has moved.
        rivals: skills that share its scene.
        period_s: time between two looks [s].

    Attributes:
        reached: the first other goal that was reached; None before.
    """

    def __init__(self, asked: Task, rivals: Iterable[Skill], period_s: float) -> None:
        self.reached: str | None = None
        self._asked = asked
        self._progress: set[str] = set()
        self._watched = [
            _Watched(_name(skill, casting), task, HeldSuccess(task.is_success, period_s))
            for skill in (asked.skill, *rivals)
            for casting in skill.castings()
            if not (task := asked.recast(skill, casting)).is_success()
        ]
        self.exist = len(self._watched) > 1  # the one that was asked for is among them
        """Whether the scene allows any other goal."""

    def look(self) -> None:
        """Look now; called after every period."""
        before, self._progress = self._progress, self._progress_now()
        is_on_the_way = not self._progress <= before
        begun = [one for one in self._watched if one.begins()]
        if is_on_the_way:
            self._watched = [one for one in self._watched if one not in begun]
        lasting = (one.name for one in self._watched if one.success.is_certain)
        self.reached = self.reached or next(lasting, None)

    def _progress_now(self) -> set[str]:
        reached = {name for name, is_reached in self._asked.milestones().items() if is_reached}
        return reached | {""} if self._asked.is_success() else reached


@dataclass(frozen=True)
class _Watched:
    """A goal, what it is called, and whether it stays reached."""

    name: str
    task: Task
    success: HeldSuccess

    def begins(self) -> bool:
        """Look now; return whether it is reached, and was not at the last look."""
        was_reached = self.success.is_pending or self.success.is_certain
        self.task.observe()
        self.success.look()
        return self.success.is_pending and not was_reached


def _name(skill: Skill, casting: Casting) -> str:
    """Return e.g. ``"stack_cubes (second_cube as first_cube, first_cube as second_cube)"``."""
    played = [f"{who} as {part}" for part, who in casting.parts.items() if who != part]
    played += [f"{option} as {role}" for role, option in casting.roles.items()]
    return f"{skill.name} ({', '.join(played)})" if played else skill.name
