"""What a take is worth: success, failure, or how far it came; and whether it is left out."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QSpinBox, QWidget

from lbm_studio.app.review_panel import ReviewPanel
from lbm_studio.app.views.review import EpisodeRow, Result, ReviewView
from lbm_studio.ui.actions import ActionId, with_key
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.panels.episode_table import HAS_EPISODE, selected_row
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, label, row

MOST_MILESTONES = 20
USUAL_MILESTONES = 3


class EpisodeJudgement(QWidget):
    """Judges the chosen takes.

    Attributes:
        success: marks them as success.
        failure: marks them as failure.
    """

    def __init__(self, theme: Theme, model: ReviewPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.success = Button(theme, self.tr("Success"), Icon.KEEP)
        self.failure = Button(theme, self.tr("Failure"), Icon.CLOSE)
        self._partial = Button(theme, self.tr("Partly"), Icon.PARTIAL)
        self._reached = _number("reached", self.tr("Milestones reached"), 1)
        self._total = _number("milestones", self.tr("Milestones of the goal"), USUAL_MILESTONES)
        self._delete = Button(theme, "", Icon.DISCARD)
        self._shown = ""
        self._build()
        self._connect()
        self._show(model.view)

    def _build(self) -> None:
        self.success.setToolTip(with_key(self.tr("Mark as success"), ActionId.SUCCESS))
        self.failure.setToolTip(with_key(self.tr("Mark as failure"), ActionId.FAILURE))
        self._partial.setToolTip(self.tr("Say how many milestones were reached"))
        for name, button in (
            ("success", self.success),
            ("failure", self.failure),
            ("partial", self._partial),
            ("delete", self._delete),
        ):
            button.setObjectName(f"review_{name}")
        for button in (self.success, self.failure, self._partial):
            button.setCheckable(True)
        line = row()
        line.addWidget(self.success)
        line.addWidget(self.failure)
        line.addWidget(self._partial)
        line.addWidget(self._reached)
        line.addWidget(label(self.tr("of"), "quiet"))
        line.addWidget(self._total)
        line.addStretch(1)
        line.addWidget(self._delete)
        self.setLayout(line)

    def _connect(self) -> None:
        self.success.clicked.connect(lambda: self._model.edit.mark(True))
        self.failure.clicked.connect(lambda: self._model.edit.mark(False))
        self._partial.clicked.connect(self._on_partial)
        self._delete.clicked.connect(self._on_delete)
        self._model.changed.connect(self._show)
        for button in (self.success, self.failure, self._partial):
            button.clicked.connect(lambda: self._show(self._model.view))

    def _on_partial(self) -> None:
        self._model.edit.measure(self._reached.value(), self._total.value())

    def _on_delete(self) -> None:
        shown = selected_row(self._model.view)
        if shown is not None:
            (self._model.edit.restore if shown.deleted else self._model.edit.delete)()

    def _show(self, view: ReviewView) -> None:
        shown = selected_row(view)
        has_episode = shown is not None and view.state in HAS_EPISODE
        result = shown.result if shown else None
        self.success.setChecked(result is Result.SUCCESS)
        self.failure.setChecked(result is Result.FAILURE)
        self._partial.setChecked(result is Result.PARTIAL)
        is_deleted = shown is not None and shown.deleted
        self._delete.setText(self.tr("Restore") if is_deleted else self.tr("Delete"))
        self._delete.set_icon(Icon.UNDO if is_deleted else Icon.DISCARD)
        for widget in (
            self.success, self.failure, self._partial, self._reached, self._total, self._delete,
        ):  # fmt: skip
            widget.setEnabled(has_episode)
        if shown is not None:
            self._show_milestones(shown)

    def _show_milestones(self, shown: EpisodeRow) -> None:
        said = f"{shown.uuid} {shown.reached}"
        if said == self._shown or shown.reached is None:
            return
        self._shown = said
        with QSignalBlocker(self._reached), QSignalBlocker(self._total):
            self._reached.setValue(shown.reached[0])
            self._total.setValue(shown.reached[1])


def _number(name: str, words: str, value: int) -> QSpinBox:
    box = QSpinBox()
    box.setObjectName(name)
    box.setAccessibleName(words)
    box.setToolTip(words)
    box.setRange(0 if name == "reached" else 1, MOST_MILESTONES)
    box.setValue(value)
    box.setFixedWidth(METRICS.number)
    return box
