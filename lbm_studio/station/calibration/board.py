"""The printed board: a chessboard whose light squares carry markers (ChArUco).

Its frame lies at the centre of the chessboard: x to the right, y up the page, z out of the paper.
Every inner corner of the chessboard has a number, so that a part of the board is enough.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.opencv import load_opencv

MODULES = 8
"""Modules along a square; a marker takes up the inner six of them."""

_MARKER_MODULES = 6


@dataclass(frozen=True)
class Board:
    """What is printed.

    Attributes:
        columns: squares from left to right.
        rows: squares from bottom to top.
        square_m: edge of a square, measured on the print [m].
        dictionary: OpenCV's name of the markers.
    """

    columns: int = 7
    rows: int = 5
    square_m: float = 0.05
    dictionary: str = "DICT_4X4_50"

    @property
    def width_m(self) -> float:
        """From the left to the right edge of the chessboard [m]."""
        return self.columns * self.square_m

    @property
    def height_m(self) -> float:
        """From the lower to the upper edge of the chessboard [m]."""
        return self.rows * self.square_m

    @cached_property
    def corners_m(self) -> FloatArray:
        """(N, 3) the inner corners by number, in the board's frame [m]."""
        corner = np.indices((self.rows - 1, self.columns - 1)) + 1  # row by row from the top left
        x = corner[1] * self.square_m - self.width_m / 2.0
        y = self.height_m / 2.0 - corner[0] * self.square_m
        return np.stack([x, y, np.zeros_like(x)], axis=-1).reshape(-1, 3)

    @cached_property
    def pattern(self) -> NDArray[np.bool_]:
        """(rows, columns) x MODULES, from the top left: which modules are dark."""
        size = (self.columns * MODULES, self.rows * MODULES)
        return np.asarray(self.in_opencv().generateImage(size)) < 128

    def in_opencv(self) -> Any:
        """Return OpenCV's description of the board, in modules.

        Raises:
            StationError: OpenCV is not installed.
        """
        cv2 = load_opencv()
        markers = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, self.dictionary))
        squares = (self.columns, self.rows)
        return cv2.aruco.CharucoBoard(squares, float(MODULES), float(_MARKER_MODULES), markers)
