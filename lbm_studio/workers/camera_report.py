"""What is attached, and how the cameras of a station are: for the command line and the doctor."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from lbm_studio.core.attached_camera import AttachedCamera
from lbm_studio.core.clock import Clock, MonotonicClock, seconds_between
from lbm_studio.core.embodiment import Mount
from lbm_studio.core.errors import StationError, StudioError, UnknownNameError
from lbm_studio.core.station_file import (
    CameraKind,
    CameraSetup,
    StationFile,
    find_station_file,
    station_names,
)
from lbm_studio.station.cameras.attached import camera_source, list_cameras
from lbm_studio.station.cameras.drift import measure_drift
from lbm_studio.station.cameras.memory import CameraMemory, check_pictures, check_serials
from lbm_studio.station.cameras.pipeline import PicturePipeline
from lbm_studio.station.cameras.source import Image
from lbm_studio.workers.grabber import FIRST_WITHIN_S

ENOUGH_COVERAGE = 0.99
"""Of a policy's picture, the lens should show so much."""


@dataclass(frozen=True)
class SlotReport:
    """How one slot of a station is.

    Attributes:
        slot: its name.
        serial: of the camera that fills it.
        is_fine: whether nothing needs to be done.
        words: how it is, a sentence.
        shift_px: how far a scene camera has moved; None when that is not known [px].
    """

    slot: str
    serial: str
    is_fine: bool
    words: str
    shift_px: float | None = None


@dataclass(frozen=True)
class CameraReport:
    """All cameras of this machine, and the slots of one station.

    Attributes:
        cameras: every device.
        troubles: why others may be missing.
        slots: of the station that was asked for; empty without one.
        is_needed: whether any station has cameras that are not simulated.
    """

    cameras: tuple[AttachedCamera, ...]
    troubles: tuple[str, ...]
    slots: tuple[SlotReport, ...] = ()
    is_needed: bool = False

    def in_words(self) -> str:
        """Return a line for every camera, trouble and slot."""
        lines = [f"{camera.kind:<9} {camera.words}" for camera in self.cameras]
        lines = [*(lines or ["No camera is attached."]), *self.troubles]
        width = max((len(slot.slot) for slot in self.slots), default=0)
        for slot in self.slots:
            lines.append(f"{'ok  ' if slot.is_fine else 'LOOK'} {slot.slot:<{width}} {slot.words}")
        return "\n".join(lines)


def report_cameras(station: str = "", *, remember: bool = False) -> CameraReport:
    """Return what is attached and, of a station, how each slot is; its cameras must be free.

    Args:
        station: name or path of a station file; empty for none.
        remember: whether what the cameras see now is the reference from now on.

    Raises:
        StudioError: there is no such station, or its file cannot be read.
    """
    files = [_station(station)] if station else _readable_stations()
    real = [c for file in files for c in file.cameras if c.kind is not CameraKind.SIMULATED]
    producers = [c.producer for c in real if c.kind is CameraKind.GENICAM and c.producer]
    listing = list_cameras(producers)
    slots = _slots(files[0], remember=remember) if station else ()
    return CameraReport(listing.cameras, listing.troubles, slots, is_needed=bool(real))


def _station(station: str) -> StationFile:
    file = find_station_file(station)
    if file is None:
        raise UnknownNameError("station file", station, station_names())
    return file


def _readable_stations() -> list[StationFile]:
    files: list[StationFile] = []
    for name in station_names():
        try:
            files.append(_station(name))
        except StudioError:
            continue  # told where that station is chosen; it names no producers here
    return files


def _slots(file: StationFile, *, remember: bool) -> tuple[SlotReport, ...]:
    clock, memory = MonotonicClock(), CameraMemory(file.name)
    pictures: dict[str, Image] = {}
    reports = [_look(setup, memory, pictures, clock, remember=remember) for setup in file.cameras]
    if not remember:
        reports = _check(file.cameras, reports, pictures, memory)
    return tuple(reports)


def _look(
    setup: CameraSetup,
    memory: CameraMemory,
    pictures: dict[str, Image],
    clock: Clock,
    *,
    remember: bool,
) -> SlotReport:
    """Take a picture with the camera of a slot and say what it shows."""
    if setup.kind is CameraKind.SIMULATED:
        return SlotReport(setup.name, "", True, "Simulated.")
    try:
        pipeline = PicturePipeline(setup)
        picture = pictures[setup.name] = _picture(setup, pipeline, clock)
    except StationError as error:
        return SlotReport(setup.name, setup.serial, False, str(error))
    if remember:
        memory.remember(setup, picture)
        return SlotReport(setup.name, setup.serial, True, "What it sees now is remembered.")
    if pipeline.coverage < ENOUGH_COVERAGE:
        words = f"Its lens shows only {100 * pipeline.coverage:.0f} % of what a policy should see."
        return SlotReport(setup.name, setup.serial, False, words)
    reference = memory.reference(setup)
    if reference is None or setup.mount is not Mount.SCENE:
        return SlotReport(setup.name, setup.serial, True, "It gives pictures.")
    drift = measure_drift(reference, picture)
    words = f"It gives pictures and {drift.words}."
    return SlotReport(setup.name, setup.serial, not drift.has_moved, words, drift.shift_px)


def _picture(setup: CameraSetup, pipeline: PicturePipeline, clock: Clock) -> Image:
    with closing(camera_source(setup, clock)) as source:
        source.open()
        begun_ns = clock.now_ns()
        while seconds_between(begun_ns, clock.now_ns()) < FIRST_WITHIN_S:
            picture = source.read(FIRST_WITHIN_S)
            if picture is not None:
                return pipeline(picture.image)
        raise StationError(f"It gives no pictures: {source.identity.words}. Check its cable.")


def _check(
    cameras: Sequence[CameraSetup],
    reports: list[SlotReport],
    pictures: dict[str, Image],
    memory: CameraMemory,
) -> list[SlotReport]:
    """Add what stands against the cameras as a whole, where all give pictures."""
    try:
        check_serials(cameras, memory)
        seen = [setup for setup in cameras if setup.name in pictures]
        check_pictures(seen, pictures, memory)
    except StationError as error:
        return [*reports, SlotReport("all", "", False, str(error))]
    return reports
