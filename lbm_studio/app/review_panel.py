"""The Review panel: look at recordings, judge them, take them out and put them back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lbm_studio.app.background import Background
from lbm_studio.app.datasets import DatasetCard, Shelf
from lbm_studio.app.episode_frames import EpisodeFrames, Image
from lbm_studio.app.episode_rows import edit_rows, episode_curves, episode_rows
from lbm_studio.app.notices import Notices
from lbm_studio.app.program_run import ProgramOutcome, ProgramRun
from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.review import (
    Curves,
    DatasetRow,
    EpisodeRow,
    ReviewState,
    ReviewView,
)
from lbm_studio.core.clock import seconds_between
from lbm_studio.core.errors import StudioError
from lbm_studio.episodes.edits.change import Change, EditField, EditValue
from lbm_studio.episodes.edits.log import EditLog

if TYPE_CHECKING:
    from lbm_studio.episodes.dataset import Dataset

_SENTENCES = {
    ReviewState.EMPTY: "There are no recordings yet. Record some on the panel Teach.",
    ReviewState.CHOOSING: "Choose an episode.",
    ReviewState.LOADING: "Reading.",
    ReviewState.READY: "Is this a good example?",
    ReviewState.PLAYING: "Playing at recorded speed.",
    ReviewState.REPLAYING: "Repeating the episode on a simulated station.",
}


@dataclass(frozen=True)
class _Opened:
    path: Path
    dataset: "Dataset"
    log: EditLog


class ReviewPanel(ViewModel[ReviewView]):
    """Shows one dataset; recordings never change, edits are a log beside them."""

    def __init__(
        self, shelf: Shelf, background: Background, replays: ProgramRun, notices: Notices
    ) -> None:
        super().__init__(ReviewView(), notices)
        self._shelf = shelf
        self._background = background
        self._replays = replays
        self._frames = EpisodeFrames(background, self._show_frames, self._refuse)
        self._opened: _Opened | None = None
        self._is_reading = False
        self._play_from: tuple[int, int] | None = None
        self._now_ns = 0

    # --- what is looked at -----------------------------------------------------------------------

    def refresh(self) -> None:
        """Look for datasets again."""
        self._background.submit(self._shelf.cards, self._show_cards, self._refuse)
        if self._opened is not None:
            self._reopen(self._opened.path)

    def open_dataset(self, path: str) -> None:
        """Open a dataset folder, from the list or from anywhere."""
        self._stop_playing()
        self._frames.close()
        self._update(selected=-1, length=0, position=0, frames={}, shown_position=-1, curves=None)
        self._is_reading = True
        self._update()
        self._reopen(Path(path))

    def select(self, index: int) -> None:
        """Show an episode."""
        row = self._row_of(index)
        if row is None or self._opened is None:
            self._refuse(f"There is no episode {index}.")
            return
        self._stop_playing()
        self._is_reading = True
        self._update(selected=index, position=0, length=row.frames, curves=None, shown_position=-1)
        dataset = self._opened.dataset

        def show(curves: Curves) -> None:
            if self.view.selected == index:
                self._update(curves=curves)

        self._background.submit(lambda: episode_curves(dataset, index), show, self._reading_failed)
        self._frames.open(dataset, index)

    def seek(self, position: int) -> None:
        """Move the scrubber to a frame; out of range goes to the end."""
        if self.view.selected < 0:
            self._refuse("Choose an episode first.")
            return
        self._play_from = None
        self._go_to(position)

    def play(self) -> None:
        """Play from the scrubber on at recorded speed; from the end it begins again."""
        if self.view.selected < 0:
            self._refuse("Choose an episode first.")
            return
        if self.view.position >= self.view.length - 1:
            self._go_to(0)
        self._play_from = (self.view.position, self._now_ns)
        self._update()

    def pause(self) -> None:
        """Stop playing."""
        self._stop_playing()

    # --- what is said about it -------------------------------------------------------------------

    def mark(self, success: bool | None) -> None:
        """Judge the selected episode; None withdraws the judgement."""
        self._edit(EditField.SUCCESS, success)

    def set_goal(self, text: str) -> None:
        """Correct the prompt of the selected episode."""
        goal = " ".join(text.split())
        row = self._row_of(self.view.selected)
        if not goal:
            self._refuse("An episode needs a goal in words.")
        elif row is None or goal != row.goal:
            self._edit(EditField.GOAL, goal)

    def delete(self) -> None:
        """Leave the selected episode out of training; it can be restored."""
        self._edit(EditField.DELETED, True)

    def restore(self) -> None:
        """Put the selected episode back."""
        self._edit(EditField.DELETED, False)

    def undo(self) -> None:
        """Undo the newest edit."""
        if self._opened is None or not self.view.can_undo:
            self._refuse("There is nothing to undo.")
            return
        try:
            self._opened.log.undo()
        except StudioError as error:
            self._refuse(str(error))
        self._show_rows()

    # --- replay ----------------------------------------------------------------------------------

    def replay(self) -> None:
        """Replay the selected episode on a simulated station and say if the goal was reached."""
        if self._opened is None or self.view.selected < 0:
            self._refuse("Choose an episode first.")
            return
        try:
            self._replays.start(("replay", str(self._opened.path), str(self.view.selected)))
        except StudioError as error:
            self._refuse(str(error))
            return
        self._stop_playing()
        self._update(replay_sentence="")

    def stop_replay(self) -> None:
        """End the replay."""
        self._replays.stop()
        self._update()

    # --- following -------------------------------------------------------------------------------

    def poll(self, now_ns: int) -> None:
        """Play on and follow the replay; called at about 30 Hz."""
        self._now_ns = now_ns
        if self._play_from is not None:
            start, began_ns = self._play_from
            frames = int(seconds_between(began_ns, now_ns) * self.view.rate_hz)
            self._go_to(start + frames)
            if self.view.position >= self.view.length - 1:
                self._stop_playing()
        outcome = self._replays.poll()
        if outcome is not None:
            self._update(replay_sentence=replay_sentence(outcome))

    def close(self) -> None:
        """End what is still running."""
        self._replays.stop()

    def _reopen(self, path: Path) -> None:
        def read() -> _Opened:
            return _Opened(path, self._shelf.open(path), self._shelf.edits(path))

        self._background.submit(read, self._show_dataset, self._reading_failed)

    def _show_cards(self, cards: tuple[DatasetCard, ...]) -> None:
        self._update(
            datasets=tuple(
                DatasetRow(str(card.path), card.name, card.episodes, card.problem) for card in cards
            )
        )
        usable = [card for card in cards if not card.problem]
        if self._opened is None and usable and not self._is_reading:
            self.open_dataset(str(usable[0].path))

    def _show_dataset(self, opened: _Opened) -> None:
        self._opened = opened
        self._is_reading = False
        self._update(dataset=str(opened.path), rate_hz=opened.dataset.rate_hz)
        self._show_rows()

    def _show_rows(self) -> None:
        opened = self._opened
        if opened is None:
            return
        self._update(
            rows=episode_rows(opened.dataset, opened.log),
            edits=edit_rows(opened.dataset, opened.log),
            can_undo=bool(opened.log.in_force),
        )

    def _show_frames(self, position: int, images: Mapping[str, Image]) -> None:
        self._is_reading = False
        self._update(frames=images, shown_position=position)

    def _reading_failed(self, sentence: str) -> None:
        self._is_reading = False
        self._refuse(sentence)
        self._update()

    def _edit(self, field: EditField, value: EditValue) -> None:
        row = self._row_of(self.view.selected)
        if self._opened is None or row is None:
            self._refuse("Choose an episode first.")
            return
        try:
            self._opened.log.apply(Change(row.uuid, field, value))
        except StudioError as error:
            self._refuse(str(error))
        self._show_rows()

    def _row_of(self, index: int) -> EpisodeRow | None:
        return next((row for row in self.view.rows if row.index == index), None)

    def _go_to(self, position: int) -> None:
        position = max(0, min(position, self.view.length - 1))
        if position != self.view.position or self.view.shown_position < 0:
            self._update(position=position)
            self._frames.show(position)

    def _stop_playing(self) -> None:
        self._play_from = None
        self._update()

    def _update(self, **changes: object) -> None:
        view = replace(self.view, **changes)  # type: ignore[arg-type]
        state = self._state(view)
        self.publish(replace(view, state=state, sentence=_SENTENCES[state]))

    def _state(self, view: ReviewView) -> ReviewState:
        if self._replays.is_running:
            return ReviewState.REPLAYING
        if self._play_from is not None:
            return ReviewState.PLAYING
        if self._is_reading:
            return ReviewState.LOADING
        if view.selected >= 0:
            return ReviewState.READY
        return ReviewState.CHOOSING if view.datasets or view.dataset else ReviewState.EMPTY


def replay_sentence(outcome: ProgramOutcome) -> str:
    """Return what a replay showed."""
    if outcome.result is None:
        return f"The replay did not work: {outcome.sentence}"
    if outcome.result.get("success"):
        return "Repeated on a simulated station, the episode reaches its goal."
    return "Repeated on a simulated station, the episode does not reach its goal."
