import io

import numpy as np
import pytest
from PIL import Image

from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.interchange.pictures import Fit, decode, fitted, picked


def wide() -> np.ndarray:
    """80 x 40: a red, two green and a blue quarter."""
    picture = np.zeros((40, 80, 3), dtype=np.uint8)
    picture[:, :20, 0] = picture[:, 20:60, 1] = picture[:, 60:, 2] = 200
    return picture


def test_cropping_cuts_off_both_sides() -> None:
    found = fitted(wide(), (20, 20), Fit.CROP)

    assert found.shape == (20, 20, 3)
    assert (found == (0, 200, 0)).all()


def test_padding_keeps_all_of_it_between_black() -> None:
    found = fitted(wide(), (40, 40), Fit.PAD)

    assert (found[[0, 9, 30, 39]] == 0).all()
    assert found[20, 2].tolist() == [200, 0, 0]
    assert found[20, 38].tolist() == [0, 0, 200]


def test_stretching_distorts() -> None:
    found = fitted(wide(), (40, 40), Fit.STRETCH)

    assert (found[:, :10] == (200, 0, 0)).all()
    assert (found[:, 30:] == (0, 0, 200)).all()


@pytest.mark.parametrize("fit", Fit)
def test_small_pictures_are_enlarged(fit: Fit) -> None:
    assert fitted(wide(), (200, 150), fit).shape == (150, 200, 3)


def test_turning_and_mirroring_come_first() -> None:
    turned = fitted(wide(), (40, 80), Fit.CROP, turn_deg=90)
    mirrored = fitted(wide(), (80, 40), Fit.CROP, mirrored=True)

    assert turned[79, 0].tolist() == [200, 0, 0]
    assert mirrored[0, 79].tolist() == [200, 0, 0]


def test_frames_are_picked_and_repeated_without_holding_all() -> None:
    held: list[int] = []

    def pictures():
        for number in range(5):
            held.append(number)
            yield np.full((2, 2, 3), number, dtype=np.uint8)

    found = [int(p[0, 0, 0]) for p in picked(pictures(), [0, 2, 2, 3])]

    assert found == [0, 2, 2, 3]
    assert held == [0, 1, 2, 3]


def test_too_few_pictures_are_said_in_words() -> None:
    with pytest.raises(DatasetError, match="only 1 pictures"):
        list(picked([np.zeros((2, 2, 3), dtype=np.uint8)], [0, 3]))


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP"])
def test_only_jpeg_and_png_are_decoded(kind: str) -> None:
    data = io.BytesIO()
    Image.fromarray(wide()).save(data, kind)

    with pytest.raises(DatasetError, match="neither JPEG nor PNG"):
        decode(data.getvalue(), "It")
