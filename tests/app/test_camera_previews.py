"""Cameras shown by a real process: those of the virtual GenICam producer."""

from pathlib import Path

import genicam
import pytest

from lbm_studio.app.camera_previews import CameraPreviews, Seen
from tests.app.waiting import wait_until

PRODUCER = str(Path(genicam.__file__).parent / "viky.cti")


def test_cameras_are_shown_until_they_are_let_go_of(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("GENICAM_GENTL64_PATH", raising=False)
    previews = CameraPreviews()
    seen: list[Seen] = []

    def all_are_seen() -> bool:
        seen.append(previews.poll())
        cameras = seen[-1].cameras
        return bool(cameras) and all(c.image is not None and c.size_px[0] for c in cameras)

    previews.start([PRODUCER, "/nowhere/vendor.cti"])
    try:
        wait_until(all_are_seen, limit_s=120.0)
    finally:
        previews.stop()
        previews.wait_until_closed()

    last = seen[-1]
    assert [camera.camera.serial for camera in last.cameras] == ["0", "1", "2"]
    assert {camera.size_px for camera in last.cameras} == {(400, 400)}
    assert {c.image.shape for c in last.cameras if c.image is not None} == {(320, 320, 3)}
    assert len(last.troubles) == 1
    assert "vendor.cti cannot be used" in last.troubles[0]
    assert previews.poll() == Seen()


def test_a_process_that_does_not_start_is_told():
    previews = CameraPreviews(["/bin/sh", "-c", "echo It is broken.; exit 3"])
    previews.start([])
    seen: list[Seen] = []

    def is_told() -> bool:
        seen.append(previews.poll())
        return bool(seen[-1].troubles)

    wait_until(is_told)
    previews.stop()
    previews.wait_until_closed()

    assert seen[-1] == Seen((), ("It is broken.",), is_complete=True)
