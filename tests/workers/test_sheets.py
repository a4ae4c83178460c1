from pathlib import Path

import pytest
from PIL import Image

from lbm_studio.station.simulation.catalogue import SKILLS
from lbm_studio.workers import sheets
from lbm_studio.workers.sheets import write_sheets


def test_there_is_a_picture_of_every_skill_and_of_every_shift(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "SKILLS", SKILLS[:2])

    write_sheets(tmp_path)

    sizes = {}
    for path in tmp_path.iterdir():
        with Image.open(path) as picture:
            sizes[path.name] = picture.size
    assert sizes == {"skills.png": (1552, 306), "shifts.png": (1164, 612)}
