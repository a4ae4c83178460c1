"""A bar that shows how loud it is."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from lbm_studio.core.sound import SILENCE_DBFS
from lbm_studio.ui.theme import METRICS, Theme

BOTTOM_DBFS = -60.0
"""The empty bar [dBFS]."""

TOO_LOUD_DBFS = -1.0
"""From here on words are distorted [dBFS]."""


class LevelMeter(QWidget):
    """How loud the last moment was; the sentence beside it says what to do."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._level_dbfs = SILENCE_DBFS
        self.setObjectName("loudness")
        self.setAccessibleName(self.tr("How loud it is"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def fraction(self) -> float:
        """How much of the bar is filled, 0 to 1."""
        return min(1.0, max(0.0, 1.0 - self._level_dbfs / BOTTOM_DBFS))

    def show_level(self, level_dbfs: float) -> None:
        """Show another level [dBFS]."""
        if level_dbfs != self._level_dbfs:
            self._level_dbfs = level_dbfs
            self.setAccessibleDescription(self.tr("{0:.0f} dB").format(level_dbfs))
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(METRICS.spin, METRICS.small)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        is_too_loud = self._level_dbfs >= TOO_LOUD_DBFS
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = QRectF(self.rect())
        filled = QRectF(whole.topLeft(), whole.size())
        filled.setWidth(whole.width() * self.fraction)
        for part, colour in (
            (whole, colours.line),
            (filled, colours.warn if is_too_loud else colours.good),
        ):
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(part, METRICS.tight, METRICS.tight)
