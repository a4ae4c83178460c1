"""The Review panel: look at recordings, judge them, take them out and put them back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lbm_studio.app.background import Background
from lbm_studio.app.datasets import DatasetCard, Shelf
from lbm_studio.app.episode_editor import EpisodeEditor
from lbm_studio.app.episode_export import EpisodeExport
from lbm_studio.app.episode_frames import EpisodeFrames, Image
from lbm_studio.app.episode_plots import episode_curves, plots
from lbm_studio.app.episode_rows import (
    arrange,
    edit_rows,
    episode_rows,
    part_of_curves,
    phase_rows,
    proposed_positions,
)
from lbm_studio.app.notices import Notices
from lbm_studio.app.playback import Playback, looped
from lbm_studio.app.program_run import ProgramOutcome, ProgramRun
from lbm_studio.app.quality_model import QualityModel
from lbm_studio.app.thumbnails import Thumbnails
from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.review import (
    Curves,
    DatasetRow,
    EpisodeRow,
    Plot,
    ReviewState,
    ReviewView,
    RowFilter,
    RowOrder,
)
from lbm_studio.core.errors import StudioError
from lbm_studio.episodes.edits.change import FrameRange
from lbm_studio.episodes.edits.log import EditLog
from lbm_studio.episodes.edits.projection import Projection, project
from lbm_studio.episodes.edits.view import EpisodeView

if TYPE_CHECKING:
    from lbm_studio.episodes.dataset import Dataset

_SENTENCES = {
    ReviewState.EMPTY: "There are no recordings yet. Record some on the panel Teach.",
    ReviewState.CHOOSING: "Choose an episode.",
    ReviewState.LOADING: "Reading.",
    ReviewState.READY: "Is this a good example?",
    ReviewState.PLAYING: "Playing.",
    ReviewState.REPLAYING: "Repeating the episode on a simulated station.",
}


@dataclass(frozen=True)
class _Opened:
    path: Path
    dataset: "Dataset"
    log: EditLog

    def project(self) -> Projection:
        """Return what the dataset is now."""
        return project(self.dataset.episodes, self.log)


class ReviewPanel(ViewModel[ReviewView]):
    """Shows one dataset; recordings never change, edits are a log beside them.

    Attributes:
        edit: what can be said about the chosen episodes.
        quality: what is doubtful about the open dataset.
        export: writes episodes for other programs.
    """

    def __init__(
        self,
        shelf: Shelf,
        background: Background,
        replays: ProgramRun,
        checks: ProgramRun,
        exports: ProgramRun,
        notices: Notices,
    ) -> None:
        super().__init__(ReviewView(), notices)
        self._shelf = shelf
        self._background = background
        self._replays = replays
        self._frames = EpisodeFrames(background, self._show_frames, self._refuse)
        self._beside = EpisodeFrames(background, self._show_beside, self._refuse)
        self._thumbnails = Thumbnails(background, self._show_thumbnails)
        self.edit = EpisodeEditor(self, self._refuse, self._show_rows)
        self.quality = QualityModel(checks, self.edit.apply, notices)
        self.export = EpisodeExport(exports, self._update, self._refuse)
        self._playback = Playback()
        self._opened: _Opened | None = None
        self._projection = Projection((), ())
        self._rows: tuple[EpisodeRow, ...] = ()
        self._uuids: tuple[str, ...] = ()
        self._curves: Curves | None = None
        self._part: tuple[FrameRange, Curves, tuple[Plot, ...]] | None = None
        self._is_reading = False

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
        self._uuids, self._curves, self._is_reading = (), None, True
        self._update(position=0, frames={}, shown_position=-1)
        self._show_rows()
        self._reopen(Path(path))

    def select(self, index: int) -> None:
        """Show an episode."""
        if self._opened is None or not 0 <= index < len(self._projection.episodes):
            self._refuse(f"There is no episode {index}.")
            return
        view = self._projection.episodes[index]
        self._stop_playing()
        self._is_reading = True
        self._uuids, self._curves, self._part = (view.uuid,), None, None
        self._update(position=0, shown_position=-1)
        self._show_rows()
        dataset = self._opened.dataset

        def show(curves: Curves) -> None:
            if self._uuids[:1] == (view.uuid,):
                self._curves = curves
                self._show_rows()

        self._background.submit(
            lambda: episode_curves(dataset, view.index), show, self._reading_failed
        )
        self._frames.open(dataset, view.index, first=view.extent.first)

    def show_episode(self, uuid: str) -> None:
        """Show the episode of that name, e.g. the one a finding is about."""
        names = [view.uuid for view in self._projection.episodes]
        if uuid in names:
            self.select(names.index(uuid))
        else:
            self._refuse("That episode is no longer there; check the recordings again.")

    def pick(self, indices: Iterable[int]) -> None:
        """Choose exactly these episodes; the one that is shown stays shown if it is among them."""
        wanted = tuple(indices)
        if not wanted or set(wanted) == set(self.view.chosen):
            return
        if self.view.selected not in wanted:
            self.select(wanted[0])
        self.choose(wanted)

    def choose(self, indices: Iterable[int]) -> None:
        """Choose episodes beside the selected one: the next edit is about all of them."""
        known = self._projection.episodes
        others = (known[index].uuid for index in indices if 0 <= index < len(known))
        self._uuids = tuple(dict.fromkeys((*self._uuids[:1], *others)))
        self._show_rows()

    def compare(self, is_wanted: bool) -> None:
        """Show the second of two chosen episodes beside the first one, or no longer."""
        views = self.chosen_views
        self._beside.close()
        if self._opened is None or (is_wanted and len(views) != 2):
            self._refuse("Choose two episodes to compare.")
        elif is_wanted:
            other = views[1]
            self._update(compared=self.view.chosen[1], compared_position=-1)
            self._beside.open(self._opened.dataset, other.index, first=other.extent.first)
            self._beside.show(self._beside_position())
            return
        self._update(compared=-1, compared_frames={}, compared_position=-1)

    def arrange(self, order: RowOrder, *, descending: bool = False) -> None:
        """Sort the table."""
        self._update(order=order, descending=descending)
        self._show_rows()

    def show_only(self, wanted: RowFilter) -> None:
        """Filter the table; what is selected stays so."""
        self._update(filter=wanted)
        self._show_rows()

    def seek(self, position: int) -> None:
        """Move the scrubber to a frame; out of range goes to the end."""
        if self.view.selected < 0:
            self._refuse("Choose an episode first.")
            return
        self._playback.stop()
        self._go_to(position)
        self._update()

    def step(self, frames: int) -> None:
        """Move the scrubber on by some frames, or back."""
        self.seek(self.view.position + frames)

    def play(self) -> None:
        """Play from the scrubber on; from the end it begins again."""
        if self.view.selected < 0:
            self._refuse("Choose an episode first.")
            return
        if self.view.position >= self.view.length - 1:
            self._go_to(0)
        self._playback.start(self.view.position)
        self._update()

    def pause(self) -> None:
        """Stop playing."""
        self._stop_playing()

    def set_speed(self, speed: float) -> None:
        """Play faster or slower than it was recorded."""
        self._playback.set_speed(speed, self.view.position)
        self._update(speed=self._playback.speed)

    def set_loop(self, loops: bool) -> None:
        """Begin again at the end of what is kept, or rest there."""
        self._playback.loops = loops
        self._update(loops=loops)

    # --- what edits are about --------------------------------------------------------------------

    @property
    def log(self) -> EditLog | None:
        return self._opened.log if self._opened else None

    @property
    def chosen_views(self) -> tuple[EpisodeView, ...]:
        found = (self._projection.find(uuid) for uuid in self._uuids)
        return tuple(view for view in found if view is not None)

    @property
    def following(self) -> EpisodeView | None:
        place = self.view.selected + 1
        if not 0 < place < len(self._projection.episodes):
            return None
        one, other = self._projection.episodes[place - 1 : place + 1]
        return other if other.index == one.index else None

    # --- replay ----------------------------------------------------------------------------------

    def replay(self) -> None:
        """Replay the selected episode on a simulated station and say if the goal was reached."""
        if self._opened is None or not self.chosen_views:
            self._refuse("Choose an episode first.")
            return
        recording = str(self.chosen_views[0].index)
        try:
            self._replays.start(("replay", str(self._opened.path), recording))
        except StudioError as error:
            self._refuse(str(error))
            return
        self._stop_playing()
        self._update(replay_sentence="")

    def stop_replay(self) -> None:
        """End the replay."""
        self._replays.stop()
        self._update()

    def export_to(self, folder: str) -> None:
        """Write all kept episodes for other programs."""
        self.export.start(folder, ())

    def export_chosen_to(self, folder: str) -> None:
        """Write the chosen episodes for other programs."""
        titles = [view.title for view in self.chosen_views]
        if titles:
            self.export.start(folder, titles)
        else:
            self._refuse("Choose an episode first.")

    # --- following -------------------------------------------------------------------------------

    def poll(self, now_ns: int) -> None:
        """Play on and follow replay and check; called at about 30 Hz."""
        self.quality.poll()
        self.export.poll()
        due = self._playback.poll(now_ns, self.view.rate_hz)
        if due is not None and self._playback.loops:
            self._go_to(looped(due, self.view.kept))
        elif due is not None:
            self._go_to(due)
            if self.view.position >= self.view.length - 1:
                self._stop_playing()
        outcome = self._replays.poll()
        if outcome is not None:
            self._update(replay_sentence=replay_sentence(outcome))

    def close(self) -> None:
        """End what is still running."""
        self._replays.stop()
        self.quality.stop()
        self.export.stop()

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
        self.quality.open_dataset(opened.path)
        self.export.open_dataset(opened.path)
        self._show_rows()

    def _show_rows(self) -> None:
        """Show what the open dataset is now."""
        opened = self._opened
        if opened is None:
            self._update(selected=-1, row=None, chosen=())
            return
        self._projection = opened.project()
        self._rows = episode_rows(self._projection, opened.dataset.rate_hz)
        view = self.view
        self._update(
            rows=arrange(self._rows, view.filter, view.order, descending=view.descending),
            total=len(self._rows),
            edits=edit_rows(self._projection, opened.log.in_force),
            can_undo=bool(opened.log.in_force),
            redo_text="".join(e.text for e in edit_rows(self._projection, opened.log.undone[-1:])),
            remarks=self._projection.remarks,
        )
        self._show_selected()
        self._thumbnails.show(opened.dataset, self._projection.episodes)

    def _show_thumbnails(self) -> None:
        pictures = self._thumbnails.pictures
        self._update(thumbnails=pictures, thumbnail_count=len(pictures))

    def _show_selected(self) -> None:
        numbers = {view.uuid: number for number, view in enumerate(self._projection.episodes)}
        self._uuids = tuple(uuid for uuid in self._uuids if uuid in numbers)
        chosen = tuple(numbers[uuid] for uuid in self._uuids)
        if not chosen:
            self._update(selected=-1, row=None, chosen=(), length=0, phases=(), proposal=None)
            self._update(curves=None, plots=(), can_merge=False, can_compare=False, compared=-1)
            return
        view = self._projection.episodes[chosen[0]]
        first, length = view.extent.first, len(view.extent)
        kept = (view.kept.first - first, view.kept.last - first)
        curves, drawn = self._curves_of(view.extent)
        self._update(
            selected=chosen[0],
            row=self._rows[chosen[0]],
            chosen=chosen,
            length=length,
            position=min(self.view.position, length - 1),
            curves=curves,
            plots=drawn,
            kept=kept,
            proposal=proposed_positions(curves, kept) if curves else None,
            phases=phase_rows(view),
        )
        is_compared = len(chosen) == 2 and self.view.compared == chosen[1]
        if not is_compared:
            self._beside.close()
        self._update(
            can_merge=self.following is not None,
            can_compare=len(chosen) == 2,
            compared=self.view.compared if is_compared else -1,
        )
        self._frames.show_part(first)

    def _curves_of(self, extent: FrameRange) -> tuple[Curves | None, tuple[Plot, ...]]:
        """Return the curves of a part, the same objects as long as the part is the same."""
        if self._curves is None:
            return None, ()
        if self._part is None or self._part[0] != extent:
            curves = part_of_curves(self._curves, extent)
            self._part = (extent, curves, plots(curves))
        return self._part[1:]

    def _beside_position(self) -> int:
        """Return where the compared episode is: where the selected one is, or at its end."""
        return min(self.view.position, len(self.chosen_views[1].extent) - 1)

    def _show_beside(self, position: int, images: Mapping[str, Image]) -> None:
        if self.view.compared >= 0:
            self._update(compared_frames=images, compared_position=position)

    def _show_frames(self, position: int, images: Mapping[str, Image]) -> None:
        self._is_reading = False
        self._update(frames=images, shown_position=position)

    def _reading_failed(self, sentence: str) -> None:
        self._is_reading = False
        self._refuse(sentence)
        self._update()

    def _go_to(self, position: int) -> None:
        position = max(0, min(position, self.view.length - 1))
        if position != self.view.position or self.view.shown_position < 0:
            self._update(position=position)
            self._frames.show(position)
            if self.view.compared >= 0:
                self._beside.show(self._beside_position())

    def _stop_playing(self) -> None:
        self._playback.stop()
        self._update()

    def _update(self, **changes: object) -> None:
        view = replace(self.view, export=self.export.view, **changes)  # type: ignore[arg-type]
        state = self._state(view)
        self.publish(replace(view, state=state, sentence=_sentence(view, state)))

    def _state(self, view: ReviewView) -> ReviewState:
        if self._replays.is_running:
            return ReviewState.REPLAYING
        if self._playback.is_playing:
            return ReviewState.PLAYING
        if self._is_reading:
            return ReviewState.LOADING
        if view.selected >= 0:
            return ReviewState.READY
        return ReviewState.CHOOSING if view.datasets or view.dataset else ReviewState.EMPTY


def _sentence(view: ReviewView, state: ReviewState) -> str:
    if state is ReviewState.READY and len(view.chosen) > 1:
        return f"{len(view.chosen)} episodes are chosen: what you say is about all of them."
    return _SENTENCES[state]


def replay_sentence(outcome: ProgramOutcome) -> str:
    """Return what a replay showed."""
    if outcome.result is None:
        return f"The replay did not work: {outcome.sentence}"
    if outcome.result.get("success"):
        return "Repeated on a simulated station, the episode reaches its goal."
    return "Repeated on a simulated station, the episode does not reach its goal."
