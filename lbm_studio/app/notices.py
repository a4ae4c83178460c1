"""Sentences for the user beside the panels: refusals, failures, things that ended."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from lbm_studio.app.events import Signal

KEPT_NOTICES = 100


class Level(StrEnum):
    """How a state or a notice is shown; never by colour alone."""

    QUIET = "quiet"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Notice:
    """One sentence.

    Attributes:
        number: identifies it.
        level: how it is shown.
        text: the sentence, as it is shown.
        unix_time_s: when it was said [s].
    """

    number: int
    level: Level
    text: str
    unix_time_s: float


class Notices:
    """The list of notices, newest last.

    Signals:
        changed: the whole list, after every change.
        added: the new notice; one that repeats the newest is not added again.
    """

    def __init__(self, wall_clock_s: Callable[[], float]) -> None:
        self.changed: Signal[tuple[Notice, ...]] = Signal()
        self.added: Signal[Notice] = Signal()
        self._wall_clock_s = wall_clock_s
        self._notices: tuple[Notice, ...] = ()
        self._next = 0

    @property
    def all(self) -> tuple[Notice, ...]:
        return self._notices

    def add(self, text: str, level: Level = Level.WARN) -> None:
        """Say something; saying the newest notice once more changes nothing."""
        if self._notices and self._notices[-1].text == text:
            return
        notice = Notice(self._next, level, text, self._wall_clock_s())
        self._next += 1
        self._notices = (*self._notices, notice)[-KEPT_NOTICES:]
        self.added.emit(notice)
        self.changed.emit(self._notices)

    def dismiss(self, number: int) -> None:
        """Take one notice off the list; an unknown number changes nothing."""
        remaining = tuple(notice for notice in self._notices if notice.number != number)
        if remaining != self._notices:
            self._notices = remaining
            self.changed.emit(remaining)
