"""Charts for a report: success with its interval, and how a training went."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite, log2, log10
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from lbm_studio.core.paths import resources
from lbm_studio.evaluation.statistics import SuccessRate

GROUND, INK, GRID = "#FFFFFF", "#1B2027", "#D5DAE1"
CURVE = "#1F6FEB"
COLOURS = (CURVE, "#D55E00", "#009E73", "#AA3377", "#7A6A00")
"""Told apart by eyes of every kind, in this order; more series than that begin anew."""
SIZE_PX = (760, 420)
TEXT_PX = 13
TOP_PX, BOTTOM_PX, LEFT_PX, RIGHT_PX = 64, 48, 56, 56
FINE = 2
"""Charts are drawn so many times larger and shrunk, which makes their edges smooth."""
TICKS = 5
PERCENT_TICKS = (0, 25, 50, 75, 100)
ROW_PX = 16
"""Height of one interval in a chart of rows."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Axis:
    """An axis from ``low`` to ``high``, with words at some of its values."""

    low: float
    high: float
    ticks: Mapping[float, str]

    def share(self, value: float) -> float:
        """Return how far along the axis a value lies."""
        return (value - self.low) / (self.high - self.low)


class Chart:
    """A picture with two axes.

    Args:
        title: above it.
        x: from left to right.
        y: from the bottom up.
        size_px: of the whole picture.
        left_px: room for the words beside the vertical axis.
    """

    def __init__(
        self,
        title: str,
        x: Axis,
        y: Axis,
        *,
        size_px: tuple[int, int] = SIZE_PX,
        left_px: float = LEFT_PX,
    ) -> None:
        self._x, self._y, self._size_px, self._left_px = x, y, size_px, left_px
        self._picture = Image.new("RGB", (FINE * size_px[0], FINE * size_px[1]), GROUND)
        self._draw = ImageDraw.Draw(self._picture)
        self.text((12, 18), title, is_bold=True)
        for value, words in x.ticks.items():
            self._line([(value, y.low), (value, y.high)], GRID, 1)
            across, down = self.place((value, y.low))
            self.text((across, down + 16), words, anchor="mm")
        for value, words in y.ticks.items():
            self._line([(x.low, value), (x.high, value)], GRID, 1)
            across, down = self.place((x.low, value))
            self.text((across - 8, down), words, anchor="rm")

    def place(self, point: Point) -> Point:
        """Return where a point lies in the picture [px]."""
        width, height = self._size_px
        return (
            self._left_px + self._x.share(point[0]) * (width - self._left_px - RIGHT_PX),
            height - BOTTOM_PX - self._y.share(point[1]) * (height - TOP_PX - BOTTOM_PX),
        )

    def text(
        self,
        at_px: Point,
        words: str,
        *,
        anchor: str = "lm",
        is_bold: bool = False,
    ) -> None:
        """Write words at a place of the picture; ``anchor`` as Pillow has it."""
        at = (FINE * at_px[0], FINE * at_px[1])
        self._draw.text(at, words, fill=INK, font=_font(is_bold=is_bold), anchor=anchor)

    def curve(self, points: Sequence[Point], colour: str) -> None:
        """Join points."""
        self._line(points, colour, 2)

    def interval(self, point: Point, ends: tuple[Point, Point], colour: str) -> None:
        """Mark a point, and an interval about it."""
        self._line(ends, colour, 2)
        across, down = self.place(point)
        box = [across - 4.5, down - 4.5, across + 4.5, down + 4.5]
        self._draw.ellipse([FINE * edge for edge in box], fill=colour)

    def legend(self, names: Sequence[str]) -> None:
        """Say below the title which colour is which."""
        across = 12.0
        for name, colour in zip(names, _colours(), strict=False):
            self._draw.ellipse([FINE * v for v in (across, 35, across + 9, 44)], fill=colour)
            self.text((across + 15, 40), name)
            across += 33 + _width_px(name)

    def save(self, path: Path) -> None:
        """Write it as a picture."""
        self._picture.resize(self._size_px, Image.Resampling.LANCZOS).save(path)

    def _line(self, points: Sequence[Point], colour: str, width_px: int) -> None:
        places = [(FINE * x, FINE * y) for x, y in map(self.place, points)]
        self._draw.line(places, fill=colour, width=FINE * width_px, joint="curve")


def learning_curve(path: Path, title: str, points: Sequence[Point]) -> None:
    """Write a curve of positive values over steps, the values on a logarithmic axis."""
    usable = [(x, log10(y)) for x, y in points if y > 0 and isfinite(y)]
    if len(usable) < 2:
        empty = Axis(0.0, 1.0, {})
        chart = Chart(title, empty, empty)
        chart.text((LEFT_PX, TOP_PX), "too few measurements for a curve")
    else:
        steps, values = zip(*usable, strict=True)
        last = max(max(steps), ceil(min(steps)) + 1)
        highest = max(max(values), min(values) + 0.1)  # a tenth of a decade
        x, y = _spread(min(steps), last), _spread(min(values), highest)
        across = Axis(x[0], x[-1], {value: f"{value:.0f}" for value in x})
        up = Axis(y[0], y[-1], {value: f"{10**value:.3g}" for value in y})
        chart = Chart(title, across, up)
        chart.curve(usable, CURVE)
    chart.save(path)


def success_curves(
    path: Path, title: str, words: str, curves: Mapping[str, Mapping[int, SuccessRate]]
) -> None:
    """Write success over a count, with intervals, as one curve for each name.

    Args:
        path: of the picture.
        title: above it.
        words: what is counted; the counts double along the axis.
        curves: by name the success at each count.
    """
    counts = sorted({count for curve in curves.values() for count in curve}) or [1, 2]
    ticks = {log2(count): str(count) for count in counts}
    chart = Chart(title, Axis(min(ticks) - 0.3, max(ticks) + 0.3, ticks), _percent())
    chart.legend(list(curves))
    chart.text((SIZE_PX[0] / 2, SIZE_PX[1] - 14), words, anchor="mm")
    for number, (curve, colour) in enumerate(zip(curves.values(), _colours(), strict=False)):
        aside = 0.02 * (number - (len(curves) - 1) / 2)  # so that intervals do not hide each other
        points = [(log2(n) + aside, 100 * curve[n].rate) for n in sorted(curve)]
        chart.curve(points, colour)
        for (x, y), count in zip(points, sorted(curve), strict=True):
            low, high = (100 * end for end in curve[count].interval)
            chart.interval((x, y), ((x, low), (x, high)), colour)
    chart.save(path)


@dataclass(frozen=True)
class Row:
    """A line of a chart of rows.

    Attributes:
        name: before it; a heading where nothing is measured.
        rates: success by the name of the series.
        remark: behind it.
    """

    name: str
    rates: Mapping[str, SuccessRate]
    remark: str = ""


def success_rows(path: Path, title: str, series: Sequence[str], rows: Sequence[Row]) -> None:
    """Write rows of intervals, one below the other within a row for each series."""
    each_px = ROW_PX * max(1, len(series)) + ROW_PX // 2
    size = (SIZE_PX[0], TOP_PX + BOTTOM_PX + each_px * max(1, len(rows)))
    left_px = 24 + max((_width_px(row.name) for row in rows), default=0.0)
    chart = Chart(
        title, _percent(), Axis(max(1, len(rows)), 0.0, {}), size_px=size, left_px=left_px
    )
    chart.legend(series)
    for number, row in enumerate(rows):
        begin, middle = chart.place((0.0, number + 0.5))
        if not row.rates:
            chart.text((12, middle), row.name, is_bold=True)
            continue
        chart.text((begin - 10, middle), row.name, anchor="rm")
        chart.text((size[0] - RIGHT_PX + 10, middle), row.remark)
        for place, (name, colour) in enumerate(zip(series, _colours(), strict=False)):
            if name in row.rates:
                rate, y = row.rates[name], number + (place + 1) / (len(series) + 1)
                low, high = ((100 * end, y) for end in rate.interval)
                chart.interval((100 * rate.rate, y), (low, high), colour)
    chart.save(path)


def _percent() -> Axis:
    return Axis(0.0, 100.0, {tick: f"{tick} %" for tick in PERCENT_TICKS})


def _spread(low: float, high: float) -> list[float]:
    return [low + (high - low) * tick / (TICKS - 1) for tick in range(TICKS)]


def _colours() -> Iterator[str]:
    while True:
        yield from COLOURS


def _font(*, is_bold: bool) -> ImageFont.FreeTypeFont:
    name = "Inter-SemiBold.ttf" if is_bold else "Inter-Regular.ttf"
    return ImageFont.truetype(resources() / "fonts" / name, FINE * TEXT_PX)


def _width_px(words: str) -> float:
    return _font(is_bold=False).getlength(words) / FINE
