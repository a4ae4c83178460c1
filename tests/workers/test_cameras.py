"""The process of real cameras, with video files and the virtual GenICam producer as cameras."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import genicam
import numpy as np
import psutil
import pytest

from lbm_studio.core import keys
from lbm_studio.core.attached_camera import memory_file
from lbm_studio.core.clock import MonotonicClock, seconds_between
from lbm_studio.core.paths import DATA_VARIABLE
from lbm_studio.core.station_file import (
    CameraKind,
    Driver,
    StationFile,
    write_station_file,
)
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.link.bus import FRAMES_TOPIC, TICK_TOPIC, Subscriber
from lbm_studio.link.frames import FrameReader, Image
from lbm_studio.link.messages import (
    Accepted,
    BeginEpisode,
    EpisodeKept,
    FramesReady,
    KeepEpisode,
)
from lbm_studio.link.session import Session
from tests.core.station_files import station_file_of
from tests.core.stations import make_station
from tests.station.cameras.setups import write_video
from tests.workers.processes import StandInStation, WorkerProcess, ask, make_tick, until

PRODUCER = str(Path(genicam.__file__).parent / "viky.cti")
STATION = make_station("right")
RED, BLUE = (200, 30, 30), (30, 30, 200)


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "data"))


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(tmp_path / "session")


def film(path: Path, colour: tuple[int, int, int], seconds: float = 1.0) -> str:
    picture = np.full((48, 64, 3), colour, np.uint8)
    return str(write_video(path, [picture] * round(20 * seconds), 20.0))


def station(tmp_path: Path, *changes: dict[str, object]) -> StationFile:
    """Return a station whose cameras are films, changed as told."""
    plain = station_file_of(STATION, driver=Driver.FRANKA)
    films = [film(tmp_path / f"{n}.avi", colour) for n, colour in enumerate((RED, BLUE))]
    cameras = [
        replace(setup, kind=CameraKind.FILE, producer=producer, rate_hz=20.0, latency_s=0.02)
        for setup, producer in zip(plain.cameras, films, strict=True)
    ]
    changed = [
        replace(setup, **change)  # pyright: ignore[reportArgumentType]
        for setup, change in zip(cameras, [*changes, {}, {}], strict=False)
    ]
    return replace(plain, cameras=tuple(changed))


def written(tmp_path: Path, file: StationFile) -> str:
    path = tmp_path / f"{file.name}.toml"
    write_station_file(path, file)
    return str(path)


class Watcher:
    """Publishes ticks like a station and hears what the cameras make of them."""

    def __init__(self, session: Session, station: StandInStation) -> None:
        self._session = session
        self._station = station
        self._clock = MonotonicClock()
        self._number = 0
        self.heard: list[FramesReady] = []
        self.ticks: dict[int, int] = {}

    def until(self, condition: Callable[[FramesReady], bool]) -> FramesReady:
        """Tick until the news fulfil a condition."""
        found: list[FramesReady] = []
        with Subscriber(self._session.frame_events, FRAMES_TOPIC) as news:

            def step() -> None:
                self._tick()
                message = news.receive(0.1)
                if isinstance(message, FramesReady):
                    self.heard.append(message)
                    found.extend([message] if condition(message) else [])

            until(lambda: bool(found), step)
        return found[0]

    def pictures(self) -> tuple[dict[str, Image], dict[str, int]]:
        with FrameReader(self._session.ring_name) as reader:
            frames = reader.read()
        assert frames is not None
        return dict(frames.images), dict(frames.images_captured_ns)

    def _tick(self) -> None:
        self._number += 1
        now_ns = self._clock.now_ns()
        self.ticks[self._number] = now_ns
        tick = make_tick(self._number, captured_ns=now_ns, vector=[0.0] * 10, joints=[0.0] * 7)
        self._station.events.publish(TICK_TOPIC, tick)


@pytest.fixture
def watcher(session: Session) -> Iterator[Watcher]:
    with StandInStation(session, STATION) as stand_in:
        yield Watcher(session, stand_in)


def cameras(session: Session, path: str) -> WorkerProcess:
    return WorkerProcess("cameras", session, arguments=("--station", path))


def refusal(session: Session, path: str) -> str:
    """Return the last words of a process that does not start."""
    command = [sys.executable, "-m", "lbm_studio", "worker", "cameras"]
    outcome = subprocess.run(
        [*command, "--session", str(session.folder), "--station", path],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert outcome.returncode == 2, outcome.stderr
    return outcome.stderr.strip().splitlines()[-1]


def test_every_tick_gets_the_newest_picture_of_every_camera(
    tmp_path: Path, session: Session, watcher: Watcher
) -> None:
    file = station(tmp_path)
    with cameras(session, written(tmp_path, file)):
        ready = watcher.until(lambda news: news.number > 3)
        images, taken_ns = watcher.pictures()

    assert ready.captured_ns == watcher.ticks[ready.number]
    assert ready.troubles == {}
    assert set(ready.devices_ns) <= set(images)
    for camera, colour in zip(STATION.embodiment.cameras, (RED, BLUE), strict=True):
        shown = images[camera.name]
        assert shown.shape == (camera.height_px, camera.width_px, 3)
        assert np.abs(shown.reshape(-1, 3).mean(axis=0) - colour).max() < 8
        assert abs(seconds_between(taken_ns[camera.name], ready.captured_ns)) < 20.0
    assert memory_file(file.name, file.cameras[0].name).exists()
    assert not list(Path("/dev/shm").glob(f"{session.ring_name}*"))


def test_a_camera_behind_a_producer_is_grabbed_too(
    tmp_path: Path, session: Session, watcher: Watcher
) -> None:
    viky: dict[str, object] = {
        "kind": CameraKind.GENICAM, "producer": PRODUCER, "serial": "2",
    }  # fmt: skip
    with cameras(session, written(tmp_path, station(tmp_path, viky))):
        watcher.until(lambda news: news.number > 0)
        images, _ = watcher.pictures()

    assert images[STATION.embodiment.camera_names[0]].std() > 0


def test_a_camera_that_falls_silent_is_named_and_delays_nobody_until_it_is_back(
    tmp_path: Path, session: Session, watcher: Watcher
) -> None:
    file = station(tmp_path)
    gone, other = (setup.name for setup in file.cameras)
    films = [Path(setup.producer) for setup in file.cameras]
    with cameras(session, written(tmp_path, file)) as worker:
        watcher.until(lambda news: gone not in news.troubles)
        films[0].rename(tmp_path / "unplugged")
        kill_child(worker, number=0)

        watcher.until(lambda news: gone in news.troubles)
        watcher.until(lambda news: "cannot be played" in news.troubles.get(gone, ""))
        _, taken_ns = watcher.pictures()
        (tmp_path / "unplugged").rename(films[0])
        watcher.until(lambda news: gone not in news.troubles)

    assert taken_ns[gone] < taken_ns[other]


@pytest.mark.slow
def test_a_camera_that_hangs_delays_nobody_and_is_started_anew(
    tmp_path: Path, session: Session, watcher: Watcher
) -> None:
    file = station(tmp_path)
    hung, other = (setup.name for setup in file.cameras)
    with cameras(session, written(tmp_path, file)) as worker:
        watcher.until(lambda news: hung not in news.troubles)
        child_of(worker, number=0).suspend()

        watcher.until(lambda news: "It hangs" in news.troubles.get(hung, ""))
        _, taken_ns = watcher.pictures()
        watcher.until(lambda news: hung not in news.troubles)

    assert seconds_between(taken_ns[hung], taken_ns[other]) > 1.0


def test_cameras_that_changed_places_are_refused(
    tmp_path: Path, session: Session, watcher: Watcher
) -> None:
    file = station(tmp_path)
    films = [Path(setup.producer) for setup in file.cameras]
    for number, path in enumerate(films):
        noise = np.random.default_rng(number).integers(0, 255, (6, 8, 3), np.uint8)
        write_video(path, [noise.repeat(8, axis=0).repeat(8, axis=1)] * 20, 20.0)
    path = written(tmp_path, file)
    with cameras(session, path):
        watcher.until(lambda news: news.number > 0)

    films[0].rename(tmp_path / "one")
    films[1].rename(films[0])
    (tmp_path / "one").rename(films[1])

    words = refusal(session, path)
    assert f"in the slot “{file.cameras[0].name}” sees what “{file.cameras[1].name}”" in words


def kill_child(worker: WorkerProcess, number: int) -> None:
    """Crash the child of one camera."""
    child_of(worker, number).kill()


def child_of(worker: WorkerProcess, number: int) -> psutil.Process:
    """Return the child of one camera, the ``number``-th that was started."""
    children = psutil.Process(worker.process.pid).children()
    grabbers = [c for c in children if any("spawn_main" in part for part in c.cmdline())]
    return sorted(grabbers, key=lambda child: (child.create_time(), child.pid))[number]


@pytest.mark.slow
def test_the_writer_records_real_cameras_like_the_renderer(
    tmp_path: Path, session: Session, watcher: Watcher
) -> None:
    begin = BeginEpisode(dataset=str(tmp_path / "data set"), goal="Lift it.", source="scripted")
    with (
        cameras(session, written(tmp_path, station(tmp_path))),
        WorkerProcess("writer", session),
    ):
        watcher.until(lambda news: news.number > 0)
        assert ask(session.writer_commands, begin) == Accepted()
        first = len(watcher.ticks)
        watcher.until(lambda news: news.number > first + 5)
        kept = ask(session.writer_commands, KeepEpisode(success=True))

    assert isinstance(kept, EpisodeKept)
    assert kept.frames >= 5
    dataset = Dataset.open(tmp_path / "data set")
    for name, colour in zip(STATION.embodiment.camera_names, (RED, BLUE), strict=True):
        shown = dataset.images(0, name).reshape(-1, 3).mean(axis=0)
        assert np.abs(shown - colour).max() < 16
    taken_ns = dataset.columns(0, (keys.CAMERA_CAPTURED_NS,))[keys.CAMERA_CAPTURED_NS]
    assert (np.diff(taken_ns, axis=0) >= 0).all()


def test_a_missing_camera_is_refused_with_slot_and_serial(tmp_path: Path, session: Session) -> None:
    missing: dict[str, object] = {
        "kind": CameraKind.GENICAM, "producer": PRODUCER, "serial": "SN-9",
    }  # fmt: skip
    file = station(tmp_path, missing)

    words = refusal(session, written(tmp_path, file))

    assert words.startswith(f"The camera “{file.cameras[0].name}” cannot be used. ")
    assert "serial SN-9 is not attached; viky.cti sees 0, 1, 2" in words


def test_two_slots_with_one_camera_are_refused(tmp_path: Path, session: Session) -> None:
    same: dict[str, object] = {"kind": CameraKind.REALSENSE, "serial": "77"}

    words = refusal(session, written(tmp_path, station(tmp_path, same, same)))

    assert "serial 77 is to fill two slots" in words


def test_a_station_without_a_file_is_refused(session: Session) -> None:
    assert "no station file called “nowhere”" in refusal(session, "nowhere")
