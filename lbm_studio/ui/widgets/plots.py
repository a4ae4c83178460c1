"""Plots in the colours and type of the theme, with units on their axes and ranges that stay put."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QWidget

from lbm_studio.ui.theme import FONT_FAMILY, METRICS, Theme

EDGE_PADDING = 0.08
"""Of the range, so that the first and the last number on an axis have room."""

SUCCESS_TICKS = (0, 25, 50, 75, 100)


@dataclass(frozen=True, eq=False)
class Line:
    """One curve.

    Attributes:
        x: values along the axis.
        y: values.
        token: name of the colour token.
        is_dashed: drawn dashed, e.g. what was commanded beside what was measured.
    """

    x: ArrayLike
    y: ArrayLike
    token: str
    is_dashed: bool = False


class PlotWidget(pg.PlotWidget):
    """A plot that is looked at, not handled: no menus, no dragging.

    Args:
        theme: the colours.
        title: what is shown, with unit, above the plot.
        x_title: what the horizontal axis is, with unit.

    Signals:
        picked: somebody clicked at this place of the horizontal axis.
    """

    picked = Signal(float)

    def __init__(
        self, theme: Theme, title: str, x_title: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, background="transparent")
        self._item: Any = self.getPlotItem()  # pyqtgraph's annotations lag behind its methods
        self._theme = theme
        self._title = title
        self._x_title = x_title
        self._lines: tuple[Line, ...] = ()
        self._range: tuple[float, float] | None = None
        self._subject = ""
        self.setAccessibleName(title)
        self.setMenuEnabled(False)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self._item.layout.setContentsMargins(0, METRICS.tight, METRICS.large, 0)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._cursor = pg.InfiniteLine(0.0, angle=90, movable=False)
        self._cursor.hide()
        self.addItem(self._cursor)
        self._item.scene().sigMouseClicked.connect(self._on_click)
        self._recolour()
        theme.changed.connect(self._recolour)

    def set_title(self, title: str) -> None:
        """Show another title."""
        self._title = title
        self._recolour_axes()

    def show_lines(self, lines: Sequence[Line], subject: str = "") -> None:
        """Replace the curves; the vertical range only grows while the subject stays the same."""
        if subject != self._subject:
            self._range = None
        self._subject = subject
        self._lines = tuple(lines)
        self._draw()

    def show_cursor(self, x: float) -> None:
        """Put the cursor at a place of the horizontal axis."""
        self._cursor.show()
        self._cursor.setValue(x)

    def _draw(self) -> None:
        for item in self._item.listDataItems():
            self.removeItem(item)
        for line in self._lines:
            style = Qt.PenStyle.DashLine if line.is_dashed else Qt.PenStyle.SolidLine
            pen = pg.mkPen(self._colour(line.token), width=METRICS.plot_line, style=style)
            few = np.size(line.y) == 1
            symbol = (
                {"symbol": "o", "symbolBrush": self._colour(line.token), "symbolPen": None}
                if few
                else {}
            )
            self.plot(np.asarray(line.x), np.asarray(line.y), pen=pen, **symbol)
        self._fit()

    def _fit(self) -> None:
        values = np.concatenate(
            [np.ravel(np.asarray(line.y, dtype=float)) for line in self._lines] or [np.zeros(0)]
        )
        values = values[np.isfinite(values)]
        if values.size:
            low, high = nice_range(float(values.min()), float(values.max()))
            if self._range is not None:
                low, high = min(low, self._range[0]), max(high, self._range[1])
            self._range = (low, high)
            self._item.setYRange(low, high, padding=EDGE_PADDING)
        places = np.concatenate(
            [np.ravel(np.asarray(line.x, dtype=float)) for line in self._lines] or [np.zeros(0)]
        )
        if places.size:
            self._item.setXRange(
                float(places.min()),
                max(float(places.max()), float(places.min()) + 1e-9),
                padding=0.01,
            )

    def _on_click(self, event: object) -> None:
        position = event.scenePos()  # type: ignore[attr-defined]
        if self._item.sceneBoundingRect().contains(position):
            self.picked.emit(float(self._item.vb.mapSceneToView(position).x()))

    def _colour(self, token: str) -> QColor:
        return QColor(getattr(self._theme.colours, token))

    def _recolour(self) -> None:
        self._cursor.setPen(pg.mkPen(self._colour("text"), width=METRICS.line))
        self._recolour_axes()
        self._draw()

    def _recolour_axes(self) -> None:
        font = QFont(FONT_FAMILY)
        font.setPixelSize(METRICS.small_text)
        style = {"color": self._theme.colours.quiet, "font-size": f"{METRICS.small_text}px"}
        for name in ("left", "bottom"):
            axis = self.getAxis(name)
            axis.setPen(pg.mkPen(self._colour("line")))
            axis.setTextPen(pg.mkPen(self._colour("quiet")))
            axis.setTickFont(font)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(hideOverlappingLabels=False, maxTickLevel=0)
        self.setLabel("bottom", self._x_title, **style)
        self.setTitle(self._title or None, color=self._theme.colours.text, size=f"{METRICS.body}px")
        self.showGrid(x=False, y=True, alpha=0.3)


class SuccessPlotWidget(PlotWidget):
    """Success in per cent over training steps, as points with their intervals."""

    def __init__(
        self, theme: Theme, title: str, x_title: str, parent: QWidget | None = None
    ) -> None:
        self._bars = pg.ErrorBarItem(
            x=np.zeros(1), y=np.zeros(1), top=np.zeros(1), bottom=np.zeros(1)
        )
        self._points = pg.ScatterPlotItem(size=METRICS.medium)
        super().__init__(theme, title, x_title, parent)
        self.addItem(self._bars)
        self.addItem(self._points)
        self._bars.hide()
        self._item.setYRange(0, 100, padding=EDGE_PADDING)
        self.getAxis("left").setTicks([[(tick, str(tick)) for tick in SUCCESS_TICKS]])
        self._item.setXRange(0, 1, padding=0.05)

    def show_points(
        self,
        steps: Sequence[float],
        rates: Sequence[float],
        lows: Sequence[float],
        highs: Sequence[float],
    ) -> None:
        """Show rates with intervals, all as fractions of one."""
        if not steps:
            self._bars.hide()
            self._points.setData([], [])
            return
        x, y = np.asarray(steps, dtype=float), 100 * np.asarray(rates, dtype=float)
        below, above = y - 100 * np.asarray(lows), 100 * np.asarray(highs) - y
        self._bars.setData(x=x, y=y, top=above, bottom=below, beam=float(np.ptp(x) or 1.0) * 0.02)
        self._points.setData(x, y)
        self._bars.show()
        self._item.setXRange(0, float(x.max()) * 1.08, padding=0)

    def points(self) -> NDArray[np.float64]:
        """Return (N, 2) the points as they are shown: step, per cent."""
        return np.column_stack(self._points.getData())

    def _recolour(self) -> None:
        super()._recolour()
        pen = pg.mkPen(self._colour("good"), width=METRICS.plot_line)
        self._bars.setData(pen=pen)
        self._points.setPen(None)
        self._points.setBrush(self._colour("good"))


def nice_range(low: float, high: float) -> tuple[float, float]:
    """Return a range of round numbers around both, so that small changes do not move the axis."""
    span = high - low
    if span <= 0.0:
        span = abs(high) or 1.0
    step = 10.0 ** math.floor(math.log10(span))
    step = step / 2 if span / step < 4 else step
    first, last = math.floor(low / step) * step, math.ceil(high / step) * step
    return (first, last) if last > first else (first - step, last + step)
