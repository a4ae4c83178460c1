"""A sheet over the panels: never over STOP, never modal, closed by its button or Esc."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from lbm_studio.ui.icons import Icon
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import Button, column, label, row, set_look


class Sheet(QFrame):
    """A card in the middle of its parent.

    Attributes:
        body: the layout that takes what is shown.

    Signals:
        closed: somebody closed it.
    """

    closed = Signal()

    def __init__(self, theme: Theme, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        set_look(self, "role", "card")
        self.body = column(spacing=METRICS.medium, margin=METRICS.wide)
        self._close = Button(theme, self.tr("Close"), Icon.CLOSE, "plain")
        self._close.clicked.connect(self._end)
        head = row(spacing=METRICS.wide)
        head.addWidget(label(title, "heading"), 1)
        head.addWidget(self._close)
        self.body.addLayout(head)
        self.setLayout(self.body)
        self._parent = parent
        parent.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Show the sheet in the middle of its parent."""
        self.show()
        self._place()
        self.raise_()
        self._close.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._end()
        super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _end(self) -> None:
        self.hide()
        self.closed.emit()

    def _place(self) -> None:
        self.body.activate()  # what has just been laid out counts
        room = self._parent.rect()
        self.resize(self.sizeHint().boundedTo(room.size()))
        self.move(room.center() - self.rect().center())
