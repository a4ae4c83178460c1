"""The line that always says how things are: the stop first, then notices, then the state."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from lbm_studio.app.notices import Level, Notice
from lbm_studio.app.views.window import StopView
from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, Sentence, label, row, set_look
from lbm_studio.ui.widgets.hold_button import HoldButton

LOOKS = {Level.QUIET: "plain", Level.GOOD: "good", Level.WARN: "warn", Level.BAD: "bad"}


class MessageBar(QFrame):
    """Room that is always reserved, so that nothing jumps when something is said.

    Signals:
        reset_held: the reset button went down.
        reset_let_go: it came up.
        dismissed: the number of a notice that was read.
    """

    reset_held = Signal()
    reset_let_go = Signal()
    dismissed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notice: Notice | None = None
        self._sentence = Sentence(theme, "message", role="control", wrap=False)
        self._count = label("", "quiet", name="noticeCount")
        self._dismiss = Button(theme, self.tr("Dismiss"), Icon.CLOSE, "plain")
        self._reset = HoldButton(theme, self.tr("Hold for a second to reset"))
        self.setObjectName("messageBar")
        self.setFixedHeight(METRICS.message_bar)
        self._build()
        self._dismiss.clicked.connect(self._on_dismiss)
        self._reset.held.connect(self.reset_held)
        self._reset.let_go.connect(self.reset_let_go)

    def show_state(self, sentence: str, stop: StopView, notices: tuple[Notice, ...]) -> None:
        """Show what matters most: the stop, the newest notice, or the plain state."""
        self._notice = notices[-1] if notices and not stop.latched else None
        if stop.latched:
            self._say(
                self.tr("{0} Nothing moves until you reset.").format(stop.reason),
                Level.BAD,
            )
        elif self._notice is not None:
            self._say(self._notice.text, self._notice.level)
        else:
            self._say(sentence, Level.QUIET)
        self._reset.setVisible(stop.latched)
        self._reset.setEnabled(stop.can_reset)
        self._reset.show_fraction(stop.hold_fraction)
        self._dismiss.setVisible(self._notice is not None)
        waiting = len(notices) if self._notice is not None else 0
        self._count.setText(self.tr("1 of {0}").format(waiting) if waiting > 1 else "")

    def _build(self) -> None:
        layout = row(spacing=METRICS.medium)
        layout.setContentsMargins(METRICS.large, METRICS.tight, METRICS.large, METRICS.tight)
        layout.addWidget(self._sentence, 1)
        layout.addWidget(self._count)
        layout.addWidget(self._dismiss)
        layout.addWidget(self._reset)
        self.setLayout(layout)
        self._dismiss.setObjectName("dismiss")
        self._dismiss.hide()
        self._reset.hide()

    def _say(self, text: str, level: Level) -> None:
        self._sentence.show_sentence(text, level)
        set_look(self, "state", LOOKS[level])

    def _on_dismiss(self) -> None:
        if self._notice is not None:
            self.dismissed.emit(self._notice.number)
