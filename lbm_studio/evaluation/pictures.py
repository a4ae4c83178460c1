"""Pictures for a report: what a rollout looked like."""

from collections.abc import Sequence
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

GAP_PX = 4
CAPTION_PX = 14
GROUND = "#FFFFFF"
INK = "#1B2027"

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
