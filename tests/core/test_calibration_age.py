from dataclasses import replace
from datetime import date, timedelta

import pytest

from lbm_studio.core.calibration import (
    CalibrationStep,
    record_title,
    recorded_names,
    subjects_of,
)
from lbm_studio.core.calibration_age import OLD_DAYS, calibration_in_words
from lbm_studio.core.station_file import CalibrationRecord, StationFile
from tests.core.station_files import make_station_file

TODAY = date(2026, 11, 23)


def calibrated(days_ago: int) -> StationFile:
    file = make_station_file()
    made_on = (TODAY - timedelta(days=days_ago)).isoformat()
    titles = [
        record_title(step, name)
        for step in CalibrationStep
        for subject in subjects_of(file, step)
        for name in recorded_names(file, step, subject)
    ]
    records = tuple(CalibrationRecord(title, made_on, 0.3, "px", 20) for title in titles)
    return replace(file, calibrations=records)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (replace(make_station_file(), calibrations=()), (False, "Never calibrated.")),
        (calibrated(3), (True, "5 calibrations, the oldest 3 days old.")),
        (
            calibrated(OLD_DAYS + 1),
            (False, "5 calibrations, the oldest 91 days old. Calibrate it again."),
        ),
        (
            replace(calibrated(3), calibrations=calibrated(3).calibrations[1:]),
            (False, "1 of 5 calibrations are missing."),
        ),
    ],
    ids=["never", "lately", "long ago", "not all"],
)
def test_it_is_told_whether_a_station_is_calibrated(
    file: StationFile, expected: tuple[bool, str]
) -> None:
    assert calibration_in_words(file, TODAY) == expected
