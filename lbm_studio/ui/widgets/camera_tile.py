"""One camera view: the picture, how fast and how old it is, what the policy intends in it."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from lbm_studio.app.views.cameras import CameraTile, IntentPoint
from lbm_studio.ui.icons import Icon, pixmap
from lbm_studio.ui.theme import METRICS, Theme, with_equal_figures
from lbm_studio.ui.widgets.pictures import qimage

MIN_CONFIDENCE = 0.15


class CameraTileWidget(QWidget):
    """Paints one :class:`CameraTile`. A stale one is grey and says why.

    Args:
        theme: the colours.
        live: whether rate and age are shown; recordings have neither.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, live: bool = True) -> None:
        super().__init__(parent)
        self._theme = theme
        self._live = live
        self._tile: CameraTile | None = None
        self._image: QImage | None = None
        self._target: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        theme.changed.connect(self.update)

    @property
    def caption(self) -> str:
        """What the caption says on the right."""
        if self._tile is None or not self._live or self._tile.image is None:
            return ""
        age = self.tr("{0:.1f} s old").format(self._tile.age_s)
        return self.tr("{0:.0f}/s, {1}").format(self._tile.rate_hz, age)

    @property
    def reason(self) -> str:
        """Why there is nothing live to see; empty while there is."""
        if self._tile is None:
            return ""
        if self._tile.stale_reason:
            return self._tile.stale_reason
        return self.tr("Waiting for the first picture.") if self._image is None else ""

    def minimumSizeHint(self) -> QSize:
        return QSize(METRICS.film_width, METRICS.film_height)

    def show_tile(self, tile: CameraTile) -> None:
        """Show another snapshot; pictures are converted only when they are new."""
        previous = self._tile
        self._tile = tile
        if tile.image is None:
            self._image = None
        elif (
            previous is None
            or previous.image is not tile.image
            or previous.stale_reason != tile.stale_reason
        ):
            self._image = qimage(tile.image)
            if tile.stale_reason:
                self._image = self._image.convertToFormat(QImage.Format.Format_Grayscale8)
        if previous is None or previous.target is not tile.target:
            self._target = None if tile.target is None else qimage(tile.target)
        self.setAccessibleName(f"{tile.title}. {self.reason or self.caption}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        area = QRectF(self.rect())
        clip = QPainterPath()
        clip.addRoundedRect(area, METRICS.radius, METRICS.radius)
        painter.setClipPath(clip)
        painter.fillRect(area, QColor(self._theme.colours.image_ground))
        if self._tile is None:
            return
        if self._image is not None:
            painter.drawImage(area, self._image)
        if self.reason:
            self._paint_reason(painter, area)
        else:
            self._paint_target(painter, area, self._tile)
            for point in self._tile.intent:
                self._paint_intent(painter, area, point)
        title = self._tile.title
        self._paint_caption(painter, area, title[:1].upper() + title[1:])

    def _paint_target(self, painter: QPainter, area: QRectF, tile: CameraTile) -> None:
        """Blend the start that is wanted next over the picture, and mark the place."""
        if self._target is not None and tile.target_share > 0.0:
            painter.setOpacity(tile.target_share)
            painter.drawImage(area, self._target)
            painter.setOpacity(1.0)
        if tile.target_mark is None or tile.target_share <= 0.0:
            return
        x, y = tile.target_mark
        centre = QPointF(area.left() + x * area.width(), area.top() + y * area.height())
        colours = self._theme.colours
        for colour, width in ((colours.image_ground, METRICS.tight), (colours.on_image, 2)):
            painter.setPen(QPen(QColor(colour), width, Qt.PenStyle.DashLine))
            painter.drawEllipse(centre, METRICS.wide, METRICS.wide)
            painter.drawPoint(centre)

    def _paint_caption(self, painter: QPainter, area: QRectF, title: str) -> None:
        bar = QRectF(area.left(), area.top(), area.width(), METRICS.caption_bar)
        painter.fillRect(bar, QColor(self._theme.colours.image_veil))
        painter.setPen(QColor(self._theme.colours.on_image))
        inner = bar.adjusted(METRICS.small, 0, -METRICS.small, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self._font(QFont.Weight.DemiBold))
        needed = painter.fontMetrics().horizontalAdvance(title) + METRICS.medium
        painter.drawText(inner, middle | Qt.AlignmentFlag.AlignLeft, title)
        painter.setFont(self._font(QFont.Weight.Normal))
        metrics = painter.fontMetrics()
        caption = self.caption
        if metrics.horizontalAdvance(caption) > inner.width() - needed:
            caption = caption.partition(",")[0]
        if metrics.horizontalAdvance(caption) <= inner.width() - needed:
            painter.drawText(inner, middle | Qt.AlignmentFlag.AlignRight, caption)

    def _paint_reason(self, painter: QPainter, area: QRectF) -> None:
        painter.fillRect(area, QColor(self._theme.colours.image_veil))
        centre = area.adjusted(
            METRICS.medium, METRICS.caption_bar, -METRICS.medium, -METRICS.small
        ).center()
        symbol = Icon.CAMERA_LOST if self._tile and self._tile.stale_reason else Icon.WAIT
        picture = pixmap(symbol, self._theme.colours.on_image)
        half = METRICS.icon / 2
        painter.drawPixmap(
            QPointF(centre.x() - half, centre.y() - METRICS.icon - METRICS.tight), picture
        )
        painter.setPen(QColor(self._theme.colours.on_image))
        painter.setFont(self._font(QFont.Weight.Medium))
        words = QRectF(
            area.left() + METRICS.small,
            centre.y(),
            area.width() - METRICS.large,
            area.bottom() - centre.y(),
        )
        painter.drawText(
            words, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, self.reason
        )

    def _paint_intent(self, painter: QPainter, area: QRectF, point: IntentPoint) -> None:
        if point.confidence < MIN_CONFIDENCE:
            return
        colours = self._theme.colours
        centre = QPointF(area.left() + point.x * area.width(), area.top() + point.y * area.height())
        colour = QColor(colours.left_arm if point.arm == "left" else colours.right_arm)
        radius = METRICS.medium
        painter.setOpacity(0.35 + 0.65 * min(point.confidence, 1.0))
        for pen in (QPen(QColor(colours.image_ground), METRICS.tight), QPen(colour, METRICS.focus)):
            painter.setPen(pen)
            painter.drawEllipse(centre, radius, radius)
            for step in (QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)):
                painter.drawLine(
                    centre + step * METRICS.tight, centre + step * (radius + METRICS.tight)
                )
        self._paint_arm_letter(painter, centre, colour, point.arm)
        painter.setOpacity(1.0)

    def _paint_arm_letter(
        self, painter: QPainter, centre: QPointF, colour: QColor, arm: str
    ) -> None:
        tag = QRectF(
            centre.x() + METRICS.medium, centre.y() - METRICS.wide, METRICS.large, METRICS.large
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(tag, METRICS.tight, METRICS.tight)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QColor(self._theme.colours.image_ground))
        painter.setFont(self._font(QFont.Weight.Bold))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, arm[:1].upper())

    def _font(self, weight: QFont.Weight) -> QFont:
        font = with_equal_figures(self.font())
        font.setPixelSize(METRICS.body)
        font.setWeight(weight)
        return font
