"""From pictures of the board to a calibrated station, or a sentence that says why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import radians

import numpy as np

from lbm_studio.core.calibration import (
    RULES,
    CalibrationJob,
    CalibrationStep,
    cameras_for,
    record_title,
    with_record,
)
from lbm_studio.core.errors import StationError
from lbm_studio.core.pose import Pose, rotation_from_vector
from lbm_studio.core.station_file import (
    CalibrationRecord,
    CameraKind,
    CameraSetup,
    Intrinsics,
    StationFile,
)
from lbm_studio.station.calibration.board import Board
from lbm_studio.station.calibration.detection import BoardFinder, Sighting
from lbm_studio.station.calibration.hand_eye import HandSighting, find_board, mount_cameras
from lbm_studio.station.calibration.intrinsics import find_lens
from lbm_studio.station.calibration.lens import board_in_camera, ideal_lens
from lbm_studio.station.calibration.pictures import BoardPicture, sizes_of
from lbm_studio.station.calibration.residual import Residual
from lbm_studio.station.calibration.scene import place_camera
from lbm_studio.station.calibration.variety import (
    count_different,
    largest_tilt_rad,
    second_turn_rad,
)

_LEAST_TILT_RAD = radians(25.0)
_LEAST_TURN_RAD = radians(8.0)


@dataclass(frozen=True)
class Calibrated:
    """What came of it.

    Attributes:
        file: the station with what was found out.
        residuals: what is left over, by camera or arm.
        pictures: how many it was made from, likewise.
        remark: one more figure in words, or empty.
    """

    file: StationFile
    residuals: Mapping[str, Residual]
    pictures: Mapping[str, int]
    remark: str = ""

    def in_words(self) -> str:
        """Return a line for every camera or arm."""
        lines = [
            f"{name}: {left.px:.2f} px, {left.mm:.2f} mm left over, {self.pictures[name]} pictures"
            for name, left in self.residuals.items()
        ]
        return "\n".join([*lines, self.remark] if self.remark else lines)


@dataclass(frozen=True, eq=False)
class _View:
    """A picture that shows the board, and how its camera maps it."""

    camera: str
    seen: Sighting
    hand: Pose | None
    is_raw: bool


def board_of(job: CalibrationJob) -> Board:
    """Return the board that a job is done with."""
    return Board(square_m=job.square_m)


def calibrate(
    job: CalibrationJob, file: StationFile, pictures: Sequence[BoardPicture], today: date
) -> Calibrated:
    """Return the station with what the pictures say.

    Args:
        job: what is asked for.
        file: the station as it is.
        pictures: of the cameras concerned; others are left out.
        today: the date of the records.

    Raises:
        UnknownNameError: there is no such camera or arm.
        StationError: the pictures do not say it; the sentence tells what to do.
    """
    names = cameras_for(file, job.step, job.subject)
    own = [picture for picture in pictures if picture.entry.camera in names]
    sizes = sizes_of(own)
    views = _views(job, own, sizes, names)
    match job.step:
        case CalibrationStep.INTRINSICS:
            found = _intrinsics(job, file, views, sizes[job.subject])
        case CalibrationStep.SCENE:
            found = _scene(job, file, views)
        case CalibrationStep.WRIST:
            found = _wrist(job, file, views)
        case CalibrationStep.BASES:
            found = _base(job, file, views)
    _require_agreement(job.step, found)
    return _recorded(job.step, found, today)


# --- the steps -----------------------------------------------------------------------------------


def _intrinsics(
    job: CalibrationJob, file: StationFile, views: list[_View], size: tuple[int, int]
) -> Calibrated:
    camera, board, seen = _camera(file, job.subject), board_of(job), [each.seen for each in views]
    if camera.kind is not CameraKind.SIMULATED and not all(each.is_raw for each in views):
        raise StationError(
            f"The lens of {job.subject} cannot be seen in pictures that are rectified already. "
            "Take pictures from the camera itself, with the station disconnected."
        )
    roughly = ideal_lens(*size, camera.vertical_fov_rad)
    if largest_tilt_rad([board_in_camera(s, board, roughly) for s in seen]) < _LEAST_TILT_RAD:
        raise StationError(
            "The board faces the same way in all pictures. Tilt it to all sides, by about 30°."
        )
    found = find_lens(seen, board, *size)
    error = f"focal length {found.lens.fx_px:.1f} ± {found.focal_error_px:.1f} px"
    return Calibrated(
        _with_camera(file, replace(camera, intrinsics=found.lens)),
        {job.subject: found.residual},
        {job.subject: len(views)},
        error,
    )


def _scene(job: CalibrationJob, file: StationFile, views: list[_View]) -> Calibrated:
    camera = _camera(file, job.subject)
    lens = _lens(camera, is_raw=views[0].is_raw)
    place = _place(job)
    found = place_camera([each.seen for each in views], board_of(job), lens, place)
    moved = f"moved by {1000.0 * found.pose.distance_m(camera.pose):.1f} mm from where it was noted"
    return Calibrated(
        _with_camera(file, replace(camera, pose=found.pose)),
        {job.subject: found.residual},
        {job.subject: len(views)},
        moved,
    )


def _wrist(job: CalibrationJob, file: StationFile, views: list[_View]) -> Calibrated:
    sightings, lenses = _hand_sightings(file, views)
    for name in lenses:
        hands = [each.hand for each in sightings if each.camera == name]
        if second_turn_rad(hands) < _LEAST_TURN_RAD:
            raise StationError(
                "The hand points the same way in all pictures, or turned about one axis only. "
                "Tilt it by about 20° to all sides, and turn it by about 45°."
            )
    found = mount_cameras(sightings, board_of(job), lenses)
    for name, mount in found.mounts.items():
        file = _with_camera(file, replace(_camera(file, name), pose=mount))
    return Calibrated(file, found.residuals, _counts(views))


def _base(job: CalibrationJob, file: StationFile, views: list[_View]) -> Calibrated:
    sightings, lenses = _hand_sightings(file, views)
    mounts = {name: _camera(file, name).pose for name in lenses}
    found = find_board(sightings, board_of(job), lenses, mounts)
    base = _place(job) @ found.board_in_base.inverse()
    arms = tuple(replace(arm, base=base) if arm.name == job.subject else arm for arm in file.arms)
    before = next(arm.base for arm in file.arms if arm.name == job.subject)
    moved = f"moved by {1000.0 * base.distance_m(before):.1f} mm from where it was noted"
    worst = max(found.residuals.values(), key=lambda residual: residual.mm)
    return Calibrated(
        replace(file, arms=arms), {job.subject: worst}, {job.subject: len(views)}, moved
    )


# --- what they share -----------------------------------------------------------------------------


def _views(
    job: CalibrationJob,
    pictures: Sequence[BoardPicture],
    sizes: Mapping[str, tuple[int, int]],
    names: Sequence[str],
) -> list[_View]:
    """Return the pictures that show the board, once there are enough of every camera."""
    finder, needed = BoardFinder(board_of(job)), RULES[job.step].needed
    views: list[_View] = []
    for name in names:
        own = [picture for picture in pictures if picture.entry.camera == name]
        found = [
            _View(name, seen, picture.entry.hand, picture.entry.is_raw)
            for picture in own
            if (seen := finder.find(picture.image)) is not None
        ]
        _require_enough(name, len(own), found, sizes, needed)
        views += found
    return views


def _require_enough(
    name: str,
    offered: int,
    found: Sequence[_View],
    sizes: Mapping[str, tuple[int, int]],
    needed: int,
) -> None:
    if not offered:
        raise StationError(f"There are no pictures of {name}.")
    if not found:
        raise StationError(
            f"The board is in none of the {offered} pictures of {name}. See that it is the "
            "printed board, evenly lit, flat, and large enough in the picture."
        )
    if len(found) < needed:
        raise StationError(
            f"The board is in {len(found)} of {offered} pictures of {name}; {needed} are needed."
        )
    different = count_different([each.seen for each in found], sizes[name][0])
    if different < needed:
        raise StationError(
            f"Only {different} of the {len(found)} pictures of {name} differ; "
            f"{needed} are needed. Move between the pictures."
        )


def _hand_sightings(
    file: StationFile, views: Sequence[_View]
) -> tuple[list[HandSighting], dict[str, Intrinsics]]:
    lenses = {each.camera: _lens(_camera(file, each.camera), is_raw=each.is_raw) for each in views}
    sightings: list[HandSighting] = []
    for each in views:
        if each.hand is None:
            raise StationError(
                f"A picture of {each.camera} does not say where the hand was. Take them anew."
            )
        sightings.append(HandSighting(each.camera, each.seen, each.hand))
    return sightings, lenses


def _lens(camera: CameraSetup, *, is_raw: bool) -> Intrinsics:
    if not is_raw and (camera.kind is CameraKind.SIMULATED or camera.intrinsics is not None):
        return ideal_lens(camera.width_px, camera.height_px, camera.vertical_fov_rad)
    if camera.intrinsics is None:
        raise StationError(f"Calibrate the intrinsics of {camera.name} first.")
    return camera.intrinsics


def _place(job: CalibrationJob) -> Pose:
    x, y, z, yaw_deg = job.board_at
    return Pose(np.array([x, y, z]), rotation_from_vector(np.array([0.0, 0.0, radians(yaw_deg)])))


def _camera(file: StationFile, name: str) -> CameraSetup:
    return next(camera for camera in file.cameras if camera.name == name)


def _with_camera(file: StationFile, changed: CameraSetup) -> StationFile:
    cameras = tuple(changed if each.name == changed.name else each for each in file.cameras)
    return replace(file, cameras=cameras)


def _counts(views: Sequence[_View]) -> dict[str, int]:
    names = [each.camera for each in views]
    return {name: names.count(name) for name in names}


def _require_agreement(step: CalibrationStep, found: Calibrated) -> None:
    rules = RULES[step]
    for name, residual in found.residuals.items():
        left = _residual(residual, rules.unit)
        if left > rules.most:
            raise StationError(
                f"The pictures of {name} contradict each other by {left:.1f} {rules.unit}; at most "
                f"{rules.most:g} {rules.unit} are allowed. See that the board is flat and its "
                "squares measure what was said, that everything is at rest in every picture, and "
                "that the steps before were done."
            )


def _recorded(step: CalibrationStep, found: Calibrated, today: date) -> Calibrated:
    file, unit = found.file, RULES[step].unit
    for name, residual in found.residuals.items():
        left, count = round(_residual(residual, unit), 3), found.pictures[name]
        title = record_title(step, name)
        file = with_record(file, CalibrationRecord(title, today.isoformat(), left, unit, count))
    return replace(found, file=file)


def _residual(residual: Residual, unit: str) -> float:
    return residual.px if unit == "px" else residual.mm
