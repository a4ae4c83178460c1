"""Where a camera that is fixed in the scene is, from a board that is laid on the table.

For the first picture the board lies at a known place, for all others anywhere: all that is known of
them is that the table is flat. One picture fixes the camera across its line of sight, but a tenth
of a pixel tilts it by a tenth of a degree, which is millimetres at its distance; each further
picture reads other pixels and says again where the plane of the table is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.core.station_file import Intrinsics
from lbm_studio.station.calibration.board import Board
from lbm_studio.station.calibration.detection import Sighting
from lbm_studio.station.calibration.lens import board_in_camera
from lbm_studio.station.calibration.refinement import refine
from lbm_studio.station.calibration.residual import (
    Expectation,
    Residual,
    misfit,
    residual_of,
)

_HEIGHT_PX_PER_M = 1e4  # 0.1 mm off the table weighs as much as a pixel
_TILT_PX_PER_RAD = 1e3


@dataclass(frozen=True)
class PlacedCamera:
    """What came of it.

    Attributes:
        pose: of the camera in the station frame.
        residual: what is left over.
    """

    pose: Pose
    residual: Residual


def place_camera(
    sightings: Sequence[Sighting], board: Board, lens: Intrinsics, place: Pose
) -> PlacedCamera:
    """Return where a camera is.

    Args:
        sightings: of the board, which lies at ``place`` in the first and flat in all others.
        board: what was seen.
        lens: of the camera.
        place: pose of the board in the station frame.
    """

    def expected(camera: Pose, boards: Sequence[Pose]) -> list[Expectation]:
        station = camera.inverse()
        return [
            Expectation(seen, lens, (station @ lying).apply(seen.on_board(board)))
            for seen, lying in zip(sightings, (place, *boards), strict=True)
        ]

    def residuals(poses: Sequence[Pose]) -> FloatArray:
        camera, *boards = poses
        off = [_off_the_plane(lying.relative_to(place)) for lying in boards]
        return np.concatenate([misfit(expected(camera, boards)), *off])

    boards = [board_in_camera(seen, board, lens) for seen in sightings]
    start = place @ boards[0].inverse()
    camera, *lying = refine(residuals, [start, *(start @ each for each in boards[1:])])
    return PlacedCamera(camera, residual_of(expected(camera, lying)))


def _off_the_plane(moved: Pose) -> FloatArray:
    """Return (3,) how far a board has left the plane it lay in [px]."""
    height, tilt = moved.position[2], moved.rotation[:2, 2]
    return np.concatenate([[_HEIGHT_PX_PER_M * height], _TILT_PX_PER_RAD * tilt])
