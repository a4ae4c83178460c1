"""The calibration process: pictures of a folder, of a running station, of a device; its job."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lbm_studio import cli
from lbm_studio.core.action import Action, ArmTarget
from lbm_studio.core.calibration import CalibrationJob, CalibrationStep
from lbm_studio.core.codec import to_json
from lbm_studio.core.errors import StudioError
from lbm_studio.core.paths import DATA_VARIABLE
from lbm_studio.core.pose import Pose
from lbm_studio.core.runs import (
    SPEC_FILE,
    EventKind,
    JobStatus,
    job_status,
    read_events,
    write_json,
)
from lbm_studio.core.station_file import (
    CameraKind,
    Driver,
    read_station_file,
    station_path,
    write_station_file,
)
from lbm_studio.link.bus import TICK_TOPIC
from lbm_studio.link.frames import FrameRing
from lbm_studio.link.messages import Tick
from lbm_studio.link.session import Session
from lbm_studio.station.calibration.board import Board
from lbm_studio.station.calibration.pictures import PictureFolder, read_pictures
from lbm_studio.station.simulation.embodiments import dual_fr3
from lbm_studio.workers.calibrate import main, ring_offers, run_calibration
from tests.core.station_files import station_file_of
from tests.station.calibration.boards import pictures_of_board
from tests.workers.processes import StandInStation, make_tick

SCENE = "scene_left_0"
WRIST = "wrist_left_plus"
MOST_LOOKS = 300
JOB = CalibrationJob("bench", CalibrationStep.SCENE, SCENE)
STATION = dual_fr3()
JOINTS = (0.0,) * sum(len(arm.home_joints_rad) for arm in STATION.embodiment.arms)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a station called bench, whose cameras are simulated."""
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "data"))
    path = station_path("bench")
    write_station_file(
        path, replace(station_file_of(STATION, driver=Driver.SIMULATED), name="bench")
    )
    return path


@pytest.fixture(scope="module")
def laid_pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of the board on the table, as somebody took them before."""
    folder = PictureFolder(tmp_path_factory.mktemp("pictures"))
    places = [(0.0, 0.0), (0.06, 0.03), (-0.06, 0.05), (0.03, -0.07), (-0.04, -0.05), (0.08, 0.0)]
    poses = [Pose(np.array([x, y, 0.0]), np.eye(3)) for x, y in places]
    for picture in pictures_of_board(STATION, SCENE, Board(), poses):
        folder.add(SCENE, picture, is_raw=False)
    return folder.folder


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    session = Session.create()
    yield session
    session.remove()


def test_pictures_of_a_folder_change_the_station_file(
    bench: Path, laid_pictures: Path, tmp_path: Path
) -> None:
    told: list[str] = []
    job = replace(JOB, pictures=str(laid_pictures))

    found = run_calibration(job, tmp_path, lambda stage, *_: told.append(stage), lambda: False)

    camera = next(each for each in read_station_file(bench).cameras if each.name == SCENE)
    assert found is not None
    assert camera.pose.distance_m(STATION.embodiment.camera(SCENE).pose) < 0.002
    assert read_station_file(bench).calibrations[-1].what == f"pose of {SCENE}"
    assert told == ["Calculating."]


def test_a_job_says_how_it_ended(bench: Path, laid_pictures: Path, tmp_path: Path) -> None:
    write_json(tmp_path / SPEC_FILE, to_json(replace(JOB, pictures=str(laid_pictures))))

    assert main([str(tmp_path)]) == 0

    last = list(read_events(tmp_path))[-1]
    assert job_status(tmp_path) is JobStatus.DONE
    assert last.kind is EventKind.STATUS
    assert last.data["message"].startswith(f"{SCENE}: 0.")


def test_a_job_that_cannot_be_done_says_why_and_changes_nothing(
    bench: Path, tmp_path: Path
) -> None:
    before = bench.read_text()
    write_json(tmp_path / SPEC_FILE, to_json(JOB))

    assert main([str(tmp_path)]) == 1

    assert job_status(tmp_path) is JobStatus.FAILED
    assert "Connect the station first" in list(read_events(tmp_path))[-1].data["message"]
    assert bench.read_text() == before


def test_the_lens_of_a_real_camera_is_not_looked_for_while_the_station_has_it(
    bench: Path, tmp_path: Path, session: Session
) -> None:
    file = read_station_file(bench)
    real = tuple(replace(camera, kind=CameraKind.OPENCV) for camera in file.cameras)
    write_station_file(bench, replace(file, cameras=real))
    job = CalibrationJob("bench", CalibrationStep.INTRINSICS, SCENE, session=str(session.folder))

    with pytest.raises(StudioError, match="Disconnect the station first"):
        run_calibration(job, tmp_path, lambda *_: None, lambda: False)


def test_a_picture_of_a_running_station_knows_where_its_hand_was(session: Session) -> None:
    base = STATION.embodiment.arm("left").base
    hands = [Pose(np.array([0.1 * number, 0.3, 0.2]), np.eye(3)) for number in range(3)]
    looks = count()

    with showing(session, _pictures, lambda number: hands[number % 3]):
        offers = ring_offers(session, (WRIST, SCENE), lambda: next(looks) > MOST_LOOKS)
        pairs = list(islice(offers, 4, 8))
        offers.close()

    assert [each.camera for each in pairs] == [WRIST, SCENE] * 2
    assert pairs[1].hand is None
    assert not pairs[0].is_raw
    assert pairs[0].hand is not None
    assert any(pairs[0].hand.distance_m(each.relative_to(base)) < 1e-9 for each in hands)


def test_a_running_station_is_looked_at_until_there_are_enough_pictures(
    bench: Path, laid_pictures: Path, session: Session, tmp_path: Path
) -> None:
    laid = [each.image for each in read_pictures(laid_pictures, [SCENE])]
    told: list[tuple[str, int]] = []
    looks = count()

    def pictures() -> dict[str, NDArray[np.uint8]]:
        """The board is moved on whenever its picture was taken."""
        done = told[-1][1] if told else 0
        return {**_pictures(), SCENE: laid[min(done, len(laid) - 1)]}

    with showing(session, pictures, lambda _: Pose.identity()):
        found = run_calibration(
            replace(JOB, session=str(session.folder)),
            tmp_path / "run",
            lambda stage, done, _: told.append((stage, done)),
            lambda: next(looks) > MOST_LOOKS,
        )

    assert found is not None
    assert found.pictures == {SCENE: len(laid)}
    assert told[0] == (f"Lay the board at its place, where {SCENE} sees it: 0 of 6.", 0)
    assert any("elsewhere on the table" in stage and "3 of 6" in stage for stage, _ in told)
    again = replace(JOB, pictures=str(tmp_path / "run" / "pictures"))
    repeated = run_calibration(again, tmp_path / "run", lambda *_: None, lambda: False)
    assert repeated is not None
    assert repeated.residuals == found.residuals


@contextmanager
def showing(
    session: Session,
    pictures: Callable[[], dict[str, NDArray[np.uint8]]],
    hand: Callable[[int], Pose],
) -> Iterator[None]:
    """Publish ticks and pictures; a picture is taken one tick before the one it is stored with."""
    done = threading.Event()
    with (
        StandInStation(session, STATION) as station,
        FrameRing.create(session.ring_name, STATION.embodiment.cameras) as ring,
    ):

        def publish() -> None:
            for number in count(1):
                if done.wait(0.02):
                    return
                now_ns, taken_ns = number * 100, (number - 1) * 100
                station.events.publish(TICK_TOPIC, _tick(number, now_ns, hand(number)))
                taken = dict.fromkeys(ring.layout.sizes, taken_ns)
                ring.write(number, now_ns, pictures(), images_captured_ns=taken)

        thread = threading.Thread(target=publish)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            ring.unlink()


def _tick(number: int, now_ns: int, hand: Pose) -> Tick:
    arms = {name: ArmTarget(hand, 0.04) for name in STATION.embodiment.arm_names}
    vector = Action(arms).as_vector(STATION.embodiment.arm_names).tolist()
    return make_tick(number, captured_ns=now_ns, vector=vector, joints=JOINTS)


def _pictures() -> dict[str, NDArray[np.uint8]]:
    return {
        camera.name: np.zeros((camera.height_px, camera.width_px, 3), np.uint8)
        for camera in STATION.embodiment.cameras
    }


def test_a_station_is_calibrated_by_command(
    bench: Path, laid_pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.main(
        ["calibrate", "scene", SCENE, "--station", "bench", "--pictures", str(laid_pictures)]
    )

    assert code == 0
    assert "mm left over, 6 pictures" in capsys.readouterr().out
    assert read_station_file(bench).calibrations[-1].pictures == 6


def test_a_command_without_a_station_is_told_to_name_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["calibrate", "bases", "left"]) == cli.USER_ERROR
    assert "with --station" in capsys.readouterr().err
