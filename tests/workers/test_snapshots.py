from pathlib import Path

import pytest
from PIL import Image

from lbm_studio.core.paths import resources
from lbm_studio.workers.snapshots import main


@pytest.mark.slow
def test_the_shipped_pictures_can_be_taken_again(tmp_path: Path) -> None:
    code = main(["--out", str(tmp_path)])

    assert code == 0
    shipped = {path.name for path in (resources() / "demo").glob("*.png")}
    assert {path.name for path in tmp_path.iterdir()} == shipped
    with Image.open(tmp_path / "scene_right_0.png") as picture:
        assert picture.size == (384, 288)
