"""The STOP button: one word, one place, never disabled. Red is used for nothing else."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from lbm_studio.ui.theme import METRICS, Theme


class StopButton(QAbstractButton):
    """Large and red. It acts when pressed down, not when released.

    Signals:
        pressed: of QAbstractButton; connect this one.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._latched = False
        self.setObjectName("stop")
        self.setText(self.tr("STOP"))
        self.setAccessibleName(self.tr("STOP (software)"))
        self.setAccessibleDescription(
            self.tr(
                "Stops all arms at once and latches. Also on Esc and Space. Not a safety function: "
                "keep the hardware stop in reach."
            )
        )
        self.setToolTip(self.tr("Stop all arms at once (Esc, or Space when you are not typing)"))
        self.setMinimumSize(METRICS.stop_width, METRICS.stop_height)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(METRICS.stop_width, METRICS.stop_height)

    def show_latched(self, latched: bool) -> None:
        """Say on the button that the stop is in force."""
        if latched != self._latched:
            self._latched = latched
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(
            QColor(colours.stop_hover if self.isDown() or self.underMouse() else colours.stop)
        )
        painter.drawRoundedRect(QRectF(self.rect()), METRICS.radius, METRICS.radius)
        painter.setPen(QColor(colours.on_stop))
        if self.hasFocus():
            self._paint_focus(painter)
        self._paint_words(painter)

    def _paint_focus(self, painter: QPainter) -> None:
        inset = METRICS.focus * 2
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(
            self.rect().adjusted(inset, inset, -inset, -inset), METRICS.tight, METRICS.tight
        )

    def _paint_words(self, painter: QPainter) -> None:
        scale = min(self.width() / METRICS.stop_width, self.height() / METRICS.stop_height)
        middle = self.height() * 0.62
        painter.setFont(_font(self.font(), METRICS.stop_text * scale, QFont.Weight.Bold))
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
        painter.drawText(QRectF(0, 0, self.width(), middle), flags, self.text())
        painter.setFont(_font(self.font(), METRICS.small_text * scale, QFont.Weight.Medium))
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        words = self.tr("(software) stopped") if self._latched else self.tr("(software)")
        painter.drawText(QRectF(0, middle, self.width(), self.height() - middle), flags, words)


def _font(base: QFont, size_px: float, weight: QFont.Weight) -> QFont:
    font = QFont(base)
    font.setPixelSize(round(size_px))
    font.setWeight(weight)
    return font
