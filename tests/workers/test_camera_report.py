"""What is told of cameras, with video files as cameras."""

from dataclasses import replace
from pathlib import Path

import genicam
import numpy as np
import pytest

from lbm_studio.core.attached_camera import AttachedCamera
from lbm_studio.core.errors import UnknownNameError
from lbm_studio.core.paths import DATA_VARIABLE
from lbm_studio.core.station_file import (
    CameraKind,
    Driver,
    StationFile,
    write_station_file,
)
from lbm_studio.station.cameras.source import Image
from lbm_studio.workers.camera_report import CameraReport, report_cameras
from tests.core.station_files import station_file_of
from tests.core.stations import make_station
from tests.station.cameras.setups import write_video

PRODUCER = str(Path(genicam.__file__).parent / "viky.cti")


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "data"))
    monkeypatch.delenv("GENICAM_GENTL64_PATH", raising=False)


def detailed(shift_px: int = 0) -> Image:
    """A picture full of detail that stays where it is, as a camera sees it that was turned."""
    noise = np.random.default_rng(1).integers(0, 255, (30, 40, 3), np.uint8)
    large = np.repeat(np.repeat(noise, 12, axis=0), 12, axis=1)
    return np.ascontiguousarray(large[40:280, 60 - shift_px : 380 - shift_px])


def station(tmp_path: Path) -> StationFile:
    """Return a station with a film as its scene camera; the other one is simulated."""
    file = station_file_of(make_station("right"), driver=Driver.FRANKA)
    scene, wrist = file.cameras
    film = str(write_video(tmp_path / "film.avi", [detailed()] * 3, 20.0))
    scene = replace(
        scene, kind=CameraKind.FILE, producer=film, rate_hz=20.0, width_px=320, height_px=240
    )
    return replace(file, cameras=(scene, wrist))


def written(tmp_path: Path, file: StationFile) -> str:
    path = tmp_path / f"{file.name}.toml"
    write_station_file(path, file)
    return str(path)


def test_what_is_attached_is_told_with_what_station_files_name() -> None:
    assert report_cameras() == CameraReport((), ())
    assert report_cameras().in_words() == "No camera is attached."


def test_producers_are_those_of_the_stations(tmp_path: Path) -> None:
    file = station(tmp_path)
    cameras = [
        replace(c, kind=CameraKind.GENICAM, producer=PRODUCER, serial=str(n))
        for n, c in enumerate(file.cameras)
    ]
    path = tmp_path / "data" / "stations" / f"{file.name}.toml"
    write_station_file(path, replace(file, cameras=tuple(cameras)))

    report = report_cameras()

    assert [camera.serial for camera in report.cameras] == ["0", "1", "2"]
    assert report.is_needed
    assert "genicam   Machine Vision Games Ltd. Viky, serial 2" in report.in_words()


def test_a_slot_is_fine_until_its_camera_has_moved(tmp_path: Path) -> None:
    path = written(tmp_path, station(tmp_path))

    new, _ = report_cameras(path).slots
    kept, simulated = report_cameras(path, remember=True).slots
    same = report_cameras(path).slots[0]
    write_video(tmp_path / "film.avi", [detailed(shift_px=9)] * 3, 20.0)
    moved = report_cameras(path).slots[0]

    assert (new.is_fine, new.words, new.shift_px) == (True, "It gives pictures.", None)
    assert kept.words == "What it sees now is remembered."
    assert simulated.words == "Simulated."
    assert same.is_fine
    assert same.shift_px == pytest.approx(0.0, abs=0.5)
    assert not moved.is_fine
    assert moved.shift_px == pytest.approx(9.0, abs=0.5)
    assert moved.words == "It gives pictures and has moved: its picture is displaced by 9 px."


def test_a_camera_that_is_missing_is_a_finding_in_words(tmp_path: Path) -> None:
    path = written(tmp_path, station(tmp_path))
    (tmp_path / "film.avi").unlink()

    report = report_cameras(path)

    assert not report.slots[0].is_fine
    assert "LOOK scene " in report.in_words()
    assert "film.avi cannot be played" in report.in_words()


def test_a_station_without_a_file_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="no station file called “nowhere”"):
        report_cameras("nowhere")


def test_a_camera_without_a_serial_number_is_told_by_its_model() -> None:
    camera = AttachedCamera(CameraKind.FILE, "", "Video file")

    assert camera.words == "Video file"
