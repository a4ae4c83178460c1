from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from lbm_studio.core.calibration import CalibrationJob, CalibrationStep
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError
from lbm_studio.core.pose import Pose
from lbm_studio.core.station_file import (
    CameraKind,
    CameraSetup,
    Driver,
    StationFile,
)
from lbm_studio.station.calibration.pictures import BoardPicture, PictureEntry
from lbm_studio.station.calibration.procedure import Calibrated, calibrate
from tests.core.station_files import station_file_of
from tests.station.calibration.boards import Posture
from tests.station.calibration.conftest import ARM, ON_TABLE, SCENE_CAMERA

TODAY = date(2026, 5, 28)
X, Y, Z = ON_TABLE.position
ON_TABLE_AT = (X, Y, Z, float(np.degrees(ON_TABLE.yaw_rad)))
WAVED = CalibrationJob("bench", CalibrationStep.INTRINSICS, SCENE_CAMERA)
LAID = CalibrationJob("bench", CalibrationStep.SCENE, SCENE_CAMERA, board_at=(0.0, 0.0, 0.005, 0.0))
CARRIED = CalibrationJob("bench", CalibrationStep.WRIST, ARM)
BASE = CalibrationJob("bench", CalibrationStep.BASES, ARM, board_at=ON_TABLE_AT)
OFF_M = np.array([0.03, -0.02, 0.01])


@pytest.fixture
def file(station: StationDescription) -> StationFile:
    """The station with every camera and base noted a few centimetres off."""
    file = station_file_of(station, driver=Driver.SIMULATED)
    return replace(
        file,
        arms=tuple(replace(arm, base=_off(arm.base)) for arm in file.arms),
        cameras=tuple(replace(camera, pose=_off(camera.pose)) for camera in file.cameras),
    )


def of_scene(pictures: Sequence[NDArray[np.uint8]], *, is_raw: bool = False) -> list[BoardPicture]:
    return [BoardPicture(PictureEntry("", SCENE_CAMERA, None, is_raw), each) for each in pictures]


def of_hand(postures: Sequence[Posture], hands: Sequence[Pose] = ()) -> list[BoardPicture]:
    return [
        BoardPicture(PictureEntry("", name, hand), image)
        for posture, hand in zip(postures, hands or [p.hand for p in postures], strict=True)
        for name, image in posture.pictures.items()
    ]


def test_the_intrinsics_go_into_the_station(
    file: StationFile, waved_pictures: list[NDArray[np.uint8]]
) -> None:
    found = calibrate(WAVED, file, of_scene(waved_pictures), TODAY)

    lens = camera_of(found, SCENE_CAMERA).intrinsics
    record = found.file.calibrations[-1]
    assert lens is not None
    assert lens.fx_px == pytest.approx(494.0, rel=0.01)
    assert (record.what, record.made_on) == (f"intrinsics of {SCENE_CAMERA}", "2026-05-28")
    assert (record.unit, record.pictures >= 12, record.residual < 0.3) == ("px", True, True)
    assert "px, " in found.in_words()
    assert "focal length 49" in found.in_words()


def test_the_pose_of_a_scene_camera_goes_into_the_station(
    file: StationFile, table_pictures: list[NDArray[np.uint8]], station: StationDescription
) -> None:
    found = calibrate(LAID, file, of_scene(table_pictures), TODAY)

    true = station.embodiment.camera(SCENE_CAMERA).pose
    assert camera_of(found, SCENE_CAMERA).pose.distance_m(true) < 0.002
    assert found.file.calibrations[-1].what == f"pose of {SCENE_CAMERA}"
    assert "moved by 3" in found.in_words()


@pytest.mark.slow
def test_first_the_wrist_cameras_then_the_base_of_their_arm(
    file: StationFile, postures: list[Posture], station: StationDescription
) -> None:
    mounted = calibrate(CARRIED, file, of_hand(postures), TODAY)
    based = calibrate(BASE, mounted.file, of_hand(postures[:10]), TODAY)

    for name in mounted.residuals:
        true = station.embodiment.camera(name).pose
        assert camera_of(mounted, name).pose.distance_m(true) < 0.002
    base = next(arm.base for arm in based.file.arms if arm.name == ARM)
    assert base.distance_m(station.embodiment.arm(ARM).base) < 0.002
    titles = [record.what for record in based.file.calibrations]
    assert titles == [*(f"mount of {name}" for name in mounted.residuals), f"base of {ARM}"]


@pytest.mark.slow
def test_a_base_cannot_be_found_with_cameras_mounted_elsewhere(
    file: StationFile, postures: list[Posture]
) -> None:
    with pytest.raises(StationError, match=r"contradict each other by .* mm; at most 5 mm"):
        calibrate(BASE, file, of_hand(postures[:10]), TODAY)


def test_too_few_pictures_are_refused(
    file: StationFile, waved_pictures: list[NDArray[np.uint8]]
) -> None:
    with pytest.raises(StationError, match=r"The board is in 5 of 5 pictures .* 12 are needed"):
        calibrate(WAVED, file, of_scene(waved_pictures[:5]), TODAY)


def test_pictures_without_the_board_are_refused(file: StationFile) -> None:
    empty = of_scene([np.full((288, 384, 3), 90, np.uint8)] * 3)

    with pytest.raises(StationError, match="The board is in none of the 3 pictures"):
        calibrate(LAID, file, empty, TODAY)


def test_the_same_view_over_and_over_is_refused(
    file: StationFile, table_pictures: list[NDArray[np.uint8]]
) -> None:
    with pytest.raises(StationError, match=r"Only 1 of the 12 pictures of .* differ"):
        calibrate(WAVED, file, of_scene(table_pictures[:1] * 12), TODAY)


def test_a_board_that_is_never_tilted_is_refused(
    file: StationFile, table_pictures: list[NDArray[np.uint8]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from lbm_studio.station.calibration import procedure

    rules = replace(procedure.RULES[CalibrationStep.INTRINSICS], needed=4)
    monkeypatch.setattr(procedure, "RULES", {CalibrationStep.INTRINSICS: rules})

    with pytest.raises(StationError, match="faces the same way in all pictures"):
        calibrate(WAVED, file, of_scene(table_pictures), TODAY)


@pytest.mark.slow
def test_hands_that_point_the_same_way_are_refused(
    file: StationFile, postures: list[Posture]
) -> None:
    upright = [Pose(each.hand.position, np.eye(3)) for each in postures]

    with pytest.raises(StationError, match="The hand points the same way in all pictures"):
        calibrate(CARRIED, file, of_hand(postures, upright), TODAY)


@pytest.mark.slow
def test_the_wrong_hands_are_noticed(file: StationFile, postures: list[Posture]) -> None:
    mixed = [postures[(5 * number + 3) % len(postures)].hand for number in range(len(postures))]

    with pytest.raises(StationError, match="contradict each other"):
        calibrate(CARRIED, file, of_hand(postures, mixed), TODAY)


def test_raw_pictures_need_the_lens_first(
    file: StationFile, table_pictures: list[NDArray[np.uint8]]
) -> None:
    with pytest.raises(StationError, match=f"Calibrate the intrinsics of {SCENE_CAMERA} first"):
        calibrate(LAID, file, of_scene(table_pictures, is_raw=True), TODAY)


def test_a_lens_is_not_looked_for_in_rectified_pictures(
    file: StationFile, waved_pictures: list[NDArray[np.uint8]]
) -> None:
    real = replace(
        file, cameras=tuple(replace(each, kind=CameraKind.OPENCV) for each in file.cameras)
    )

    with pytest.raises(StationError, match="rectified already"):
        calibrate(WAVED, real, of_scene(waved_pictures), TODAY)


def camera_of(found: Calibrated, name: str) -> CameraSetup:
    return next(camera for camera in found.file.cameras if camera.name == name)


def _off(pose: Pose) -> Pose:
    return Pose(pose.position + OFF_M, pose.rotation)
