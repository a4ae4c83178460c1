from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lbm_studio.evaluation.pictures import CURVE, contact_sheet, learning_curve, picture_grid


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


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


def test_a_learning_curve_falls_from_left_to_right(tmp_path: Path) -> None:
    path = tmp_path / "curve.png"

    learning_curve(path, "loss", [(100, 1.0), (200, 0.1), (300, 0.01)])

    rows, columns = np.nonzero((pixels(path) == rgb(CURVE)).all(-1))
    assert rows[columns.argmin()] < rows[columns.argmax()]


@pytest.mark.parametrize("points", [[], [(1, 2.0)], [(1, 2.0), (2, float("nan"))]])
def test_too_few_measurements_give_a_picture_that_says_so(
    tmp_path: Path, points: list[tuple[float, float]]
) -> None:
    path = tmp_path / "curve.png"

    learning_curve(path, "loss", points)

    assert pixels(path).shape == (420, 760, 3)


def rgb(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
