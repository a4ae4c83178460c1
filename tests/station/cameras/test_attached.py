from pathlib import Path

import genicam
import pytest

from lbm_studio.core.errors import StationError
from lbm_studio.core.station_file import CameraKind
from lbm_studio.station.cameras.attached import camera_source, list_cameras
from lbm_studio.station.cameras.genicam import PRODUCERS_VARIABLE, GenicamCamera
from lbm_studio.station.cameras.opencv import VideoFile, Webcam
from lbm_studio.station.cameras.realsense import RealSenseCamera
from tests.station.cameras.setups import slot

PRODUCER = str(Path(genicam.__file__).parent / "viky.cti")


def test_a_broken_producer_hides_no_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PRODUCERS_VARIABLE, raising=False)

    listing = list_cameras(["/nowhere/vendor.cti", PRODUCER])

    assert [camera.serial for camera in listing.cameras] == ["0", "1", "2"]
    assert len(listing.troubles) == 1
    assert "vendor.cti cannot be used" in listing.troubles[0]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (CameraKind.FILE, VideoFile),
        (CameraKind.GENICAM, GenicamCamera),
        (CameraKind.REALSENSE, RealSenseCamera),
        (CameraKind.OPENCV, Webcam),
    ],
)
def test_a_slot_is_filled_by_its_kind_of_camera(kind: CameraKind, expected: type) -> None:
    source = camera_source(slot(kind=kind, serial="42", producer="/somewhere/it"))

    assert type(source) is expected
    assert source.identity.kind is kind


def test_an_empty_slot_is_named() -> None:
    with pytest.raises(StationError, match="No camera fills the slot “lid”"):
        camera_source(slot("lid", kind=CameraKind.GENICAM))


def test_a_simulated_camera_has_no_device() -> None:
    with pytest.raises(StationError, match="“lid” is simulated"):
        camera_source(slot("lid", kind=CameraKind.SIMULATED))
