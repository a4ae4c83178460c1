from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lbm_studio.core.errors import StudioError
from lbm_studio.core.pose import Pose
from lbm_studio.station.calibration.pictures import LIST_FILE, PictureFolder, read_pictures

PICTURE = np.arange(12 * 16 * 3, dtype=np.uint8).reshape(12, 16, 3)


def test_pictures_come_back_as_they_were_taken(tmp_path: Path) -> None:
    hand = Pose(np.array([0.1, 0.2, 0.3]), np.eye(3))
    folder = PictureFolder(tmp_path / "pictures")
    folder.add("wrist", PICTURE, hand, is_raw=False)
    PictureFolder(tmp_path / "pictures").add("scene", PICTURE, is_raw=True)

    wrist, scene = read_pictures(tmp_path / "pictures", ["scene", "wrist"])

    np.testing.assert_array_equal(wrist.image, PICTURE)
    assert (wrist.entry.camera, wrist.entry.hand, wrist.entry.is_raw) == ("wrist", hand, False)
    assert (scene.entry.camera, scene.entry.hand, scene.entry.is_raw) == ("scene", None, True)
    assert wrist.entry.file != scene.entry.file


def test_a_folder_of_pictures_alone_will_do_for_one_camera(tmp_path: Path) -> None:
    Image.fromarray(PICTURE).save(tmp_path / "a.png")

    (picture,) = read_pictures(tmp_path, ["scene"])

    assert picture.entry.is_raw
    with pytest.raises(StudioError, match=LIST_FILE):
        read_pictures(tmp_path, ["minus", "plus"])


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("no picture")
    with pytest.raises(StudioError, match=r"a\.png cannot be read"):
        read_pictures(tmp_path, ["scene"])

    (tmp_path / LIST_FILE).write_text('{"camera": "scene"}\n')
    with pytest.raises(StudioError, match=r"line 1 of pictures\.jsonl\.file is missing"):
        read_pictures(tmp_path, ["scene"])

    with pytest.raises(StudioError, match="There is no folder"):
        read_pictures(tmp_path / "nowhere", ["scene"])
