"""Finding the board in a picture."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.calibration.board import Board
from lbm_studio.station.opencv import load_opencv

FEWEST_CORNERS = 8
"""A board of which less is seen is not used."""

_DETECTION_WIDTH_PX = 1200
_MOST_MAGNIFICATION = 5
_BLUR_SQUARES = 0.03
_WINDOW_SQUARES = 0.09  # within the light frame of a marker, an eighth of a square
_SMALLEST_WINDOW_PX = 2
_ROUNDS, _EPSILON_PX = 50, 1e-4


@dataclass(frozen=True, eq=False)
class Sighting:
    """The corners of a board in one picture. Pixel centres have whole numbers.

    Attributes:
        numbers: (N,) which corners of the board.
        corners_px: (N, 2) where they are, x to the right and y downwards [px].
    """

    numbers: NDArray[np.int64]
    corners_px: FloatArray

    def on_board(self, board: Board) -> FloatArray:
        """Return (N, 3) the same corners in the board's frame [m]."""
        return board.corners_m[self.numbers]


class BoardFinder:
    """Finds one board in pictures.

    Args:
        board: what to look for.

    Raises:
        StationError: OpenCV is not installed.
    """

    def __init__(self, board: Board) -> None:
        self.board = board
        self._cv2: Any = load_opencv()
        self._detector = self._cv2.aruco.CharucoDetector(board.in_opencv())

    def find(self, image: NDArray[np.uint8]) -> Sighting | None:
        """Return where the board is in (H, W, 3) RGB; None where too little of it is seen."""
        grey = self._cv2.cvtColor(image, self._cv2.COLOR_RGB2GRAY)
        scale = int(np.clip(round(_DETECTION_WIDTH_PX / grey.shape[1]), 1, _MOST_MAGNIFICATION))
        large = grey
        if scale > 1:  # markers of a few pixels a module are otherwise not read
            cubic = self._cv2.INTER_CUBIC
            large = self._cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cubic)
        corners, numbers, _, _ = self._detector.detectBoard(large)
        if numbers is None or len(numbers) < FEWEST_CORNERS:
            return None
        found = np.asarray(numbers, np.int64).ravel()
        if _is_line(self.board.corners_m[found]):
            return None
        roughly_px = (np.asarray(corners, np.float64).reshape(-1, 2) + 0.5) / scale - 0.5
        return Sighting(found, self._exactly(grey, found, roughly_px))

    def _exactly(
        self, grey: NDArray[np.uint8], numbers: NDArray[np.int64], roughly_px: FloatArray
    ) -> FloatArray:
        """Return (N, 2) the corners in the picture as it is, where nothing was made up [px]."""
        square_px = _square_px(self.board.corners_m[numbers], roughly_px, self.board.square_m)
        blur_px = _BLUR_SQUARES * square_px
        blurred = self._cv2.GaussianBlur(grey.astype(np.float32), (0, 0), blur_px)
        half = max(_SMALLEST_WINDOW_PX, round(_WINDOW_SQUARES * square_px))
        count = self._cv2.TERM_CRITERIA_EPS | self._cv2.TERM_CRITERIA_COUNT
        exact = self._cv2.cornerSubPix(
            blurred,
            roughly_px.astype(np.float32).reshape(-1, 1, 2),
            (half, half),
            (-1, -1),
            (count, _ROUNDS, _EPSILON_PX),
        )
        return np.asarray(exact, np.float64).reshape(-1, 2)


def _square_px(corners_m: FloatArray, corners_px: FloatArray, square_m: float) -> float:
    """Return the shorter edge of a square in the picture, on average [px]."""
    centred_m = (corners_m - corners_m.mean(axis=0))[:, :2]
    centred_px = corners_px - corners_px.mean(axis=0)
    scale = np.linalg.lstsq(centred_m, centred_px, rcond=None)[0]  # (2, 2) [px/m]
    return float(np.linalg.norm(scale, axis=1).min()) * square_m


def _is_line(points: FloatArray) -> bool:
    """Whether (N, 3) points of a plane lie on one line, which fixes no pose."""
    return bool(np.linalg.matrix_rank(points - points.mean(axis=0), tol=1e-6) < 2)
