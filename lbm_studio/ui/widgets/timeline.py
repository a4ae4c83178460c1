"""The timeline of a take: a scrubber between two trim handles, and a lane of named phases."""

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from lbm_studio.app.views.review import PhaseRow
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.phase_name import PhaseName
from lbm_studio.ui.widgets.timeline_grip import Grip, Held, Span, TimelineScale, grip_at

SHAPES = {
    Grip.TRIM_FIRST: Qt.CursorShape.SizeHorCursor,
    Grip.TRIM_LAST: Qt.CursorShape.SizeHorCursor,
    Grip.PHASE_FIRST: Qt.CursorShape.SizeHorCursor,
    Grip.PHASE_LAST: Qt.CursorShape.SizeHorCursor,
    Grip.PHASE: Qt.CursorShape.PointingHandCursor,
    Grip.LANE: Qt.CursorShape.CrossCursor,
    Grip.TRACK: Qt.CursorShape.ArrowCursor,
}
VEIL = 0.3
"""Of a colour that lies under something that has to be read."""


class Timeline(QWidget):
    """Shows where in a take one is; what is dragged is drawn at once and told when let go.

    Signals:
        sought: a position.
        trimmed: the first and the last position to keep.
        phase_named: first and last position of a new phase, and its name.
        phase_moved: number of a phase, its new first and last position.
        phase_renamed: number of a phase, its new name.
        phase_removed: number of a phase.
    """

    sought = Signal(int)
    trimmed = Signal(int, int)
    phase_named = Signal(int, int, str)
    phase_moved = Signal(int, int, int)
    phase_renamed = Signal(int, str)
    phase_removed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._length = 0
        self._position = 0
        self._kept: Span = (0, 0)
        self._idle: Span | None = None
        self._phases: tuple[PhaseRow, ...] = ()
        self._held: Held | None = None
        self._name = PhaseName(theme, self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setFixedHeight(METRICS.timeline_lane + METRICS.tight + METRICS.timeline_track)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name.named.connect(self._on_named)
        self._name.removed.connect(self.phase_removed)
        theme.changed.connect(self.update)

    @property
    def scale(self) -> TimelineScale:
        """Where each position is."""
        return TimelineScale(self._length, self.width())

    def show_take(
        self,
        *,
        length: int,
        position: int,
        kept: Span,
        idle: Span | None,
        phases: tuple[PhaseRow, ...],
    ) -> None:
        """Show a take; a length of 0 shows an empty timeline."""
        shown = (length, position, kept, idle, phases)
        before = (self._length, self._position, self._kept, self._idle, self._phases)
        if shown == before:
            return
        if (length, phases) != (self._length, self._phases):
            self._name.hide()
        self._length, self._position, self._kept, self._idle, self._phases = shown
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(METRICS.column, self.height())

    # --- hands -----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._length == 0 or event.button() is not Qt.MouseButton.LeftButton:
            return
        place = event.position().toPoint()
        grip, number = grip_at(place, self.scale, self._kept, self._phases)
        frame = self.scale.frame(place.x())
        if grip is Grip.TRACK:
            self.sought.emit(frame)
        self._held = Held(grip, number, frame, frame)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position().toPoint()
        held = self._held
        if held is None:
            if self._length:
                self.setCursor(SHAPES[grip_at(place, self.scale, self._kept, self._phases)[0]])
            return
        frame = self.scale.frame(place.x())
        if frame == held.frame:
            return
        self._held = held.at(frame)
        if held.grip is not Grip.PHASE:
            self.sought.emit(frame)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        held, self._held = self._held, None
        if held is None:
            return
        self.update()
        first, last = self._span(held)
        if held.grip is Grip.PHASE and held.number < len(self._phases):
            self._name.open_for(held.number, (first, last), self._phases[held.number].name)
            self._place_name(first)
        elif not held.has_moved:
            return
        elif held.grip in (Grip.TRIM_FIRST, Grip.TRIM_LAST):
            self.trimmed.emit(first, last)
        elif held.grip in (Grip.PHASE_FIRST, Grip.PHASE_LAST):
            self.phase_moved.emit(held.number, first, last)
        elif held.grip is Grip.LANE:
            self._name.open_for(-1, (first, last), "")
            self._place_name(first)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: self._length - 1}
        end = ends.get(Qt.Key(event.key()))
        if end is None or self._length == 0:
            super().keyPressEvent(event)
            return
        self.sought.emit(end)

    def _on_named(self, number: int, first: int, last: int, name: str) -> None:
        if number < 0:
            self.phase_named.emit(first, last, name)
        else:
            self.phase_renamed.emit(number, name)
        self.update()

    def _place_name(self, first: int) -> None:
        self._name.adjustSize()
        right = self.width() - self._name.width()
        self._name.move(max(0, min(round(self.scale.x(first)), right)), 0)

    def _span(self, held: Held) -> Span:
        """Return what is between the ends of that which is held."""
        if held.grip in (Grip.TRIM_FIRST, Grip.TRIM_LAST):
            return held.span(self._kept)
        if held.grip is Grip.LANE:
            return min(held.pressed, held.frame), max(held.pressed, held.frame)
        if held.number >= len(self._phases):
            return held.frame, held.frame
        phase = self._phases[held.number]
        return held.span((phase.first, phase.last))

    # --- paint -----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        self._fill(painter, self.scale.lane, self._theme.colours.raised)
        self._paint_track(painter)
        if self._length:
            self._paint_phases(painter)
            self._paint_handles(painter)
            self._paint_cursor(painter)
        else:
            painter.setPen(QColor(self._theme.colours.quiet))
            painter.drawText(self.scale.lane, Qt.AlignmentFlag.AlignCenter, self.tr("No take"))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._theme.colours.accent), METRICS.focus))
            painter.drawRoundedRect(
                self.rect().adjusted(1, 1, -1, -1), METRICS.tight, METRICS.tight
            )

    def _paint_track(self, painter: QPainter) -> None:
        colours, track = self._theme.colours, self.scale.track
        groove = QRectF(track).adjusted(0, METRICS.small, 0, -METRICS.small)
        self._fill(painter, groove, colours.line)
        if self._length == 0:
            return
        first, last = self._kept_now
        self._fill(painter, self.scale.span(groove, first, last), colours.accent, VEIL)
        if self._idle is not None and self._idle[0] > first:
            self._fill(painter, self.scale.span(groove, first, self._idle[0]), colours.warn, VEIL)

    def _paint_phases(self, painter: QPainter) -> None:
        held = self._held
        for number, phase in enumerate(self._phases):
            is_held = held is not None and held.is_of_phase and held.number == number
            first, last = self._span(held) if held and is_held else (phase.first, phase.last)
            self._paint_phase(painter, phase.name, first, last)
        if held is not None and held.grip is Grip.LANE:
            self._paint_phase(painter, "", *self._span(held))
        elif not self._phases and self._held is None:
            painter.setPen(QColor(self._theme.colours.quiet))
            words = self.tr("Drag here to mark a phase")
            painter.drawText(self.scale.lane, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_phase(self, painter: QPainter, name: str, first: int, last: int) -> None:
        colours = self._theme.colours
        area = self.scale.span(QRectF(self.scale.lane), first, last)
        self._fill(painter, area, colours.left_arm, VEIL)
        painter.setPen(QPen(QColor(colours.left_arm), METRICS.focus))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), METRICS.tight, METRICS.tight)
        painter.setPen(QColor(colours.text))
        room = area.adjusted(METRICS.small, 0, -METRICS.small, 0)
        shown = self.fontMetrics().elidedText(
            name, Qt.TextElideMode.ElideRight, max(0, round(room.width()))
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _paint_handles(self, painter: QPainter) -> None:
        track = self.scale.track
        for frame in self._kept_now:
            place = self.scale.x(frame)
            handle = QRectF(place - METRICS.tight, track.top(), METRICS.small, track.height())
            self._fill(painter, handle, self._theme.colours.accent)

    def _paint_cursor(self, painter: QPainter) -> None:
        colour = QColor(self._theme.colours.text)
        place, track = self.scale.x(self._position), self.scale.track
        painter.setPen(QPen(colour, METRICS.focus))
        painter.drawLine(QPointF(place, 0), QPointF(place, self.height()))
        painter.setPen(QPen(QColor(self._theme.colours.surface), METRICS.line))
        painter.setBrush(colour)
        painter.drawEllipse(
            QPointF(place, QRectF(track).center().y()), METRICS.small, METRICS.small
        )

    @property
    def _kept_now(self) -> Span:
        held = self._held
        if held is not None and held.grip in (Grip.TRIM_FIRST, Grip.TRIM_LAST):
            return self._span(held)
        return self._kept

    def _fill(
        self, painter: QPainter, area: QRect | QRectF, colour: str, opacity: float = 1.0
    ) -> None:
        filling = QColor(colour)
        filling.setAlphaF(opacity)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(filling)
        painter.drawRoundedRect(QRectF(area), METRICS.tight, METRICS.tight)
