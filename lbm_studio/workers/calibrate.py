"""The calibration process: takes pictures of the board, and writes what they say into the station.

The pictures stay in the run folder, so that what was done can be done again with ``--pictures``.
"""

import argparse
import json
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.action import Action
from lbm_studio.core.calibration import (
    CALIBRATIONS_FOLDER,
    RULES,
    CalibrationJob,
    CalibrationStep,
    cameras_for,
    instruction,
)
from lbm_studio.core.codec import from_json
from lbm_studio.core.errors import StationError, StudioError
from lbm_studio.core.paths import user_data
from lbm_studio.core.pose import Pose
from lbm_studio.core.runs import (
    SPEC_FILE,
    EventKind,
    EventLog,
    JobStatus,
    claim,
    release,
    stop_requested,
)
from lbm_studio.core.station_file import (
    CameraKind,
    CameraSetup,
    StationFile,
    read_station_file,
    station_path,
    write_station_file,
)
from lbm_studio.link.bus import TICK_TOPIC, Subscriber
from lbm_studio.link.frames import FrameReader
from lbm_studio.link.messages import Tick
from lbm_studio.link.session import Session
from lbm_studio.station.calibration.collection import Collection
from lbm_studio.station.calibration.detection import BoardFinder
from lbm_studio.station.calibration.pictures import LIST_FILE, PictureFolder, read_pictures
from lbm_studio.station.calibration.procedure import Calibrated, board_of, calibrate
from lbm_studio.station.cameras.attached import camera_source
from lbm_studio.station.cameras.pipeline import cropped, turned
from lbm_studio.workers.introduction import ask_description

PICTURES_FOLDER = "pictures"

_KEPT_TICKS = 64
_MM_PER_M = 1000.0
_WAIT_S = 0.1

Tell = Callable[[str, int, int], object]
"""Takes what is to be done, how many pictures there are, and how many are wanted."""

IsOver = Callable[[], bool]


@dataclass(frozen=True, eq=False)
class Offered:
    """A picture to choose from.

    Attributes:
        camera: that took it.
        image: (H, W, 3) RGB.
        hand: pose of the end effector that carries the camera, in the frame of its arm's base.
        is_raw: whether it shows what the lens does.
    """

    camera: str
    image: NDArray[np.uint8]
    hand: Pose | None
    is_raw: bool


def run_calibration(
    job: CalibrationJob, folder: Path, tell: Tell, is_over: IsOver
) -> Calibrated | None:
    """Calibrate and write the station file; None when it was over before there were enough.

    Args:
        job: what is asked for.
        folder: takes the pictures, unless the job names a folder of some.
        tell: told what is to be done, and how far it is.
        is_over: whether to give up.

    Raises:
        StudioError: it cannot be done; the sentence says what to do about it.
    """
    path = station_path(job.station)
    cameras = cameras_for(read_station_file(path), job.step, job.subject)
    pictures = Path(job.pictures) if job.pictures else folder / PICTURES_FOLDER
    if not job.pictures and not _collect(job, read_station_file(path), pictures, tell, is_over):
        return None
    wanted = RULES[job.step].wanted
    tell("Calculating.", wanted, wanted)
    file = read_station_file(path)  # it may have been edited since
    found = calibrate(job, file, read_pictures(pictures, cameras), date.today())
    write_station_file(path, found.file)
    return found


def calibrate_by_command(
    options: argparse.Namespace, say: Callable[[str], object], is_over: IsOver
) -> Calibrated | None:
    """Calibrate what a command asks for; None when it was interrupted.

    Raises:
        StudioError: see :func:`run_calibration`.
    """
    if not options.station:
        raise StationError("Name the station that is to be calibrated with --station.")
    job = CalibrationJob(
        station=options.station,
        step=options.step,
        subject=options.subject,
        session=str(options.session or ""),
        pictures=str(options.pictures or ""),
        square_m=options.square_mm / _MM_PER_M,
        board_at=tuple(options.board_at),
    )
    name = f"{time.strftime('%Y-%m-%d_%H-%M-%S')}_{job.step}_{job.subject}"
    folder = options.out or user_data() / CALIBRATIONS_FOLDER / name
    return run_calibration(job, folder, _once(lambda stage, *_: say(stage)), is_over)


# --- taking pictures -----------------------------------------------------------------------------


def _collect(
    job: CalibrationJob, file: StationFile, folder: Path, tell: Tell, is_over: IsOver
) -> bool:
    """Take pictures until there are enough; return whether there are."""
    if (folder / LIST_FILE).exists():
        raise StudioError(f"{folder} holds pictures already. Choose another folder for new ones.")
    cameras = cameras_for(file, job.step, job.subject)
    offers = _offers(job, file, cameras, is_over)
    finder = BoardFinder(board_of(job))
    collection = Collection(finder, job.step, cameras, PictureFolder(folder))
    wanted = RULES[job.step].wanted
    tell(instruction(job.step, job.subject, 0), 0, wanted)
    with closing(offers):
        for each in offers:
            hint = collection.offer(each.camera, each.image, each.hand, is_raw=each.is_raw)
            done = collection.done
            tell(f"{instruction(job.step, job.subject, done)} {hint}", done, wanted)
            if collection.is_complete:
                return True
    return False


def _offers(
    job: CalibrationJob, file: StationFile, cameras: tuple[str, ...], is_over: IsOver
) -> Generator[Offered]:
    """Return pictures as they come: those of the running station, or of the camera itself.

    Raises:
        StationError: they have to come from the other one.
    """
    setup = next(camera for camera in file.cameras if camera.name == cameras[0])
    is_device = setup.kind is not CameraKind.SIMULATED
    if job.session and is_device and job.step is CalibrationStep.INTRINSICS:
        raise StationError(
            "Disconnect the station first: the lens is seen in pictures of the camera itself."
        )
    if job.session:
        return ring_offers(Session(Path(job.session)), cameras, is_over)
    if is_device and job.step in (CalibrationStep.INTRINSICS, CalibrationStep.SCENE):
        return camera_offers(setup, is_over)
    raise StationError(
        "Connect the station first, or name a folder of pictures that were taken before."
    )


def camera_offers(setup: CameraSetup, is_over: IsOver) -> Generator[Offered]:
    """Yield pictures of one device as its lens makes them: turned and cropped, not rectified."""
    with closing(camera_source(setup)) as source:
        source.open()
        while not is_over():
            picture = source.read(_WAIT_S)
            if picture is not None:
                upright = turned(picture.image, setup)
                image = np.ascontiguousarray(cropped(upright, setup))
                yield Offered(setup.name, image, None, is_raw=True)


def ring_offers(session: Session, cameras: tuple[str, ...], is_over: IsOver) -> Generator[Offered]:
    """Yield pictures of a running station, each with where its hand was when it was taken."""
    body = ask_description(session).embodiment
    carriers = {name: body.camera(name).arm for name in cameras}
    bases = {arm.name: arm.base for arm in body.arms}
    states: dict[int, Action] = {}
    newest_ns = 0
    with (
        FrameReader(session.ring_name) as reader,
        Subscriber(session.station_events, TICK_TOPIC) as ticks,
    ):
        while not is_over():
            _follow(ticks, states, body.arm_names)
            if reader.newest_ns == newest_ns or not states:
                continue
            newest_ns = reader.newest_ns
            if (frames := reader.read()) is None:
                continue
            for name, arm in carriers.items():
                taken_ns = frames.images_captured_ns[name]
                moment_ns = min(states, key=lambda each_ns: abs(each_ns - taken_ns))
                pose = states[moment_ns].arms[arm].pose if arm else None
                hand = pose.relative_to(bases[arm]) if arm and pose else None
                yield Offered(name, frames.images[name], hand, is_raw=False)


def _follow(ticks: Subscriber, states: dict[int, Action], arms: Sequence[str]) -> None:
    """Keep where the arms were at the last ticks, by when that was measured [ns]."""
    tick = ticks.receive(_WAIT_S)
    while isinstance(tick, Tick):
        states[tick.captured_ns] = Action.from_vector(np.array(tick.state), arms)
        tick = ticks.receive()
    for old in sorted(states)[:-_KEPT_TICKS]:
        del states[old]


# --- as a job ------------------------------------------------------------------------------------


def main(arguments: list[str]) -> int:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(prog="lbm-studio worker calibrate", description=__doc__)
    parser.add_argument("run", type=Path, help="run folder with spec.json")
    folder: Path = parser.parse_args(arguments).run
    claim(folder)
    log = EventLog(folder)
    log.status(JobStatus.RUNNING)
    try:
        spec = json.loads((folder / SPEC_FILE).read_text(encoding="utf-8"))
        job = from_json(CalibrationJob, spec, where=SPEC_FILE)
        found = run_calibration(job, folder, _teller(log), lambda: stop_requested(folder))
        if found is None:
            log.status(JobStatus.STOPPED, "Given up; nothing was changed.")
        else:
            log.status(JobStatus.DONE, found.in_words())
    except StudioError as error:
        log.status(JobStatus.FAILED, str(error))
        return 1
    finally:
        release(folder)
    return 0


def _teller(log: EventLog) -> Tell:
    """Return what writes progress down."""

    def tell(stage: str, done: int, total: int) -> None:
        with suppress(OSError):  # a full disk shows soon enough, when it matters
            log.emit(EventKind.PROGRESS, stage=stage, done=done, total=total)

    return _once(tell)


def _once(tell: Tell) -> Tell:
    """Return what tells everything once, however often it is said in a row."""
    last = ""

    def tell_news(stage: str, done: int, total: int) -> None:
        nonlocal last
        if stage != last:
            last = stage
            tell(stage, done, total)

    return tell_news
