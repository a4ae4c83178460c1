import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.embodiment import CameraDescription
from lbm_studio.core.pose import Pose
from lbm_studio.station.calibration.detection import BoardFinder
from lbm_studio.station.calibration.lens import project
from tests.station.calibration.conftest import BOARD, lens_of


def test_corners_are_found_within_a_fifth_of_a_pixel(
    finder: BoardFinder,
    table_pictures: list[NDArray[np.uint8]],
    table_places: list[Pose],
    scene_camera: CameraDescription,
) -> None:
    sighting = finder.find(table_pictures[0])

    assert sighting is not None
    assert len(sighting.numbers) == len(BOARD.corners_m)
    in_camera = scene_camera.pose.inverse() @ table_places[0]
    true_px = project(lens_of(scene_camera), in_camera.apply(sighting.on_board(BOARD)))
    errors_px = np.linalg.norm(sighting.corners_px - true_px, axis=1)
    assert np.sqrt((errors_px**2).mean()) < 0.2


def test_an_empty_picture_shows_no_board(finder: BoardFinder) -> None:
    assert finder.find(np.full((144, 192, 3), 127, np.uint8)) is None
