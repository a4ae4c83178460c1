"""Stations as files: what is attached where, in TOML that people can read and mend.

A station file tells everything a :class:`StationDescription` does, and what only this machine
knows: addresses, serial numbers, how a camera's picture is turned, and when what was calibrated.
Poses are tables of ``position_m = [x, y, z]`` and ``rotation``, three rows.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from math import pi
from pathlib import Path

from lbm_studio.core.embodiment import (
    ArmDescription,
    CameraDescription,
    ChunkSpec,
    Embodiment,
    Measurement,
    Mount,
    SafetyCard,
    StationDescription,
)
from lbm_studio.core.errors import StudioError
from lbm_studio.core.paths import resources, user_data
from lbm_studio.core.pose import Pose
from lbm_studio.core.runs import write_text
from lbm_studio.core.toml import FieldError, from_toml, to_toml

STATIONS_FOLDER = "stations"
STATION_SUFFIX = ".toml"
STATION_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
QUARTER_TURNS_DEG = (0, 90, 180, 270)


class Driver(StrEnum):
    """What moves the arms of a station."""

    SIMULATED = "simulated"
    FRANKA = "franka"


class CameraKind(StrEnum):
    """What a camera's pictures come through."""

    SIMULATED = "simulated"
    OPENCV = "opencv"
    FILE = "file"
    REALSENSE = "realsense"
    GENICAM = "genicam"


@dataclass(frozen=True)
class ArmSetup:
    """One arm and where it is.

    Attributes:
        name: e.g. ``"right"``.
        address: host or IP of the arm's control interface; empty when simulated, or not yet known.
        base: pose of the arm's base in the station frame.
        home_joints_rad: the joint angles it rests at [rad].
        gripper_max_width_m: distance between the fingers when fully open [m].
    """

    name: str
    address: str
    base: Pose
    home_joints_rad: tuple[float, ...]
    gripper_max_width_m: float


@dataclass(frozen=True)
class Intrinsics:
    """A camera's lens, as calibrated.

    Of the picture after rotation, mirror and crop, before rectification.

    Attributes:
        fx_px: focal length along x [px].
        fy_px: focal length along y [px].
        cx_px: principal point, x [px].
        cy_px: principal point, y [px].
        distortion: OpenCV's coefficients, k1, k2, p1, p2 and on.
    """

    fx_px: float
    fy_px: float
    cx_px: float
    cy_px: float
    distortion: tuple[float, ...] = ()


@dataclass(frozen=True)
class CameraSetup:
    """One camera: the slot it fills, the device that fills it, and what the policy sees.

    Attributes:
        name: the slot, e.g. ``"wrist_left_minus"``.
        mount: fixed in the scene or to a hand.
        arm: the arm that carries it; None for a scene camera.
        kind: what its pictures come through.
        serial: of the device; empty while the slot is not filled.
        producer: a GenICam producer (.cti) or a video file; empty otherwise.
        width_px: image width of the ideal pinhole that the policy sees [px].
        height_px: its image height [px].
        vertical_fov_rad: its vertical field of view [rad].
        pose: in the station frame (scene) or the end effector frame of its arm (wrist), looking
            along -z, y up.
        latency_s: how long after it was taken a picture is there [s].
        rate_hz: pictures a second [Hz].
        rotation_deg: how the device's picture is turned clockwise, 0, 90, 180 or 270 [deg].
        mirror: whether left and right are exchanged, after the rotation.
        crop_px: x, y, width, height of what is kept, after rotation and mirror; None: all [px].
        exposure_us: exposure time; None: automatic [us].
        intrinsics: its lens, once calibrated.
    """

    name: str
    mount: Mount
    arm: str | None
    kind: CameraKind
    serial: str
    producer: str
    width_px: int
    height_px: int
    vertical_fov_rad: float
    pose: Pose
    latency_s: float
    rate_hz: float
    rotation_deg: int = 0
    mirror: bool = False
    crop_px: tuple[int, int, int, int] | None = None
    exposure_us: float | None = None
    intrinsics: Intrinsics | None = None


@dataclass(frozen=True)
class CalibrationRecord:
    """That something was calibrated, and how well.

    Attributes:
        what: e.g. ``"intrinsics of wrist_left_minus"``.
        made_on: ISO date.
        residual: what was left over, in ``unit``.
        unit: ``"px"`` or ``"mm"``.
        pictures: how many it was made from.
    """

    what: str
    made_on: str
    residual: float
    unit: str
    pictures: int


@dataclass(frozen=True)
class StationFile:
    """A station as its file tells it.

    Attributes:
        name: of the station and of its file, without the suffix.
        title: the name people read.
        driver: what moves its arms.
        embodiment_name: stations of one embodiment share policies and datasets.
        chunk: horizon and rate of its policies.
        arms: in action order.
        cameras: in the order the policy sees them.
        safety: the limits in force.
        calibrations: what was calibrated, latest last.
        realtime: whether the control loop insists on a real-time kernel, as hardware should.
    """

    name: str
    title: str
    driver: Driver
    embodiment_name: str
    chunk: ChunkSpec
    arms: tuple[ArmSetup, ...]
    cameras: tuple[CameraSetup, ...]
    safety: SafetyCard = field(default_factory=SafetyCard)
    calibrations: tuple[CalibrationRecord, ...] = ()
    realtime: bool = True

    @property
    def description(self) -> StationDescription:
        """What everybody else is told of this station."""
        return StationDescription(
            name=self.name,
            title=self.title,
            simulated=self.driver is Driver.SIMULATED,
            embodiment=Embodiment(
                self.embodiment_name,
                tuple(_described_arm(arm) for arm in self.arms),
                tuple(_described_camera(camera) for camera in self.cameras),
                self.chunk,
            ),
            safety=self.safety,
            measures=tuple(Measurement),
        )


def stations_folder() -> Path:
    """Return the folder of the user's station files (not created)."""
    return user_data() / STATIONS_FOLDER


def station_names() -> tuple[str, ...]:
    """Return the names of the user's station files."""
    return tuple(sorted(path.stem for path in stations_folder().glob(f"*{STATION_SUFFIX}")))


def station_path(station: str) -> Path:
    """Return where the file of a station is, or would be: by its name, or as a path to it."""
    is_path = station.endswith(STATION_SUFFIX) or "/" in station
    return Path(station) if is_path else stations_folder() / f"{station}{STATION_SUFFIX}"


def find_station_file(station: str) -> StationFile | None:
    """Return the station file of a name or path; None when no file is called so.

    Raises:
        StudioError: it cannot be read, or is called otherwise than the station in it.
    """
    path = station_path(station)
    if not path.exists():
        return None
    file = read_station_file(path)
    if file.name != path.stem:
        raise StudioError(
            f"The station file {path.name} is of a station called “{file.name}”. "
            f'Call the file {file.name}{STATION_SUFFIX}, or write name = "{path.stem}" into it.'
        )
    return file


def built_in_station_file(name: str) -> StationFile:
    """Return the file of a station that ships.

    Raises:
        StudioError: the installation is incomplete.
    """
    return read_station_file(resources() / STATIONS_FOLDER / f"{name}{STATION_SUFFIX}")


def read_station_file(path: Path) -> StationFile:
    """Return the station that a file describes.

    Raises:
        StudioError: it cannot be read; the sentence names the field and the valid choices.
    """
    try:
        file = from_toml(StationFile, path.read_text(encoding="utf-8"))
        check_station(file)
    except FileNotFoundError as error:
        raise StudioError(f"There is no station file {path}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise StudioError(f"The station file {path.name} cannot be read: {error}.") from error
    except FieldError as error:
        raise StudioError(f"The station file {path.name} cannot be read: {error}.") from error
    return file


def write_station_file(path: Path, file: StationFile) -> None:
    """Write a station file, whole or not at all; its folder is made.

    Raises:
        FieldError: a field is out of range.
        OSError: the disk refuses.
    """
    check_station(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, to_toml(file))


def check_station(file: StationFile) -> None:
    """See that a station's values are possible; addresses and serial numbers may be missing.

    Raises:
        FieldError: the first that is not.
    """
    for problem in station_problems(file):
        raise problem


def station_problems(file: StationFile) -> Iterator[FieldError]:
    """Yield every field whose value is impossible."""
    if not STATION_NAME.fullmatch(file.name):
        yield FieldError("name", "should be letters, digits, - and _, e.g. “bench-1”")
    if not file.title.strip():
        yield FieldError("title", "should not be empty")
    yield from _chunk_problems(file.chunk)
    yield from _repeated("arms", (arm.name for arm in file.arms))
    yield from _repeated("cameras", (camera.name for camera in file.cameras))
    addresses = [arm.address for arm in file.arms]
    for index, arm in enumerate(file.arms):
        if arm.address and arm.address in addresses[:index]:
            yield FieldError(f"arms[{index}].address", "is another arm's too")
        if not 0.0 < arm.gripper_max_width_m < 1.0:
            yield FieldError(f"arms[{index}].gripper_max_width_m", "should be between 0 and 1 m")
    for index, camera in enumerate(file.cameras):
        names = tuple(arm.name for arm in file.arms)
        for name, reason in _camera_problems(camera, names):
            yield FieldError(f"cameras[{index}].{name}", reason)
    for axis, low, high in zip(
        "xyz", file.safety.workspace_min_m, file.safety.workspace_max_m, strict=True
    ):
        if low >= high:
            yield FieldError(
                "safety.workspace_min_m", f"should lie below workspace_max_m in {axis}"
            )


def _chunk_problems(chunk: ChunkSpec) -> Iterator[FieldError]:
    if chunk.rate_hz <= 0.0:
        yield FieldError("chunk.rate_hz", "should be above 0")
    if chunk.past < 0:
        yield FieldError("chunk.past", "should not be below 0")
    if not 0 < chunk.execute <= chunk.length - chunk.past:
        yield FieldError("chunk.execute", "should be at least 1 and fit behind the past steps")


def _repeated(where: str, names: Iterable[str]) -> Iterator[FieldError]:
    seen: list[str] = []
    for index, name in enumerate(names):
        if not name:
            yield FieldError(f"{where}[{index}].name", "should not be empty")
        elif name in seen:
            yield FieldError(f"{where}[{index}].name", f"repeats “{name}”")
        seen.append(name)
    if not seen:
        yield FieldError(where, "should not be empty")


def _camera_problems(camera: CameraSetup, arms: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if camera.mount is Mount.WRIST and camera.arm not in arms:
        yield "arm", f"should be one of {', '.join(arms)}, not “{camera.arm or ''}”"
    if camera.mount is Mount.SCENE and camera.arm is not None:
        yield "arm", "belongs to a wrist camera; leave it out"
    for name in ("width_px", "height_px", "rate_hz"):
        if getattr(camera, name) <= 0:
            yield name, "should be above 0"
    if camera.latency_s < 0.0:
        yield "latency_s", "should not be below 0"
    if not 0.0 < camera.vertical_fov_rad < pi:
        yield "vertical_fov_rad", "should be between 0 and 3.14"
    if camera.rotation_deg not in QUARTER_TURNS_DEG:
        choices = ", ".join(map(str, QUARTER_TURNS_DEG))
        yield "rotation_deg", f"should be one of {choices}, not {camera.rotation_deg}"
    if camera.crop_px is not None and not _is_crop(camera.crop_px):
        yield "crop_px", "should be x, y, width and height, the last two above 0"
    if camera.exposure_us is not None and camera.exposure_us <= 0.0:
        yield "exposure_us", "should be above 0; leave it out for automatic exposure"


def _is_crop(crop_px: tuple[int, int, int, int]) -> bool:
    x, y, width, height = crop_px
    return x >= 0 and y >= 0 and width > 0 and height > 0


def _described_arm(arm: ArmSetup) -> ArmDescription:
    return ArmDescription(arm.name, arm.base, arm.home_joints_rad, arm.gripper_max_width_m)


def _described_camera(camera: CameraSetup) -> CameraDescription:
    return CameraDescription(
        camera.name,
        camera.mount,
        camera.arm,
        camera.width_px,
        camera.height_px,
        camera.vertical_fov_rad,
        camera.pose,
        camera.latency_s,
    )
