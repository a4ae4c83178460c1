import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.embodiment import CameraDescription
from lbm_studio.station.calibration.detection import BoardFinder
from lbm_studio.station.calibration.intrinsics import find_lens
from tests.station.calibration.conftest import BOARD, lens_of, seen


def test_a_lens_is_found_within_three_times_its_own_stated_error(
    finder: BoardFinder,
    waved_pictures: list[NDArray[np.uint8]],
    scene_camera: CameraDescription,
) -> None:
    sightings = seen(finder, waved_pictures)

    found = find_lens(sightings, BOARD, scene_camera.width_px, scene_camera.height_px)

    true, lens = lens_of(scene_camera), found.lens
    assert len(sightings) >= 12
    assert found.residual.px < 0.2
    assert found.focal_error_px < 0.01 * true.fx_px
    assert abs(lens.fx_px - true.fx_px) < 3.0 * found.focal_error_px
    assert abs(lens.fy_px - true.fy_px) < 3.0 * found.focal_error_px
    assert abs(lens.cx_px - true.cx_px) < 3.0 * found.centre_error_px
    assert abs(lens.cy_px - true.cy_px) < 3.0 * found.centre_error_px
