"""What can be said about the chosen episodes of a dataset: every method is one edit."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol
from uuid import uuid4

from lbm_studio.core.errors import StudioError
from lbm_studio.episodes.edits.change import (
    Change,
    EditField,
    EditValue,
    FrameRange,
    Milestones,
    Phase,
    Split,
)
from lbm_studio.episodes.edits.log import EditLog
from lbm_studio.episodes.edits.view import EpisodeView

CHOOSE = "Choose an episode first."
NAMELESS = "A phase needs a name."


class Chosen(Protocol):
    """Which episodes edits are about."""

    @property
    def log(self) -> EditLog | None:
        """The log of the open dataset; None when none is open."""
        ...

    @property
    def chosen_views(self) -> tuple[EpisodeView, ...]:
        """The episodes that are chosen, the selected one first."""
        ...

    @property
    def following(self) -> EpisodeView | None:
        """The part that follows the selected one in its recording."""
        ...


class EpisodeEditor:
    """Edits of the chosen episodes. Frames are positions of the scrubber.

    Args:
        chosen: which episodes.
        refuse: is told in a sentence why nothing was done.
        changed: is called after every edit.
    """

    def __init__(
        self, chosen: Chosen, refuse: Callable[[str], None], changed: Callable[[], None]
    ) -> None:
        self._chosen = chosen
        self._refuse = refuse
        self._changed = changed

    # --- labels of all chosen episodes -----------------------------------------------------------

    def mark(self, success: bool | None) -> None:
        """Judge the chosen episodes; None withdraws the judgement."""
        self._say(EditField.SUCCESS, success)

    def measure(self, reached: int, total: int) -> None:
        """Say how many milestones were reached; all of them are a success, fewer a failure."""
        self._attempt(lambda: self._say(EditField.MILESTONES, Milestones(reached, total)))

    def set_goal(self, text: str) -> None:
        """Correct the prompt."""
        goal = " ".join(text.split())
        if not goal:
            self._refuse("An episode needs a goal in words.")
        elif not self._chosen.chosen_views:
            self._refuse(CHOOSE)
        elif any(view.labels.goal != goal for view in self._chosen.chosen_views):
            self._say(EditField.GOAL, goal)

    def set_paraphrases(self, texts: Iterable[str]) -> None:
        """Say in which other ways the same can be asked for."""
        self._say(EditField.PARAPHRASES, _tidy(texts))

    def set_tags(self, texts: Iterable[str]) -> None:
        """Put words to find it by on the chosen episodes, in place of those they have."""
        self._say(EditField.TAGS, _tidy(texts))

    def set_note(self, text: str) -> None:
        """Write a note; an empty one removes it."""
        self._say(EditField.NOTE, text.strip())

    def delete(self) -> None:
        """Leave the chosen episodes out of training; they can be restored."""
        self._say(EditField.DELETED, True)

    def restore(self) -> None:
        """Put the chosen episodes back."""
        self._say(EditField.DELETED, False)

    # --- frames of the selected episode ----------------------------------------------------------

    def trim(self, first: int, last: int) -> None:
        """Keep the frames from one position to another."""
        self._attempt(lambda: self._frame_edit(EditField.TRIM, self._frames(first, last)))

    def keep_all(self) -> None:
        """Take the trim back."""
        self._frame_edit(EditField.TRIM, None)

    def split(self, position: int) -> None:
        """Make two episodes of one; the second begins at a position."""
        view = self._selected()
        if view is None or not 0 < position < len(view.extent):
            self._refuse("Go to where the second part should begin." if view else CHOOSE)
            return
        self._frame_edit(EditField.SPLIT, Split(view.extent.first + position, uuid4().hex))

    def merge(self) -> None:
        """Join the selected part with the one that follows it."""
        following = self._chosen.following
        if following is None:
            self._refuse("Only a part that another one follows can be merged with it.")
            return
        self._frame_edit(EditField.MERGE, following.uuid)

    def add_phase(self, name: str, first: int, last: int) -> None:
        """Name a part of the episode; it takes the place of what it overlaps."""
        label, view = " ".join(name.split()), self._selected()
        if not label or view is None:
            self._refuse(NAMELESS if view else CHOOSE)
            return
        self._put_phase(label, first, last, view.labels.phases)

    def move_phase(self, number: int, first: int, last: int) -> None:
        """Give a phase other ends; it takes the place of what it overlaps."""
        phases = self._phases_with(number)
        if phases is not None:
            others = (*phases[:number], *phases[number + 1 :])
            self._put_phase(phases[number].name, first, last, others)

    def rename_phase(self, number: int, name: str) -> None:
        """Call a phase otherwise."""
        phases, label = self._phases_with(number), " ".join(name.split())
        if phases is None or phases[number].name == label:
            return
        if not label:
            self._refuse(NAMELESS)
            return
        renamed = replace(phases[number], name=label)
        changed = (*phases[:number], renamed, *phases[number + 1 :])
        self._frame_edit(EditField.PHASES, changed)

    def remove_phase(self, number: int) -> None:
        """Remove a phase by its place in the list."""
        phases = self._phases_with(number)
        if phases is not None:
            self._frame_edit(EditField.PHASES, (*phases[:number], *phases[number + 1 :]))

    # --- history ---------------------------------------------------------------------------------

    def undo(self) -> None:
        """Take the newest edit back."""
        log = self._chosen.log
        if log is None or not log.in_force:
            self._refuse("There is nothing to undo.")
            return
        self._attempt(log.undo)
        self._changed()

    def redo(self) -> None:
        """Do again what was undone last."""
        log = self._chosen.log
        if log is None or not log.undone:
            self._refuse("There is nothing to redo.")
            return
        self._attempt(log.redo)
        self._changed()

    def apply(self, *changes: Change) -> None:
        """Make one edit of given changes, e.g. the fix of a finding."""
        log = self._chosen.log
        if log is None:
            self._refuse("Open recordings first.")
            return
        self._attempt(lambda: log.apply(*changes))
        self._changed()

    # --- helpers ---------------------------------------------------------------------------------

    def _selected(self) -> EpisodeView | None:
        return next(iter(self._chosen.chosen_views), None)

    def _phases_with(self, number: int) -> tuple[Phase, ...] | None:
        """Return the phases of the selected episode; None where that number is none of them."""
        view = self._selected()
        if view is None or not 0 <= number < len(view.labels.phases):
            self._refuse("There is no such phase." if view else CHOOSE)
            return None
        return view.labels.phases

    def _put_phase(self, name: str, first: int, last: int, others: Iterable[Phase]) -> None:
        def put() -> None:
            phase = Phase(name, self._frames(first, last))
            left = (one for old in others for one in _beside(old, phase.frames))
            phases = tuple(sorted((*left, phase), key=lambda one: one.frames))
            self._frame_edit(EditField.PHASES, phases)

        self._attempt(put)

    def _frames(self, first: int, last: int) -> FrameRange:
        """Return the frames of the recording between two positions."""
        view = self._selected()
        offset = view.extent.first if view else 0
        return FrameRange(offset + min(first, last), offset + max(first, last))

    def _say(self, field: EditField, value: EditValue) -> None:
        views = self._chosen.chosen_views
        if not views:
            self._refuse(CHOOSE)
            return
        self.apply(*(Change(view.uuid, field, value) for view in views))

    def _frame_edit(self, field: EditField, value: EditValue) -> None:
        view = self._selected()
        if view is None:
            self._refuse(CHOOSE)
            return
        self.apply(Change(view.uuid, field, value))

    def _attempt(self, work: Callable[[], object]) -> None:
        try:
            work()
        except StudioError as error:
            self._refuse(str(error))


def _tidy(texts: Iterable[str]) -> tuple[str, ...]:
    """Return texts without needless spaces, each once, none empty."""
    return tuple(dict.fromkeys(tidy for text in texts if (tidy := " ".join(text.split()))))


def _beside(phase: Phase, taken: FrameRange) -> Iterable[Phase]:
    """Yield what is left of a phase beside frames that another one takes."""
    frames = phase.frames
    if frames.first < taken.first:
        yield Phase(phase.name, FrameRange(frames.first, min(frames.last, taken.first - 1)))
    if frames.last > taken.last:
        yield Phase(phase.name, FrameRange(max(frames.first, taken.last + 1), frames.last))
