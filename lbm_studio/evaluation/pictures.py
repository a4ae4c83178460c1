"""Pictures for a report: what a rollout looked like, and how a training went."""

from collections.abc import Sequence
from math import ceil, log10
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

GAP_PX = 4
CAPTION_PX = 14
MARGIN_PX = 56
CURVE_SIZE_PX = (760, 420)
GROUND = "#FFFFFF"
INK = "#1B2027"
QUIET = "#D5DAE1"
CURVE = "#1F6FEB"
TICKS = 5

Picture = NDArray[np.uint8]


def contact_sheet(path: Path, rows: Sequence[tuple[str, Sequence[Picture]]], columns: int) -> None:
    """Write one row of evenly spaced pictures for each captioned film of (H, W, 3) pictures."""
    cells = [
        (caption if column == 0 else "", film[index])
        for caption, film in rows
        for column, index in enumerate(np.linspace(0, len(film) - 1, columns).round().astype(int))
    ]
    picture_grid(path, cells, columns)


def picture_grid(path: Path, cells: Sequence[tuple[str, Picture]], columns: int) -> None:
    """Write captioned (H, W, 3) pictures of one size, row by row."""
    height, width = cells[0][1].shape[:2]
    column_px, row_px = width + GAP_PX, height + CAPTION_PX + GAP_PX
    size = (columns * column_px, ceil(len(cells) / columns) * row_px)
    sheet = Image.new("RGB", size, GROUND)
    draw = ImageDraw.Draw(sheet)
    for number, (caption, picture) in enumerate(cells):
        x, y = number % columns * column_px, number // columns * row_px
        draw.text((x + GAP_PX, y + 1), caption, fill=INK)
        sheet.paste(Image.fromarray(picture), (x, y + CAPTION_PX))
    sheet.save(path)


def learning_curve(path: Path, title: str, points: Sequence[tuple[float, float]]) -> None:
    """Write a curve of positive values over steps, the values on a logarithmic axis."""
    picture = Image.new("RGB", CURVE_SIZE_PX, GROUND)
    draw = ImageDraw.Draw(picture)
    draw.text((MARGIN_PX, 12), title, fill=INK)
    usable = [(x, log10(y)) for x, y in points if y > 0 and np.isfinite(y)]
    if len(usable) < 2:
        draw.text((MARGIN_PX, MARGIN_PX), "too few measurements for a curve", fill=INK)
    else:
        _draw_axes(draw, usable)
        draw.line([_place(usable, x, y) for x, y in usable], fill=CURVE, width=2)
    picture.save(path)


def _draw_axes(draw: ImageDraw.ImageDraw, points: Sequence[tuple[float, float]]) -> None:
    (left, right), (low, high) = _ranges(points)
    for tick in range(TICKS):
        share = tick / (TICKS - 1)
        x, y = left + share * (right - left), low + share * (high - low)
        across = _place(points, left, y)
        down = _place(points, x, low)
        draw.line([across, _place(points, right, y)], fill=QUIET)
        draw.text((6, across[1] - 6), f"{10**y:.3g}", fill=INK)
        draw.text((down[0] - 10, down[1] + 8), f"{x:.0f}", fill=INK)


def _place(points: Sequence[tuple[float, float]], x: float, y: float) -> tuple[float, float]:
    (left, right), (low, high) = _ranges(points)
    width, height = (size - 2 * MARGIN_PX for size in CURVE_SIZE_PX)
    return (
        MARGIN_PX + width * (x - left) / (right - left),
        MARGIN_PX + height * (high - y) / (high - low),
    )


def _ranges(
    points: Sequence[tuple[float, float]],
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the range of the steps, and of the logarithms, at least a tenth of a decade wide."""
    steps, values = [x for x, _ in points], [y for _, y in points]
    low = min(values)
    high = max(max(values), low + 0.1)
    return (min(steps), max(max(steps), ceil(min(steps)) + 1)), (low, high)
