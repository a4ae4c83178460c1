from dataclasses import replace
from datetime import date

import pytest

from lbm_studio.core.calibration import (
    CalibrationJob,
    CalibrationStep,
    age_in_words,
    cameras_for,
    find_record,
    record_in_words,
    record_title,
    recorded_names,
    subjects_of,
    with_record,
)
from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.errors import UnknownNameError
from lbm_studio.core.station_file import CalibrationRecord, Driver, StationFile
from lbm_studio.station.simulation.embodiments import dual_fr3
from tests.core.station_files import station_file_of

TODAY = date(2026, 5, 28)


@pytest.fixture
def file() -> StationFile:
    return station_file_of(dual_fr3(), driver=Driver.SIMULATED)


def test_lenses_are_of_all_cameras_and_places_of_those_in_the_scene(file: StationFile) -> None:
    assert subjects_of(file, CalibrationStep.INTRINSICS) == tuple(c.name for c in file.cameras)
    assert subjects_of(file, CalibrationStep.SCENE) == ("scene_right_0", "scene_left_0")
    assert subjects_of(file, CalibrationStep.WRIST) == ("right", "left")
    assert subjects_of(file, CalibrationStep.BASES) == ("right", "left")


def test_an_arm_is_calibrated_with_the_cameras_it_carries(file: StationFile) -> None:
    cameras = ("wrist_left_minus", "wrist_left_plus")

    assert cameras_for(file, CalibrationStep.WRIST, "left") == cameras
    assert recorded_names(file, CalibrationStep.WRIST, "left") == cameras
    assert recorded_names(file, CalibrationStep.BASES, "left") == ("left",)


def test_a_camera_on_a_hand_has_no_place_in_the_scene(file: StationFile) -> None:
    with pytest.raises(UnknownNameError, match=r"Choose one of: scene_right_0, scene_left_0\."):
        cameras_for(file, CalibrationStep.SCENE, "wrist_left_minus")


def test_a_new_record_takes_the_place_of_the_older_one(file: StationFile) -> None:
    title = record_title(CalibrationStep.SCENE, "scene_left_0")
    old = CalibrationRecord(title, "2026-05-01", 0.9, "mm", 6)
    other = CalibrationRecord("base of left", "2026-05-02", 0.4, "mm", 8)
    new = replace(old, made_on="2026-05-16", residual=0.31)

    changed = with_record(with_record(with_record(file, old), other), new)

    assert changed.calibrations == (other, new)
    assert find_record(changed, CalibrationStep.SCENE, "scene_left_0") == new
    assert find_record(changed, CalibrationStep.SCENE, "scene_right_0") is None
    assert record_in_words(new, TODAY) == "12 days old, 0.31 mm, 6 pictures"


@pytest.mark.parametrize(
    ("made_on", "words"),
    [
        ("2026-05-28", "of today"),
        ("2026-05-27", "1 day old"),
        ("2025-05-28", "365 days old"),
        ("2026-06-01", "dated 2026-06-01, which is yet to come"),
        ("spring", "of “spring”, which is no date"),
    ],
)
def test_ages_are_told_in_words(made_on: str, words: str) -> None:
    assert age_in_words(made_on, TODAY) == words


def test_a_job_survives_its_file() -> None:
    job = CalibrationJob("bench", CalibrationStep.BASES, "left", board_at=(0.1, 0.0, 0.005, 90.0))

    assert from_json(CalibrationJob, to_json(job)) == job
