"""Where a goal is typed or spoken: a line with suggestions, a microphone, and what was heard."""

from PySide6.QtCore import QSignalBlocker, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from lbm_studio.app.spoken_goal import SpokenGoal
from lbm_studio.app.views.goal import SpokenGoalState, SpokenGoalView
from lbm_studio.ui.actions import ActionId, with_key
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, Sentence, column, label, row, set_look
from lbm_studio.ui.widgets.level_meter import LevelMeter

SHOWN_SUGGESTIONS = 8


class GoalLine(QLineEdit):
    """A line of text with suggestions from goals of before; the key Down shows them all."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._suggestions = QStringListModel(self)
        completer = QCompleter(self._suggestions, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(SHOWN_SUGGESTIONS)
        self.setObjectName(name)
        self.setCompleter(completer)

    def show_suggestions(self, goals: tuple[str, ...]) -> None:
        """Offer these from now on."""
        if self._suggestions.stringList() != list(goals):
            self._suggestions.setStringList(goals)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.completer().setCompletionPrefix("")
            self.completer().complete()
        else:
            super().keyPressEvent(event)


class GoalField(QWidget):
    """A goal, and over it its caption or how far a spoken goal is.

    While a transcript is offered the line holds it, and what is typed corrects it; the goal is what
    it was until Enter.

    Args:
        theme: the colours.
        model: the goal.
        name: object name of the line.
        title: caption.

    Signals:
        edited: text while somebody types a goal; never of a transcript.
        entered: somebody pressed Enter; the goal is settled.
    """

    edited = Signal(str)
    entered = Signal()

    def __init__(
        self, theme: Theme, model: SpokenGoal, name: str, title: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._goal = ""
        self._state = SpokenGoalState.IDLE
        self._line = GoalLine(name)
        self._line.setPlaceholderText(self.tr("put the red cube in the tray"))
        self._talk = _button(theme, Icon.MICROPHONE, f"{name}Talk", self.tr("Speak"))
        self._talk.setToolTip(with_key(self.tr("Hold and say the goal"), ActionId.TALK))
        self._use = _button(theme, Icon.KEEP, f"{name}Use", self.tr("Use what was heard"))
        self._use.set_kind("confirm")
        self._drop = _button(theme, Icon.CLOSE, f"{name}Drop", self.tr("Drop what was heard"))
        self._caption = label(title, "caption")
        self._caption.setBuddy(self._line)
        self._sentence = Sentence(theme, f"{name}Spoken", wrap=False)
        self._meter = LevelMeter(theme)
        self._build()
        self._connect()
        self._show(model.view)

    def show_goal(self, goal: str, *, is_free: bool) -> None:
        """Show the goal in force, unless somebody types, and whether it can be changed."""
        self._goal = goal
        if not self._line.hasFocus() and self._state is not SpokenGoalState.OFFERED:
            self._set_text(goal)
        self._line.setEnabled(is_free)
        self._talk.setEnabled(is_free)

    def _build(self) -> None:
        over = QWidget()
        over.setFixedHeight(METRICS.icon)
        head, line = row(), row(spacing=METRICS.tight)
        head.addWidget(self._caption)
        head.addWidget(self._sentence, 1)
        head.addWidget(self._meter)
        over.setLayout(head)
        line.addWidget(self._line, 1)
        for button in (self._talk, self._use, self._drop):
            line.addWidget(button)
        layout = column(spacing=METRICS.tight)
        layout.addWidget(over)
        layout.addLayout(line)
        self.setLayout(layout)

    def _connect(self) -> None:
        self._line.textEdited.connect(self._edit)
        self._line.editingFinished.connect(self._finish)
        self._line.returnPressed.connect(self._enter)
        self._line.completer().activated.connect(self._take_suggestion)
        self._talk.pressed.connect(self._model.press)
        self._talk.released.connect(self._model.release)
        self._use.clicked.connect(self._enter)
        self._drop.clicked.connect(self._model.cancel)
        self._model.changed.connect(self._show)

    def _edit(self, text: str) -> None:
        if self._state is not SpokenGoalState.OFFERED:
            self.edited.emit(text)

    def _finish(self) -> None:
        """Take what was typed; a transcript is not taken by clicking elsewhere."""
        if self._state is not SpokenGoalState.OFFERED and self._line.text() != self._goal:
            self._model.typed(self._line.text())

    def _enter(self) -> None:
        self._model.confirm(self._line.text())
        self.entered.emit()

    def _take_suggestion(self, goal: str) -> None:
        if self._state is not SpokenGoalState.OFFERED:
            self._model.typed(goal)

    def _show(self, view: SpokenGoalView) -> None:
        was, self._state = self._state, view.state
        is_offered = view.state is SpokenGoalState.OFFERED
        is_listening = view.state is SpokenGoalState.LISTENING
        self._line.show_suggestions(view.suggestions)
        set_look(self._line, "state", "offered" if is_offered else "")
        self._caption.setVisible(not view.sentence)
        self._sentence.setVisible(bool(view.sentence))
        self._sentence.show_sentence(view.sentence, view.level)
        self._meter.show_level(view.loudness_dbfs)
        self._meter.setVisible(is_listening)
        self._talk.setDown(is_listening or view.state is SpokenGoalState.STARTING)
        for button, is_shown in ((self._talk, not is_offered), (self._use, is_offered)):
            button.setVisible(is_shown)
        self._drop.setVisible(is_offered)
        if is_offered and was is not SpokenGoalState.OFFERED:
            self._set_text(view.transcript)
            self._line.setFocus()
        elif was is SpokenGoalState.OFFERED and not is_offered:
            self._set_text(self._goal)

    def _set_text(self, text: str) -> None:
        with QSignalBlocker(self._line):
            self._line.setText(text)
            self._line.setCursorPosition(0)
        self._line.setToolTip(text)


def _button(theme: Theme, which: Icon, name: str, accessible_name: str) -> Button:
    """Return a square button that leaves the focus where it is: somebody may be typing."""
    button = Button(theme, "", which, "icon", name=name)
    button.setAccessibleName(accessible_name)
    button.setToolTip(accessible_name)
    button.setFixedWidth(METRICS.control)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
