"""The board as a file to print: PDF at its true size, or PNG that knows its resolution."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lbm_studio.core.errors import StudioError
from lbm_studio.station.calibration.board import MODULES, Board

FORMATS = {".pdf": "PDF", ".png": "PNG"}

_DOTS_PER_MODULE = 64
_MARGIN_MODULES = 4
_TEXT_MODULES = 2
_INCH_M = 0.0254
_WHITE, _BLACK = 255, 0


def write_board(board: Board, path: Path) -> str:
    """Write the board into a file and return a sentence on how to print it.

    Raises:
        StudioError: the file's ending is none that can be written.
    """
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise StudioError(f"A board is written as {' or '.join(FORMATS)}, not “{path.suffix}”.")
    page = draw_board(board)
    dots_per_inch = MODULES * _DOTS_PER_MODULE / board.square_m * _INCH_M
    options = {"resolution": dots_per_inch} if kind == "PDF" else {"dpi": (dots_per_inch,) * 2}
    page.save(path, kind, **options)
    width_mm, height_mm = (1000.0 * dots / dots_per_inch * _INCH_M for dots in page.size)
    return (
        f"{path} is {width_mm:.0f} x {height_mm:.0f} mm. Print it at 100 %, fix it to something "
        f"flat, and measure its squares: they should be {1000.0 * board.square_m:g} mm."
    )


def draw_board(board: Board) -> Image.Image:
    """Return the chessboard with a white margin, and beneath it what it is and how it lies."""
    pattern = np.where(board.pattern, _BLACK, _WHITE).astype(np.uint8)
    pattern = np.pad(pattern, _MARGIN_MODULES, constant_values=_WHITE)
    dots = np.kron(pattern, np.ones((_DOTS_PER_MODULE, _DOTS_PER_MODULE), np.uint8))
    page = Image.fromarray(dots)
    pen, dot = ImageDraw.Draw(page), _DOTS_PER_MODULE
    height, right = page.height - 2 * dot, page.width - _MARGIN_MODULES * dot
    words = (
        f"LBM Studio board, {board.columns} x {board.rows} squares of "
        f"{1000.0 * board.square_m:g} mm. Not turned, it points away from the arms:"
    )
    font = ImageFont.load_default(_TEXT_MODULES * dot / 2.0)
    pen.text((_MARGIN_MODULES * dot, height), words, fill=_BLACK, font=font, anchor="lm")
    pen.line([(right - 8 * dot, height), (right - dot, height)], fill=_BLACK, width=dot // 4)
    tip = [(right, height), (right - 2 * dot, height - dot), (right - 2 * dot, height + dot)]
    pen.polygon(tip, fill=_BLACK)
    return page
