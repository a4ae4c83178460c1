from pathlib import Path

import numpy as np

from lbm_studio.evaluation.pictures import contact_sheet, picture_grid
from tests.evaluation.pictures import pixels


def film(frames: int) -> list[np.ndarray]:
    return [np.full((30, 40, 3), 5 * index, np.uint8) for index in range(frames)]


def test_a_contact_sheet_shows_the_first_and_the_last_picture_of_every_film(tmp_path: Path) -> None:
    path = tmp_path / "sheet.png"

    contact_sheet(path, [("seed 1", film(9)), ("seed 2", film(40))], columns=4)

    sheet = pixels(path)
    assert sheet[20, 2].tolist() == [0, 0, 0]
    assert sheet[20, -10].tolist() == [40, 40, 40]
    assert sheet[70, -10].tolist() == [195, 195, 195]


def test_a_grid_shows_every_picture_under_its_caption_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "grid.png"

    picture_grid(path, [(str(index), picture) for index, picture in enumerate(film(5))], columns=2)

    grid = pixels(path)
    middles = [grid[y, x, 0] for y in (29, 77, 125) for x in (20, 64)]
    assert middles == [0, 5, 10, 15, 20, 255]
    captions = [grid[y : y + 14, x : x + 40] for y in (0, 48, 96) for x in (0, 44)]
    assert [bool((caption < 255).any()) for caption in captions] == [True] * 5 + [False]
