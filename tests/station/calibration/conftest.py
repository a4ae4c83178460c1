"""Pictures of the board, drawn once for all tests that look at them."""

import numpy as np
import pytest
from numpy.typing import NDArray

from lbm_studio.core.embodiment import CameraDescription, StationDescription
from lbm_studio.core.pose import Pose
from lbm_studio.core.station_file import Intrinsics
from lbm_studio.station.calibration.board import Board
from lbm_studio.station.calibration.detection import BoardFinder, Sighting
from lbm_studio.station.calibration.lens import ideal_lens
from lbm_studio.station.simulation.embodiments import dual_fr3
from lbm_studio.station.simulation.layout import Placement
from tests.station.calibration.boards import (
    NAME,
    Posture,
    held_before,
    pictures_of_board,
    places_on_table,
    postures_above,
)

BOARD = Board()
ARM = "left"
SCENE_CAMERA = "scene_left_0"
ON_TABLE = Placement(NAME, (-0.05, 0.12, 0.005), 0.3)


@pytest.fixture(scope="session")
def finder() -> BoardFinder:
    return BoardFinder(BOARD)


@pytest.fixture(scope="session")
def station() -> StationDescription:
    return dual_fr3()


@pytest.fixture(scope="session")
def scene_camera(station: StationDescription) -> CameraDescription:
    return station.embodiment.camera(SCENE_CAMERA)


@pytest.fixture(scope="session")
def table_places() -> list[Pose]:
    """Where the board lies on the table: at a known place first, then here and there."""
    return places_on_table()


@pytest.fixture(scope="session")
def table_pictures(
    station: StationDescription, table_places: list[Pose]
) -> list[NDArray[np.uint8]]:
    return pictures_of_board(station, SCENE_CAMERA, BOARD, table_places)


@pytest.fixture(scope="session")
def waved_pictures(
    station: StationDescription, scene_camera: CameraDescription
) -> list[NDArray[np.uint8]]:
    """What a camera sees of a board that is held before it, near and far, tilted all ways."""
    poses = [scene_camera.pose @ held_before(number, scene_camera) for number in range(14)]
    return pictures_of_board(station, SCENE_CAMERA, BOARD, poses)


@pytest.fixture(scope="session")
def postures(station: StationDescription) -> list[Posture]:
    """The arm, moved by the simulated station through poses above the board."""
    return postures_above(station, ARM, BOARD, ON_TABLE)


def lens_of(camera: CameraDescription) -> Intrinsics:
    return ideal_lens(camera.width_px, camera.height_px, camera.vertical_fov_rad)


def seen(finder: BoardFinder, pictures: list[NDArray[np.uint8]]) -> list[Sighting]:
    return [sighting for picture in pictures if (sighting := finder.find(picture)) is not None]
