from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lbm_studio.core.calibration import RULES, CalibrationStep
from lbm_studio.core.pose import Pose
from lbm_studio.station.calibration.collection import ALIKE, MOVING, NOT_SEEN, TAKEN, Collection
from lbm_studio.station.calibration.detection import BoardFinder
from lbm_studio.station.calibration.pictures import PictureFolder, read_pictures
from tests.station.calibration.conftest import SCENE_CAMERA

EMPTY = np.full((288, 384, 3), 90, np.uint8)


@pytest.fixture
def collection(finder: BoardFinder, tmp_path: Path) -> Collection:
    return Collection(
        finder, CalibrationStep.SCENE, (SCENE_CAMERA,), PictureFolder(tmp_path / "pictures")
    )


def test_a_view_is_taken_once_when_it_holds_still(
    collection: Collection, table_pictures: list[NDArray[np.uint8]], tmp_path: Path
) -> None:
    first, second = table_pictures[:2]
    stream = [EMPTY, first, first, first, second, second]

    hints = [collection.offer(SCENE_CAMERA, each, is_raw=True) for each in stream]

    assert hints == [NOT_SEEN, MOVING, TAKEN, ALIKE, MOVING, TAKEN]
    assert collection.done == 2
    assert not collection.is_complete
    assert len(read_pictures(tmp_path / "pictures", [SCENE_CAMERA])) == 2


def test_a_picture_is_not_taken_while_the_arm_still_moves(
    collection: Collection, table_pictures: list[NDArray[np.uint8]]
) -> None:
    hands = [Pose(np.array([x, 0.0, 0.0]), np.eye(3)) for x in (0.0, 0.001, 0.001)]

    hints = [collection.offer(SCENE_CAMERA, table_pictures[0], h, is_raw=False) for h in hands]

    assert hints == [MOVING, MOVING, TAKEN]


def test_it_is_complete_when_every_camera_has_enough(
    finder: BoardFinder, waved_pictures: list[NDArray[np.uint8]], tmp_path: Path
) -> None:
    both = Collection(finder, CalibrationStep.SCENE, ("one", "other"), PictureFolder(tmp_path))

    for picture in waved_pictures[:9]:
        for _ in range(2):
            both.offer("one", picture, is_raw=True)
    assert both.done == 0
    for picture in waved_pictures[:9]:
        for _ in range(2):
            both.offer("other", picture, is_raw=True)

    assert both.done >= RULES[CalibrationStep.SCENE].wanted
    assert both.is_complete
