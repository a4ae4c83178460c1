import numpy as np
import pytest

from lbm_studio.core.errors import StationError
from lbm_studio.core.station_file import Intrinsics
from lbm_studio.station.calibration.lens import ideal_lens
from lbm_studio.station.cameras.pipeline import PicturePipeline
from lbm_studio.station.cameras.source import Image
from tests.station.cameras.setups import seen_through, slot

BARREL = Intrinsics(310.0, 305.0, 162.0, 117.0, (-0.28, 0.09, 0.001, -0.0008, 0.0))


def numbered(height: int, width: int) -> Image:
    """A picture in which every pixel is unlike all others."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x, y, (x + 7 * y) % 251], axis=-1).astype(np.uint8)


@pytest.mark.parametrize(
    ("rotation_deg", "corner"),
    [(0, (0, 0)), (90, (5, 0)), (180, (5, 7)), (270, (0, 7))],
)
def test_a_picture_is_turned_clockwise(rotation_deg: int, corner: tuple[int, int]) -> None:
    raw = numbered(6, 8)
    turned = rotation_deg % 180 == 90
    width, height = (6, 8) if turned else (8, 6)

    shown = PicturePipeline(slot(rotation_deg=rotation_deg, width_px=width, height_px=height))(raw)

    assert tuple(shown[0, 0]) == tuple(raw[corner])
    assert shown.flags.c_contiguous


def test_left_and_right_are_exchanged_after_the_rotation() -> None:
    raw = numbered(6, 8)

    shown = PicturePipeline(slot(rotation_deg=90, mirror=True, width_px=6, height_px=8))(raw)

    assert np.array_equal(shown, np.rot90(raw, -1)[:, ::-1])


def test_a_crop_counts_after_rotation_and_mirror() -> None:
    raw = numbered(6, 8)
    setup = slot(rotation_deg=180, crop_px=(1, 2, 4, 3), width_px=4, height_px=3)

    assert np.array_equal(PicturePipeline(setup)(raw), raw[::-1, ::-1][2:5, 1:5])


def test_a_crop_beyond_the_picture_is_refused_in_words() -> None:
    pipeline = PicturePipeline(slot("lid", crop_px=(0, 0, 9, 6)))

    with pytest.raises(StationError, match="“lid” reaches beyond its picture of 8 x 6 pixels"):
        pipeline(numbered(6, 8))


def test_without_calibration_the_middle_is_kept_and_nothing_is_stretched() -> None:
    raw = np.zeros((100, 300, 3), np.uint8)
    raw[:, 100:200] = 200

    shown = PicturePipeline(slot(width_px=50, height_px=50))(raw)

    assert shown.shape == (50, 50, 3)
    assert (shown == 200).all()


def test_a_picture_that_is_made_smaller_is_averaged() -> None:
    raw = np.zeros((96, 128, 3), np.uint8)
    raw[::2] = 200

    assert (PicturePipeline(slot(width_px=64, height_px=48))(raw) == 100).all()


@pytest.mark.parametrize(("width", "height"), [(320, 240), (64, 48)])
def test_a_calibrated_camera_shows_the_ideal_pinhole(width: int, height: int) -> None:
    setup = slot(width_px=width, height_px=height, vertical_fov_rad=0.6, intrinsics=BARREL)
    pipeline = PicturePipeline(setup)
    ideal = seen_through(ideal_lens(width, height, 0.6), width, height).astype(np.int16)

    shown = pipeline(seen_through(BARREL, 320, 240)).astype(np.int16)

    assert pipeline.coverage == 1.0
    assert np.abs(shown - ideal).mean() < 1.0
    assert np.abs(shown - ideal).max() <= 6


def test_a_lens_that_sees_too_little_says_so_and_leaves_the_rest_black() -> None:
    pipeline = PicturePipeline(slot(vertical_fov_rad=1.6, intrinsics=BARREL))

    shown = pipeline(np.full((240, 320, 3), 200, np.uint8))

    assert 0.1 < pipeline.coverage < 0.4
    assert (shown[0, 0] == 0).all()
    assert (shown[24, 32] == 200).all()


def test_a_device_that_changes_its_size_is_planned_for_anew() -> None:
    pipeline = PicturePipeline(slot(width_px=4, height_px=4))

    pipeline(numbered(8, 8))

    assert (pipeline(np.full((6, 12, 3), 9, np.uint8)) == 9).all()
