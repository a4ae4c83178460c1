"""A button that must be held down, for what must not happen by a slip."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget

from lbm_studio.ui.theme import METRICS, Theme


class HoldButton(QPushButton):
    """Reports when it goes down and comes up; fills as far as it is told the hold has come.

    Signals:
        held: the mouse button, Enter on it or a touch went down.
        let_go: it came up, or the button lost the focus meanwhile.
    """

    held = Signal()
    let_go = Signal()

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self._fraction = 0.0
        self.setObjectName("hold")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.pressed.connect(self.held)
        self.released.connect(self.let_go)

    def show_fraction(self, fraction: float) -> None:
        """Show how much of the hold has passed, 0 to 1."""
        if fraction != self._fraction:
            self._fraction = fraction
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._fraction <= 0.0:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        clip = QPainterPath()
        clip.addRoundedRect(QRectF(self.rect()), METRICS.radius, METRICS.radius)
        painter.setClipPath(clip)
        filled = QRectF(
            0, self.height() - METRICS.tight, self.width() * self._fraction, METRICS.tight
        )
        painter.fillRect(filled, QColor(self._theme.colours.accent))
