"""What is said of a take in words: its goal, other ways to ask for it, tags and a note."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from lbm_studio.app.review_panel import ReviewPanel
from lbm_studio.app.views.review import ReviewView
from lbm_studio.ui.panels.episode_table import HAS_EPISODE, selected_row
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import column, row
from lbm_studio.ui.widgets.choices import field


class TextField(QPlainTextEdit):
    """Several lines of text that are told when somebody has written and goes elsewhere.

    Signals:
        written: the text.
    """

    written = Signal(str)

    def __init__(self, name: str, words: str, hint: str) -> None:
        super().__init__()
        self._before = ""
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setPlaceholderText(hint)
        self.setTabChangesFocus(True)

    def show_text(self, text: str) -> None:
        """Show a text unless somebody writes."""
        if not self.hasFocus() and text != self.toPlainText():
            self.setPlainText(text)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._before = self.toPlainText()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.toPlainText() != self._before:
            self.written.emit(self.toPlainText())


class EpisodeWords(QWidget):
    """Corrects the goal of the chosen takes, and says more about them."""

    def __init__(self, theme: Theme, model: ReviewPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self._build()
        self._connect()
        self._show(model.view)

    def _build(self) -> None:
        self._goal = QLineEdit()
        self._goal.setObjectName("episodeGoal")
        self._tags = QLineEdit()
        self._tags.setObjectName("tags")
        self._tags.setPlaceholderText(self.tr("e.g. night, blue lamp"))
        others = self.tr("Other ways to ask for it")
        self._paraphrases = TextField("paraphrases", others, self.tr("One on each line"))
        self._note = TextField("note", self.tr("Note"), self.tr("Whatever there is to say"))
        lines = column()
        lines.addLayout(field(self.tr("Goal of this take"), self._goal))
        lines.addLayout(field(self.tr("Tags"), self._tags))
        lines.addStretch(1)
        layout = row(spacing=METRICS.medium)
        layout.addLayout(lines, 1)
        layout.addLayout(field(others, self._paraphrases), 1)
        layout.addLayout(field(self.tr("Note"), self._note), 1)
        self.setLayout(layout)

    def _connect(self) -> None:
        edit = self._model.edit
        self._goal.editingFinished.connect(self._on_goal)
        self._tags.editingFinished.connect(self._on_tags)
        self._paraphrases.written.connect(lambda text: edit.set_paraphrases(text.splitlines()))
        self._note.written.connect(lambda text: edit.set_note(text))
        self._model.changed.connect(self._show)

    def _on_goal(self) -> None:
        shown, words = selected_row(self._model.view), self._goal.text().strip()
        if shown is not None and words not in ("", shown.goal):
            self._model.edit.set_goal(words)

    def _on_tags(self) -> None:
        shown, words = selected_row(self._model.view), self._tags.text()
        if shown is not None and words != ", ".join(shown.tags):
            self._model.edit.set_tags(words.split(","))

    def _show(self, view: ReviewView) -> None:
        shown = selected_row(view)
        goal, tags = (shown.goal, ", ".join(shown.tags)) if shown else ("", "")
        for line, text in ((self._goal, goal), (self._tags, tags)):
            if not line.hasFocus() and line.text() != text:
                line.setText(text)
                line.setCursorPosition(0)
        self._paraphrases.show_text("\n".join(shown.paraphrases) if shown else "")
        self._note.show_text(shown.note if shown else "")
        has_episode = shown is not None and view.state in HAS_EPISODE
        for widget in (self._goal, self._tags, self._paraphrases, self._note):
            widget.setEnabled(has_episode)
