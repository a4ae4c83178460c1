import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.embodiment import CameraDescription
from lbm_studio.core.pose import Pose
from lbm_studio.station.calibration.detection import BoardFinder
from lbm_studio.station.calibration.scene import place_camera
from tests.station.calibration.conftest import BOARD, lens_of, seen


def test_a_scene_camera_is_found_within_two_millimetres_and_three_tenths_of_a_degree(
    finder: BoardFinder,
    table_pictures: list[NDArray[np.uint8]],
    table_places: list[Pose],
    scene_camera: CameraDescription,
) -> None:
    sightings = seen(finder, table_pictures)

    found = place_camera(sightings, BOARD, lens_of(scene_camera), table_places[0])

    assert found.pose.distance_m(scene_camera.pose) < 0.002
    assert np.degrees(found.pose.angle_rad(scene_camera.pose)) < 0.3
    assert found.residual.px < 0.25
    assert found.residual.mm < 0.6
