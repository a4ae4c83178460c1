"""How a lens maps what is before a camera to pixels, and a board's pose from one picture.

Cameras look along their own -z, y up, as everywhere in the program; OpenCV's look along +z, y
down. The difference is made here and nowhere else. Pixel centres have whole numbers.
"""

from math import tan

import numpy as np

from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.core.station_file import Intrinsics
from lbm_studio.station.calibration.board import Board
from lbm_studio.station.calibration.detection import Sighting
from lbm_studio.station.opencv import load_opencv

_TURNED = np.diag([1.0, -1.0, -1.0])
"""From the program's camera frame to OpenCV's, and back."""


def ideal_lens(width_px: int, height_px: int, vertical_fov_rad: float) -> Intrinsics:
    """Return the lens of an ideal pinhole that looks through the middle of its picture."""
    focal_px = height_px / 2.0 / tan(vertical_fov_rad / 2.0)
    return Intrinsics(focal_px, focal_px, (width_px - 1) / 2.0, (height_px - 1) / 2.0)


def lens_matrix(lens: Intrinsics) -> FloatArray:
    """Return OpenCV's (3, 3) camera matrix."""
    return np.array([[lens.fx_px, 0.0, lens.cx_px], [0.0, lens.fy_px, lens.cy_px], [0.0, 0.0, 1.0]])


def project(lens: Intrinsics, points_m: FloatArray) -> FloatArray:
    """Return (N, 2) where (N, 3) points in the camera's frame are seen [px]."""
    cv2, nowhere = load_opencv(), np.zeros(3)
    pixels, _ = cv2.projectPoints(
        points_m @ _TURNED, nowhere, nowhere, lens_matrix(lens), np.array(lens.distortion)
    )
    return np.asarray(pixels, np.float64).reshape(-1, 2)


def board_in_camera(sighting: Sighting, board: Board, lens: Intrinsics) -> Pose:
    """Return the board's pose in the camera's frame."""
    cv2 = load_opencv()
    corners_m, matrix = sighting.on_board(board), lens_matrix(lens)
    distortion = np.array(lens.distortion)
    _, turns, shifts, _ = cv2.solvePnPGeneric(
        corners_m, sighting.corners_px, matrix, distortion, flags=cv2.SOLVEPNP_IPPE
    )  # the better one of a plane's two poses comes first
    turn, shift = cv2.solvePnPRefineLM(
        corners_m, sighting.corners_px, matrix, distortion, turns[0], shifts[0]
    )
    rotation, _ = cv2.Rodrigues(turn)
    return Pose(_TURNED @ np.asarray(shift).ravel(), _TURNED @ np.asarray(rotation))
