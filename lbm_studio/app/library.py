"""The skill library: which trained policy a prompt means."""

import json
import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from pathlib import Path

from lbm_studio.app.events import Signal
from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.errors import StudioError
from lbm_studio.core.runs import write_json

LIBRARY_FILE = "skills.json"
MAX_SUGGESTIONS = 3
SAME_SKILL_SCORE = 0.85
SUGGEST_SCORE = 0.5

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Publication:
    """A checkpoint that was published for a skill, and when [s]."""

    checkpoint: str
    unix_time_s: float


@dataclass(frozen=True)
class SkillEntry:
    """One skill that can be run.

    Attributes:
        name: identifies it, e.g. ``"put_cube_in_tray"``.
        goal: the prompt it is known by.
        paraphrases: other prompts that mean it; with several variants (colours), all of them.
        datasets: folders it was trained on.
        checkpoint: folder of the published checkpoint.
        history: what was published before, oldest first.
    """

    name: str
    goal: str
    paraphrases: tuple[str, ...]
    datasets: tuple[str, ...]
    checkpoint: str
    history: tuple[Publication, ...] = ()


class Understanding(StrEnum):
    """How well a prompt was understood.

    EXACT says what a known prompt says, CLOSE has typing errors, COMBINED puts known words of one
    skill together in a new way, e.g. a colour of one prompt with an object of another.
    """

    EXACT = "exact"
    CLOSE = "close"
    COMBINED = "combined"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Match:
    """What a prompt means.

    Attributes:
        understanding: how well.
        skill: None when unknown.
        goal: what the policy is to be told: the known prompt that is meant, or the new
            combination; empty when unknown.
        suggestions: known prompts that may have been meant, best first; empty when exact.
    """

    understanding: Understanding
    skill: SkillEntry | None = None
    goal: str = ""
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Contents:
    skills: tuple[SkillEntry, ...] = ()


class SkillLibrary:
    """The published skills, in one JSON file.

    Args:
        folder: the user's data folder.
        say: takes a sentence for the user.
        wall_clock_s: time of publications [s].

    Signals:
        changed: the skills.
    """

    def __init__(
        self, folder: Path, say: Callable[[str], object], wall_clock_s: Callable[[], float]
    ) -> None:
        self.changed: Signal[tuple[SkillEntry, ...]] = Signal()
        self._path = folder / LIBRARY_FILE
        self._say = say
        self._wall_clock_s = wall_clock_s
        self._skills = self._read()

    @property
    def skills(self) -> tuple[SkillEntry, ...]:
        return self._skills

    def publish(
        self, name: str, goals: Iterable[str], datasets: Iterable[str], checkpoint: str
    ) -> SkillEntry:
        """Let the prompts of a skill mean a checkpoint; an older one goes into its history.

        Raises:
            StudioError: there is no goal to know it by, or the library cannot be written.
        """
        prompts = tuple(dict.fromkeys(goals))
        if not prompts:
            raise StudioError("A skill needs a goal in words before it can be published.")
        old = next((skill for skill in self._skills if skill.name == name), None)
        history = old.history if old else ()
        publication = Publication(checkpoint, self._wall_clock_s())
        entry = SkillEntry(
            name,
            prompts[0],
            prompts[1:],
            tuple(datasets),
            checkpoint,
            (*history, publication),
        )
        self._replace(tuple(s for s in self._skills if s.name != name) + (entry,))
        return entry

    def find(self, prompt: str) -> Match:
        """Return which skill a prompt means, tolerant of small words, case and typing errors."""
        wanted = _words(prompt)
        if not wanted:
            return Match(Understanding.UNKNOWN)
        scored = [
            (_score(wanted, _words(goal)), goal, skill)
            for skill in self._skills
            for goal in (skill.goal, *skill.paraphrases)
        ]
        scored.sort(key=lambda entry: -entry[0])
        suggestions = tuple(goal for score, goal, _ in scored if SUGGEST_SCORE <= score < 1.0)[
            :MAX_SUGGESTIONS
        ]
        score, goal, skill = scored[0] if scored else (0.0, "", None)
        if skill is not None and score >= 1.0:
            return Match(Understanding.EXACT, skill, goal)
        if skill is not None and score >= SUGGEST_SCORE and set(wanted) <= _vocabulary(skill):
            return Match(Understanding.COMBINED, skill, " ".join(prompt.split()), suggestions)
        if skill is not None and score >= SAME_SKILL_SCORE:
            return Match(Understanding.CLOSE, skill, goal, suggestions)
        return Match(Understanding.UNKNOWN, suggestions=suggestions)

    def _replace(self, skills: tuple[SkillEntry, ...]) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_json(self._path, to_json(_Contents(skills)))
        except OSError as error:
            reason = error.strerror or str(error)
            raise StudioError(f"The skill library could not be saved: {reason}.") from error
        self._skills = skills
        self.changed.emit(skills)

    def _read(self) -> tuple[SkillEntry, ...]:
        try:
            raw = json.loads(self._path.read_text(encoding="utf-8"))
            return from_json(_Contents, raw, where="the skill library").skills
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, StudioError) as error:
            logger.warning("skill library unreadable: %s", error)
            kept = self._path.with_suffix(".unreadable.json")
            self._set_aside(kept)
            self._say(f"The skill library could not be read; it was set aside as {kept.name}.")
            return ()

    def _set_aside(self, kept: Path) -> None:
        try:
            self._path.replace(kept)
        except OSError as error:
            logger.warning("skill library could not be set aside: %s", error)


_SMALL_WORDS = frozenset({"the", "a", "an", "please", "to", "of", "it", "and", "then"})


def _vocabulary(skill: SkillEntry) -> set[str]:
    return {word for goal in (skill.goal, *skill.paraphrases) for word in _words(goal)}


def _words(text: str) -> tuple[str, ...]:
    words = re.findall(r"[^\W_]+", text.casefold())
    return tuple(word for word in words if word not in _SMALL_WORDS)


def _score(wanted: tuple[str, ...], known: tuple[str, ...]) -> float:
    """Return 1 for the same words, less for typing errors and other words.

    Every word is compared with its best partner and the worst pair counts most: a red cube is not a
    blue cube, however alike the rest of two prompts is.
    """
    if wanted == known:
        return 1.0
    if not known:
        return 0.0
    pairs = [_best(word, known) for word in wanted] + [_best(word, wanted) for word in known]
    mean = sum(pairs) / len(pairs)
    return min(0.99, mean * (1.0 if min(pairs) >= 0.7 else 0.84))


def _best(word: str, others: tuple[str, ...]) -> float:
    return max(SequenceMatcher(None, word, other).ratio() for other in others)
