"""The Train panel: what should it practise?"""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QStackedWidget, QWidget

from lbm_studio.app.train_panel import TrainPanel
from lbm_studio.app.views.train import TrainState, TrainView
from lbm_studio.app.views.window import PanelName
from lbm_studio.core.runs import JobStatus
from lbm_studio.ui.actions import ActionId
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.panels.base import Panel
from lbm_studio.ui.panels.train_job import TrainJobCard
from lbm_studio.ui.panels.train_progress import TrainProgressWidget
from lbm_studio.ui.panels.train_words import selected_run
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, row
from lbm_studio.ui.widgets.empty_state import EmptyState


class TrainPanelWidget(Panel):
    """Starts training jobs and shows what they write."""

    def __init__(self, theme: Theme, model: TrainPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._job = TrainJobCard(theme, model)
        self._progress = TrainProgressWidget(theme, model)
        record = Button(theme, self.tr("Record some"), Icon.TEACH, "primary")
        self._empty = EmptyState(theme, Icon.TRAIN, record)
        self._right = QStackedWidget()
        self._build()
        self._empty.pressed.connect(lambda: self.panel_wanted.emit(PanelName.TEACH))
        model.changed.connect(self._show)
        self._show(model.view)

    @property
    def handlers(self) -> Mapping[ActionId, Callable[[], object]]:
        return {ActionId.TRAIN: lambda: self._next_step(self._model.view).click()}

    def shown(self) -> None:
        self._model.refresh()

    def _build(self) -> None:
        self._empty.show_sentence(
            self.tr("Here the robot practises what you showed it. Record some takes first.")
        )
        self._right.addWidget(self._empty)
        self._right.addWidget(self._progress)
        layout = row(spacing=METRICS.large, margin=METRICS.large)
        layout.addWidget(self._job)
        layout.addWidget(self._right, 1)
        self.setLayout(layout)

    def _show(self, view: TrainView) -> None:
        is_empty = view.state is TrainState.EMPTY and not view.runs
        self._right.setCurrentWidget(self._empty if is_empty else self._progress)
        chosen = self._next_step(view)
        for button in (self._job.train, self._progress.publish, self._progress.resume):
            button.set_kind("primary" if button is chosen else "")

    def _next_step(self, view: TrainView) -> Button:
        selected = selected_run(view)
        if selected is None or view.state is not TrainState.READY:
            return self._job.train
        if view.status is JobStatus.DONE and selected.has_checkpoint and not view.published:
            return self._progress.publish
        if view.status is not JobStatus.DONE and selected.can_resume:
            return self._progress.resume
        return self._job.train
