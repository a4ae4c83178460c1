"""Goals that people asked for before: suggestions while they type, and words to listen for."""

import json
import logging
from collections.abc import Callable, Iterable
from pathlib import Path

from lbm_studio.app.background import Background
from lbm_studio.app.datasets import Shelf
from lbm_studio.app.events import Signal
from lbm_studio.app.library import SkillLibrary
from lbm_studio.core.runs import write_json

GOALS_FILE = "goals.json"
KEPT_GOALS = 100

logger = logging.getLogger(__name__)


class GoalMemory:
    """What was asked for, what can be run and what was recorded, in this order.

    Args:
        folder: the user's data folder; what was asked for lasts there.
        shelf: where recordings are.
        library: what can be run.
        background: where recordings are read.
        say: takes a sentence for the user.

    Signals:
        changed: all goals, what matters most first.
    """

    def __init__(
        self,
        folder: Path,
        shelf: Shelf,
        library: SkillLibrary,
        background: Background,
        say: Callable[[str], None],
    ) -> None:
        self.changed: Signal[tuple[str, ...]] = Signal()
        self._path = folder / GOALS_FILE
        self._shelf = shelf
        self._library = library
        self._background = background
        self._say = say
        self._asked = _read(self._path)
        self._recorded: tuple[str, ...] = ()
        library.changed.connect(lambda _: self._tell())

    @property
    def goals(self) -> tuple[str, ...]:
        """All goals, each once."""
        runnable = [goal for s in self._library.skills for goal in (s.goal, *s.paraphrases)]
        return distinct((*self._asked, *runnable, *self._recorded))

    def remember(self, goal: str) -> None:
        """Note that somebody asked for a goal."""
        asked = distinct((goal, *self._asked))[:KEPT_GOALS]
        if asked == self._asked:
            return
        self._asked = asked
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_json(self._path, {"goals": list(asked)})
        except OSError as error:
            self._say(f"The goal cannot be remembered: {error.strerror or error}.")
        self._tell()

    def refresh(self) -> None:
        """Look for recordings again."""

        def take(recorded: tuple[str, ...]) -> None:
            self._recorded = recorded
            self._tell()

        def goals() -> tuple[str, ...]:
            return tuple(goal for card in self._shelf.cards() for goal in card.goals)

        self._background.submit(goals, take, self._say)

    def _tell(self) -> None:
        self.changed.emit(self.goals)


def distinct(goals: Iterable[str]) -> tuple[str, ...]:
    """Return the goals that differ in more than spaces and capitals, as they come first."""
    found: dict[str, str] = {}
    for goal in goals:
        words = " ".join(goal.split())
        if words:
            found.setdefault(words.casefold(), words)
    return tuple(found.values())


def _read(path: Path) -> tuple[str, ...]:
    try:
        goals = json.loads(path.read_text(encoding="utf-8"))["goals"]
        return distinct(goal for goal in goals if isinstance(goal, str))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        logger.info("earlier goals are unreadable and forgotten: %s", error)
        return ()
