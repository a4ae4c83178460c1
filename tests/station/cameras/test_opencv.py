"""Video files in the place of cameras, and webcams as far as they can be told of without one."""

from pathlib import Path

import numpy as np
import pytest

from lbm_studio.core.clock import ManualClock
from lbm_studio.core.errors import StationError
from lbm_studio.station.cameras.opencv import VideoFile, Webcam, list_webcams
from lbm_studio.station.cameras.source import Image, RawPicture, Timing
from tests.station.cameras.setups import write_video

LEVELS = (20, 80, 140, 200)


def grey(level: int) -> Image:
    return np.full((48, 64, 3), level, np.uint8)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Four pictures, ten a second."""
    return write_video(tmp_path / "film.avi", [grey(level) for level in LEVELS], 10.0)


def level(picture: RawPicture | None) -> int:
    assert picture is not None
    return min(LEVELS, key=lambda each: abs(each - int(picture.image.mean())))


def test_a_video_is_played_at_its_own_rate(film: Path) -> None:
    clock = ManualClock(1_000)
    video = VideoFile(film, clock=clock)
    video.open()

    pictures = [video.read(1.0) for _ in LEVELS]

    assert [level(picture) for picture in pictures] == list(LEVELS)
    assert [p.arrived_ns for p in pictures if p] == [1_000 + n * 100_000_000 for n in range(4)]
    assert [p.device_ns for p in pictures if p] == [n * 100_000_000 for n in range(4)]
    video.close()


def test_a_video_that_nobody_read_for_a_while_shows_what_is_due_now(film: Path) -> None:
    clock = ManualClock()
    video = VideoFile(film, clock=clock)
    video.open()

    clock.advance_s(0.25)

    assert level(video.read(0.0)) == LEVELS[2]
    assert video.read(0.01) is None
    video.close()


def test_a_video_begins_again_or_is_gone(film: Path) -> None:
    looping, once = (
        VideoFile(film, is_looping=loops, clock=ManualClock()) for loops in (True, False)
    )
    for video in (looping, once):
        video.open()
        for _ in LEVELS:
            video.read(1.0)

    assert level(looping.read(1.0)) == LEVELS[0]
    with pytest.raises(StationError, match=r"film\.avi has come to its end"):
        once.read(1.0)
    looping.close()
    once.close()


@pytest.mark.parametrize("content", [None, b"", b"not a film"])
def test_a_file_that_is_no_video_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "film.mp4"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(StationError, match=r"film\.mp4 cannot be played"):
        VideoFile(path).open()


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    """What Linux tells of two webcams, one of which has no serial number."""
    devices = tmp_path / "video4linux"
    for number, (port, serial, index) in enumerate(
        [("1-1", "ABC123", "0"), ("1-1", "ABC123", "1"), ("1-2", "", "0")]
    ):
        interface = tmp_path / "usb" / port / f"{port}:1.0"
        interface.mkdir(parents=True, exist_ok=True)
        if serial:
            (tmp_path / "usb" / port / "serial").write_text(f"{serial}\n")
        node = devices / f"video{number}"
        node.mkdir(parents=True)
        (node / "index").write_text(f"{index}\n")
        (node / "name").write_text("HD Webcam\n")
        (node / "device").symlink_to(interface)
    return devices


def test_webcams_go_by_serial_number_or_else_by_port(usb: Path) -> None:
    assert [camera.words for camera in list_webcams(usb)] == [
        "HD Webcam, serial ABC123",
        "HD Webcam, serial 1-2",
    ]


def test_a_machine_without_webcams_has_none(tmp_path: Path) -> None:
    assert list_webcams(tmp_path / "video4linux") == ()


def test_a_webcam_that_is_not_attached_is_named(usb: Path) -> None:
    with pytest.raises(StationError, match="serial XYZ is not attached; there is ABC123, 1-2"):
        Webcam("XYZ", Timing(30.0), devices=usb).open()
