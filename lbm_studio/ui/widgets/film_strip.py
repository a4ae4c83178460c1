"""The last takes as small pictures, newest on the right."""

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

from lbm_studio.app.notices import Level
from lbm_studio.app.views.teach import Take
from lbm_studio.ui.icons import Icon, pixmap
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.basics import LEVEL_ICONS, label, level_colour, row
from lbm_studio.ui.widgets.pictures import qimage


class FilmFrame(QWidget):
    """One take: its picture, its name and length, and how it ended, as a word and an icon."""

    def __init__(self, theme: Theme, take: Take, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._take = take
        self._image = _picture(take)
        self.setFixedSize(METRICS.film_width, METRICS.film_height + 2 * METRICS.caption_bar)
        self.setAccessibleName(f"{take.title}, {take.duration_s:.1f} s, {self.word}")
        theme.changed.connect(self.update)

    @property
    def word(self) -> str:
        """How the take ended, in a word."""
        if self._take.deleted:
            return self.tr("taken back")
        return {True: self.tr("success"), False: self.tr("failure"), None: self.tr("not judged")}[
            self._take.success
        ]

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        area = QRectF(0, 0, METRICS.film_width, METRICS.film_height)
        clip = QPainterPath()
        clip.addRoundedRect(area, METRICS.radius, METRICS.radius)
        painter.save()
        painter.setClipPath(clip)
        painter.fillRect(area, QColor(colours.image_ground))
        painter.setOpacity(0.4 if self._take.deleted else 1.0)
        if self._image is not None:
            painter.drawImage(area, self._image)
        painter.restore()
        self._paint_words(painter)

    def _paint_words(self, painter: QPainter) -> None:
        colours = self._theme.colours
        font = QFont(self.font())
        font.setWeight(QFont.Weight.Medium)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        line = QRectF(0, METRICS.film_height, METRICS.film_width, METRICS.caption_bar)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignLeft, self._take.title.capitalize())
        painter.setPen(QColor(colours.quiet))
        painter.drawText(
            line, middle | Qt.AlignmentFlag.AlignRight, f"{self._take.duration_s:.1f} s"
        )
        level = _level(self._take)
        colour = level_colour(level, colours)
        below = line.translated(0, METRICS.icon)
        symbol = Icon.UNDO if self._take.deleted else LEVEL_ICONS[level]
        painter.drawPixmap(
            below.topLeft().toPoint() + _icon_offset(), pixmap(symbol, colour, METRICS.large)
        )
        painter.setPen(QColor(colour))
        painter.drawText(
            below.adjusted(METRICS.icon, 0, 0, 0), middle | Qt.AlignmentFlag.AlignLeft, self.word
        )


class FilmStrip(QWidget):
    """A row of film frames, or a sentence when there are none."""

    def __init__(self, theme: Theme, empty_sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._takes: tuple[Take, ...] = ()
        self._frames = row(spacing=METRICS.medium)
        self._empty = label(empty_sentence, "quiet", wrap=True, name="filmEmpty")
        self._build()

    def show_takes(self, takes: tuple[Take, ...]) -> None:
        """Show these takes; nothing is rebuilt when they are the same."""
        if takes == self._takes:
            return
        self._takes = takes
        while (item := self._frames.takeAt(0)) is not None:
            if (frame := item.widget()) is not None:
                frame.deleteLater()
        for take in takes:
            frame = FilmFrame(self._theme, take, self)
            self._frames.addWidget(frame, 0, Qt.AlignmentFlag.AlignTop)
        self._empty.setVisible(not takes)

    def _build(self) -> None:
        layout = row()
        layout.addLayout(self._frames)
        layout.addWidget(self._empty, 1)
        layout.addStretch(1)
        self.setLayout(layout)


def _picture(take: Take) -> QImage | None:
    if take.thumbnail is None:
        return None
    image = qimage(take.thumbnail)
    return image.convertToFormat(QImage.Format.Format_Grayscale8) if take.deleted else image


def _level(take: Take) -> Level:
    if take.deleted or take.success is None:
        return Level.QUIET
    return Level.GOOD if take.success else Level.WARN


def _icon_offset() -> QPoint:
    return QPoint(0, (METRICS.caption_bar - METRICS.large) // 2)
