"""The edits of one dataset: made, undone and redone, across restarts."""

from pathlib import Path

from lbm_studio.episodes.edits.change import Change
from lbm_studio.episodes.edits.journal import (
    Contents,
    Edit,
    append_edit,
    append_reversal,
    read_journal,
)


class EditLog:
    """What was said about the recordings of one dataset.

    Args:
        dataset: its folder.

    Raises:
        DatasetError: the log is there and cannot be opened.
    """

    def __init__(self, dataset: Path) -> None:
        self._dataset = dataset
        self._take_in(read_journal(dataset))

    @property
    def in_force(self) -> tuple[Edit, ...]:
        """The edits that hold, oldest first; the last one is what :meth:`undo` takes back."""
        return tuple(self._done)

    @property
    def undone(self) -> tuple[Edit, ...]:
        """The edits that were taken back since the last new one; :meth:`redo` does the last."""
        return tuple(self._undone)

    @property
    def remarks(self) -> tuple[str, ...]:
        """One sentence for each line of the log that says nothing to this version."""
        return self._remarks

    def apply(self, *changes: Change) -> None:
        """Make one edit of some changes: one undo takes all of them back.

        Raises:
            DatasetError: the disk does not take it.
        """
        if changes:
            self._take_in(append_edit(self._dataset, changes))

    def undo(self) -> Edit | None:
        """Take back the newest edit in force and return it; None when there is none."""
        if not self._done:
            return None
        edit = self._done[-1]
        self._take_in(append_reversal(self._dataset, edit.number, is_undo=True))
        return edit

    def redo(self) -> Edit | None:
        """Do the edit that was undone last again and return it; None when there is none."""
        if not self._undone:
            return None
        edit = self._undone[-1]
        self._take_in(append_reversal(self._dataset, edit.number, is_undo=False))
        return edit

    def _take_in(self, contents: Contents) -> None:
        self._done: list[Edit] = []
        self._undone: list[Edit] = []
        for entry in contents.entries:
            if isinstance(entry, Edit):
                self._done.append(entry)
                self._undone.clear()
            elif entry.is_undo:
                _move(entry.edit, self._done, self._undone)
            else:
                _move(entry.edit, self._undone, self._done)
        self._remarks = contents.remarks


def _move(number: int, source: list[Edit], target: list[Edit]) -> None:
    """Move the newest edit of that number; one that is not there has been moved already."""
    for place in range(len(source) - 1, -1, -1):
        if source[place].number == number:
            target.append(source.pop(place))
            return
