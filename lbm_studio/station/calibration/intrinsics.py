"""The lens of a camera, from pictures of the board in many poses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lbm_studio.core.pose import FloatArray
from lbm_studio.core.station_file import Intrinsics
from lbm_studio.station.calibration.board import Board
from lbm_studio.station.calibration.detection import Sighting
from lbm_studio.station.calibration.lens import board_in_camera
from lbm_studio.station.calibration.residual import Expectation, Residual, residual_of
from lbm_studio.station.opencv import load_opencv

_FOCAL = slice(0, 2)
_CENTRE = slice(2, 4)
_COEFFICIENTS = 4  # k1, k2, p1, p2: more do not settle from a dozen pictures


@dataclass(frozen=True)
class FoundLens:
    """What came of it.

    Attributes:
        lens: the lens.
        focal_error_px: standard error of the focal lengths [px].
        centre_error_px: standard error of the principal point [px].
        residual: what is left over.
    """

    lens: Intrinsics
    focal_error_px: float
    centre_error_px: float
    residual: Residual


def find_lens(
    sightings: Sequence[Sighting], board: Board, width_px: int, height_px: int
) -> FoundLens:
    """Return the lens that explains how a board was seen, in pictures of one size."""
    cv2 = load_opencv()
    corners_m = [seen.on_board(board).astype(np.float32) for seen in sightings]
    corners_px = [seen.corners_px.astype(np.float32) for seen in sightings]
    _, matrix, distortion, _, _, errors, _, _ = cv2.calibrateCameraExtended(
        corners_m, corners_px, (width_px, height_px), None, None, flags=cv2.CALIB_FIX_K3
    )
    lens = _lens(np.asarray(matrix), np.asarray(distortion).ravel())
    spread = np.asarray(errors).ravel()
    expectations = [
        Expectation(seen, lens, board_in_camera(seen, board, lens).apply(seen.on_board(board)))
        for seen in sightings
    ]
    return FoundLens(
        lens, float(spread[_FOCAL].max()), float(spread[_CENTRE].max()), residual_of(expectations)
    )


def _lens(matrix: FloatArray, distortion: FloatArray) -> Intrinsics:
    return Intrinsics(
        fx_px=float(matrix[0, 0]),
        fy_px=float(matrix[1, 1]),
        cx_px=float(matrix[0, 2]),
        cy_px=float(matrix[1, 2]),
        distortion=tuple(float(value) for value in distortion[:_COEFFICIENTS]),
    )
