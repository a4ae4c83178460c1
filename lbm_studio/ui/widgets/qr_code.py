"""A QR code, dark on white in every theme, since cameras read no other."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from lbm_studio.ui.theme import METRICS, Theme

QUIET_MODULES = 4
"""White all around, as the standard asks for, in squares of the code."""


class QrCode(QWidget):
    """Paints a code row by row, ``"1"`` for dark; every square is a whole number of pixels."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[str, ...] = ()
        self.setObjectName(name)
        self.setAccessibleName(self.tr("The link as a QR code"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_code(self, rows: Sequence[str]) -> None:
        """Show another code."""
        if tuple(rows) != self._rows:
            self._rows = tuple(rows)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(METRICS.qr_code, METRICS.qr_code)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.colours.on_image))
        size = max(1, min(self.width(), self.height()) // (len(self._rows) + 2 * QUIET_MODULES))
        left = (self.width() - size * len(self._rows)) // 2
        top = (self.height() - size * len(self._rows)) // 2
        painter.setPen(Qt.PenStyle.NoPen)
        dark = QColor(self._theme.colours.image_ground)
        for y, row in enumerate(self._rows):
            for x, module in enumerate(row):
                if module == "1":
                    painter.fillRect(QRect(left + x * size, top + y * size, size, size), dark)
