"""The Review panel: is this take good?"""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QStackedWidget, QWidget

from lbm_studio.app.review_panel import ReviewPanel
from lbm_studio.app.views.review import ReviewState, ReviewView
from lbm_studio.app.views.window import PanelName
from lbm_studio.ui.actions import ActionId
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.panels.base import Panel
from lbm_studio.ui.panels.episode_list import EpisodeListCard
from lbm_studio.ui.panels.episode_timeline import EpisodeTimelineCard
from lbm_studio.ui.panels.episode_views import EpisodeViewsWidget
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, column, row
from lbm_studio.ui.widgets.empty_state import EmptyState


class ReviewPanelWidget(Panel):
    """Shows recordings and what is said about them."""

    def __init__(self, theme: Theme, model: ReviewPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._list = EpisodeListCard(theme, model)
        self._views = EpisodeViewsWidget(theme, model)
        self._timeline = EpisodeTimelineCard(theme, model)
        record = Button(theme, self.tr("Record some"), Icon.TEACH, "primary")
        self._empty = EmptyState(theme, Icon.REVIEW, record)
        self._right = QStackedWidget()
        self._build()
        self._empty.pressed.connect(lambda: self.panel_wanted.emit(PanelName.TEACH))
        model.changed.connect(self._show)
        self._show(model.view)

    @property
    def handlers(self) -> Mapping[ActionId, Callable[[], object]]:
        judgement, history = self._views.judgement, self._list.history
        return {
            ActionId.PLAY: self._timeline.play.click,
            ActionId.STEP_BACK: self._timeline.back.click,
            ActionId.STEP_FORWARD: self._timeline.forward.click,
            ActionId.SUCCESS: judgement.success.click,
            ActionId.FAILURE: judgement.failure.click,
            ActionId.UNDO_EDIT: history.undo.click,
            ActionId.REDO_EDIT: history.redo.click,
        }

    def shown(self) -> None:
        self._model.refresh()

    def _build(self) -> None:
        self._empty.show_sentence(
            self.tr("Here you look at your takes again, judge them and leave bad ones out.")
        )
        self._right.addWidget(self._empty)
        self._right.addWidget(self._views)
        upper = row(spacing=METRICS.medium)
        upper.addWidget(self._list, 2)
        upper.addWidget(self._right, 3)
        layout = column(spacing=METRICS.medium, margin=METRICS.medium)
        layout.addLayout(upper, 1)
        layout.addWidget(self._timeline)
        self.setLayout(layout)

    def _show(self, view: ReviewView) -> None:
        is_empty = view.state is ReviewState.EMPTY
        self._timeline.setVisible(not is_empty)
        self._right.setCurrentWidget(self._empty if is_empty else self._views)
