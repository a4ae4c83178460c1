"""The start that is wanted next, blended over the live pictures while somebody lays it out."""

from dataclasses import replace
from pathlib import Path

from lbm_studio.app.background import Background
from lbm_studio.app.datasets import Shelf
from lbm_studio.app.notices import Notices
from lbm_studio.app.settings import SettingsStore
from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.starts import StartsView
from lbm_studio.app.views.teach import TeachState, TeachView
from lbm_studio.app.wanted_start import WantedStart, wanted_start

LAID_OUT_IN = (TeachState.READY, TeachState.COUNTING)
"""When somebody lays the objects out; while the arms move, nothing covers what is live."""

TOO_FEW = "After a few takes, it is shown here where the next one should begin."


class Starts(ViewModel[StartsView]):
    """Follows what is taught, and says where the next take should begin.

    Args:
        shelf: where the datasets are.
        background: reads them.
        settings: how much of the wanted start is shown.
        notices: where things are refused.
    """

    def __init__(
        self, shelf: Shelf, background: Background, settings: SettingsStore, notices: Notices
    ) -> None:
        super().__init__(StartsView(share=settings.current.overlay), notices)
        self._shelf = shelf
        self._background = background
        self._settings = settings
        self._asked_for: tuple[str, str, int] | None = None
        self._teach = TeachView()

    @property
    def overlay(self) -> StartsView | None:
        """What is drawn over the live pictures now; None while nothing is."""
        is_laid_out = self._teach.state in LAID_OUT_IN
        return self.view if is_laid_out and self.view.share > 0.0 else None

    def set_share(self, share: float) -> None:
        """Say how much of the wanted start is blended over the live pictures, 0 to 1."""
        chosen = min(1.0, max(0.0, share))
        self._settings.update(overlay=chosen)
        self.publish(replace(self.view, share=chosen))
        self.follow(self._teach)

    def follow(self, teach: TeachView) -> None:
        """Take in what is taught; while something is shown, keep it up to date."""
        self._teach = teach
        if self.view.share > 0.0:
            self._look(teach)

    def _look(self, teach: TeachView) -> None:
        """Read anew when another goal is taught, or another take is there."""
        asked_for = (teach.dataset, teach.goal, teach.kept)
        if asked_for == self._asked_for:
            return
        self._asked_for = asked_for
        if not teach.dataset or not teach.goal:
            self.publish(StartsView(share=self.view.share))
            return
        path = self._shelf.path_for(teach.dataset)

        def show(wanted: WantedStart | None) -> None:
            if asked_for == self._asked_for:
                self._show(wanted)

        self._background.submit(lambda: self._read(path, teach.goal), show, self._refuse)

    def _read(self, path: Path, goal: str) -> WantedStart | None:
        return wanted_start(self._shelf.open(path), goal) if path.exists() else None

    def _show(self, wanted: WantedStart | None) -> None:
        share = self.view.share
        if wanted is None:
            self.publish(StartsView(share, TOO_FEW))
            return
        sentence = f"Few takes begin at the mark; take {wanted.title} begins nearest to it."
        self.publish(StartsView(share, sentence, wanted.pictures, wanted.marks))
