"""Whether a station is calibrated, all in all, and how long ago."""

from datetime import date

from lbm_studio.core.calibration import (
    CalibrationStep,
    age_in_words,
    find_record,
    recorded_names,
    subjects_of,
)
from lbm_studio.core.station_file import CalibrationRecord, StationFile

OLD_DAYS = 90
"""Cameras and tables are bumped into sooner or later: from then on a look is worth it."""


def calibration_in_words(file: StationFile, today: date) -> tuple[bool, str]:
    """Return whether the calibration is complete and recent, and a sentence on it."""
    known: list[CalibrationRecord] = []
    missing = 0
    for step in CalibrationStep:
        for subject in subjects_of(file, step):
            for name in recorded_names(file, step, subject):
                record = find_record(file, step, name)
                missing += record is None
                known += [record] if record else []
    if not known:
        return False, "Never calibrated."
    if missing:
        return False, f"{missing} of {missing + len(known)} calibrations are missing."
    oldest = min(known, key=lambda record: record.made_on)
    words = age_in_words(oldest.made_on, today)
    is_recent = _is_recent(oldest.made_on, today)
    remedy = "" if is_recent else " Calibrate it again."
    return is_recent, f"{len(known)} calibrations, the oldest {words}.{remedy}"


def _is_recent(made_on: str, today: date) -> bool:
    try:
        return 0 <= (today - date.fromisoformat(made_on)).days <= OLD_DAYS
    except ValueError:
        return False
