"""What of a station is calibrated, step by step, and how old that is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from lbm_studio.core.embodiment import Mount
from lbm_studio.core.errors import UnknownNameError
from lbm_studio.core.station_file import CalibrationRecord, StationFile

CALIBRATIONS_FOLDER = "calibrations"
"""Name of the folder in the user's data that keeps what was calibrated, and from which pictures."""

DEFAULT_SQUARE_M = 0.05
"""Edge of a square of the printed board, unless it was measured to be another [m]."""


class CalibrationStep(StrEnum):
    """What is found out, in the order in which one step needs the one before."""

    INTRINSICS = "intrinsics"
    SCENE = "scene"
    WRIST = "wrist"
    BASES = "bases"


@dataclass(frozen=True)
class StepRules:
    """What a step takes.

    Attributes:
        record: what its records are called, before the name of the camera or the arm.
        wanted: how many pictures a camera are collected.
        needed: with how many different ones it can be done.
        most: what may be left over, in ``unit``.
        unit: ``"px"`` or ``"mm"``.
    """

    record: str
    wanted: int
    needed: int
    most: float
    unit: str


RULES: Mapping[CalibrationStep, StepRules] = {
    CalibrationStep.INTRINSICS: StepRules("intrinsics", 15, 12, 1.0, "px"),
    CalibrationStep.SCENE: StepRules("pose", 6, 4, 3.0, "mm"),
    CalibrationStep.WRIST: StepRules("mount", 14, 8, 5.0, "mm"),
    CalibrationStep.BASES: StepRules("base", 8, 5, 5.0, "mm"),
}


@dataclass(frozen=True)
class CalibrationJob:
    """What somebody asks to be calibrated: the content of a run folder's ``spec.json``.

    Attributes:
        station: name of the station file.
        step: what is to be found out.
        subject: the camera (intrinsics, scene) or the arm (wrist, bases).
        session: folder of the running station's session; empty when there is none.
        pictures: folder of pictures that were taken before; empty to take them now.
        square_m: edge of a square, measured on the print [m].
        board_at: where the board's centre is for the steps scene and bases: x, y, z in the
            station frame [m], and how far it is turned about the vertical [deg].
    """

    station: str
    step: CalibrationStep
    subject: str
    session: str = ""
    pictures: str = ""
    square_m: float = DEFAULT_SQUARE_M
    board_at: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


def subjects_of(file: StationFile, step: CalibrationStep) -> tuple[str, ...]:
    """Return the names of the cameras or arms that a step is done for."""
    if step is CalibrationStep.INTRINSICS:
        return tuple(camera.name for camera in file.cameras)
    if step is CalibrationStep.SCENE:
        return tuple(camera.name for camera in file.cameras if camera.mount is Mount.SCENE)
    carriers = {camera.arm for camera in file.cameras if camera.mount is Mount.WRIST}
    return tuple(arm.name for arm in file.arms if arm.name in carriers)


def cameras_for(file: StationFile, step: CalibrationStep, subject: str) -> tuple[str, ...]:
    """Return the cameras that look at the board.

    Raises:
        UnknownNameError: the step is not done for that subject.
    """
    subjects = subjects_of(file, step)
    if subject not in subjects:
        is_arm = step in (CalibrationStep.WRIST, CalibrationStep.BASES)
        raise UnknownNameError("arm with cameras" if is_arm else "camera", subject, subjects)
    if step in (CalibrationStep.INTRINSICS, CalibrationStep.SCENE):
        return (subject,)
    return tuple(camera.name for camera in file.cameras if camera.arm == subject)


def recorded_names(file: StationFile, step: CalibrationStep, subject: str) -> tuple[str, ...]:
    """Return what a step finds out about: the cameras on a hand have a record each."""
    is_wrist = step is CalibrationStep.WRIST
    return cameras_for(file, step, subject) if is_wrist else (subject,)


def record_title(step: CalibrationStep, name: str) -> str:
    """Return what a record is called, e.g. ``"intrinsics of wrist_left_minus"``."""
    return f"{RULES[step].record} of {name}"


def find_record(file: StationFile, step: CalibrationStep, name: str) -> CalibrationRecord | None:
    """Return when and how well something was calibrated last; None when it never was."""
    title = record_title(step, name)
    return next((each for each in reversed(file.calibrations) if each.what == title), None)


def with_record(file: StationFile, record: CalibrationRecord) -> StationFile:
    """Return a station with a new record in the place of an older one of the same."""
    others = tuple(each for each in file.calibrations if each.what != record.what)
    return replace(file, calibrations=(*others, record))


def age_in_words(made_on: str, today: date) -> str:
    """Return how old a record is, e.g. ``"12 days old"``."""
    try:
        days = (today - date.fromisoformat(made_on)).days
    except ValueError:
        return f"of “{made_on}”, which is no date"
    if days < 0:
        return f"dated {made_on}, which is yet to come"
    return {0: "of today", 1: "1 day old"}.get(days, f"{days} days old")


def record_in_words(record: CalibrationRecord, today: date) -> str:
    """Return what people want to know, e.g. ``"12 days old, 0.3 mm, 14 pictures"``."""
    age = age_in_words(record.made_on, today)
    return f"{age}, {record.residual:.2g} {record.unit}, {record.pictures} pictures"


def instruction(step: CalibrationStep, subject: str, done: int) -> str:
    """Return what a person is to do next, e.g. ``"Show the board to scene_left_0: 7 of 15."``."""
    if step is CalibrationStep.INTRINSICS:
        words = f"Show the board to {subject}, near and far, tilted to all sides"
    elif step is CalibrationStep.SCENE and not done:
        words = f"Lay the board at its place, where {subject} sees it"
    elif step is CalibrationStep.SCENE:
        words = f"Lay the board elsewhere on the table, where {subject} sees it"
    elif step is CalibrationStep.WRIST:
        words = f"Move the {subject} arm over the board, tilted to all sides, and let it rest"
    else:
        words = f"Move the {subject} arm over the board at its place, and let it rest"
    return f"{words}: {done} of {RULES[step].wanted}."
