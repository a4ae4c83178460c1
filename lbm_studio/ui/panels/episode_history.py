"""What was changed: every edit in words, and undo and redo that say what they are about."""

from datetime import datetime

from PySide6.QtWidgets import QListWidget, QVBoxLayout, QWidget

from lbm_studio.app.review_panel import ReviewPanel
from lbm_studio.app.views.review import EditRow, ReviewView
from lbm_studio.ui.actions import ActionId, with_key
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, ElidedLabel, column, row


class EditHistory(QWidget):
    """The edits in force, newest first."""

    def __init__(self, theme: Theme, model: ReviewPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edits: tuple[EditRow, ...] | None = None
        self._remarks: tuple[str, ...] = ()
        self._list = QListWidget()
        self._list.setObjectName("edits")
        self._list.setAccessibleName(self.tr("Edits, newest first"))
        self._list.setWordWrap(True)
        layout = column()
        layout.addWidget(self._list)
        self.setLayout(layout)
        model.changed.connect(self._show)
        self._show(model.view)

    def _show(self, view: ReviewView) -> None:
        if (view.edits, view.remarks) == (self._edits, self._remarks):
            return
        self._edits, self._remarks = view.edits, view.remarks
        self._list.clear()
        for remark in view.remarks:
            self._list.addItem(remark)
        for edit in reversed(view.edits):
            when = datetime.fromtimestamp(edit.unix_time_s).strftime("%d %b, %H:%M")
            self._list.addItem(f"{edit.text}\n{when}")
        if not view.edits:
            self._list.addItem(self.tr("Nothing has been changed. Recordings always stay."))


class UndoBar(QWidget):
    """Undo and redo, each over the edit it is about.

    Attributes:
        undo: takes the last edit back.
        redo: does it again.
    """

    def __init__(self, theme: Theme, model: ReviewPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        undo, redo = self.tr("Undo"), self.tr("Redo")
        self.undo = Button(theme, with_key(undo, ActionId.UNDO_EDIT), Icon.UNDO)
        self.redo = Button(theme, with_key(redo, ActionId.REDO_EDIT), Icon.REDO)
        self.undo.setObjectName("review_undo")
        self.redo.setObjectName("review_redo")
        self._undoes = ElidedLabel("", "quiet", "undoes")
        self._redoes = ElidedLabel("", "quiet", "redoes")
        layout = row()
        layout.addLayout(_over(self.undo, self._undoes), 1)
        layout.addLayout(_over(self.redo, self._redoes), 1)
        self.setLayout(layout)
        self.undo.clicked.connect(lambda: model.edit.undo())
        self.redo.clicked.connect(lambda: model.edit.redo())
        model.changed.connect(self._show)
        self._show(model.view)

    def _show(self, view: ReviewView) -> None:
        self.undo.setEnabled(view.can_undo)
        self.redo.setEnabled(bool(view.redo_text))
        self._undoes.setText(
            view.edits[-1].text if view.edits else self.tr("Nothing has been changed.")
        )
        self._redoes.setText(view.redo_text or self.tr("Nothing was undone."))


def _over(button: Button, words: ElidedLabel) -> QVBoxLayout:
    lines = column(spacing=METRICS.tight)
    lines.addWidget(button)
    lines.addWidget(words)
    return lines
