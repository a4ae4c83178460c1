"""GenICam through the virtual producer that is part of the genicam package."""

from collections.abc import Iterator
from pathlib import Path

import genicam
import pytest

from lbm_studio.core.clock import ManualClock
from lbm_studio.core.errors import StationError
from lbm_studio.core.station_file import CameraKind
from lbm_studio.station.cameras.genicam import GenicamCamera, installed_producers, list_genicam
from lbm_studio.station.cameras.source import Timing

PRODUCER = str(Path(genicam.__file__).parent / "viky.cti")
PATIENCE_S = 20.0


@pytest.fixture
def camera() -> Iterator[GenicamCamera]:
    camera = GenicamCamera(PRODUCER, "1", Timing(20.0), clock=ManualClock(77))
    yield camera
    camera.close()


def test_a_producer_tells_what_is_attached_by_serial_and_model() -> None:
    found = list_genicam([PRODUCER, PRODUCER])

    assert [camera.serial for camera in found] == ["0", "1", "2"]
    assert {camera.kind for camera in found} == {CameraKind.GENICAM}
    assert found[0].words == "Machine Vision Games Ltd. Viky, serial 0"
    assert found[0].producer == PRODUCER


def test_a_camera_gives_colour_pictures_stamped_on_arrival(camera: GenicamCamera) -> None:
    camera.open()

    first, second = camera.read(PATIENCE_S), camera.read(PATIENCE_S)

    assert first is not None
    assert second is not None
    assert first.image.shape == second.image.shape == (400, 400, 3)
    assert first.image.std() > 0
    assert (first.arrived_ns, first.device_ns) == (77, None)  # this producer stamps nothing
    assert camera.identity.model.endswith("Viky")


def test_a_camera_that_was_closed_can_be_opened_again(camera: GenicamCamera) -> None:
    camera.open()
    camera.close()
    assert camera.read(0.0) is None

    camera.open()

    assert camera.read(PATIENCE_S) is not None


def test_a_missing_serial_is_refused_with_those_that_are_there() -> None:
    with pytest.raises(StationError, match=r"serial 999 is not attached; viky\.cti sees 0, 1, 2"):
        GenicamCamera(PRODUCER, "999", Timing(20.0)).open()


def test_an_exposure_that_cannot_be_set_is_refused() -> None:
    with pytest.raises(StationError, match="exposure of the camera 2 cannot be set"):
        GenicamCamera(PRODUCER, "2", Timing(20.0, 5000.0)).open()


@pytest.mark.parametrize("content", [None, "no library"])
def test_a_producer_that_is_none_is_refused_with_a_remedy(
    tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "vendor.cti"
    if content is not None:
        path.write_text(content)

    with pytest.raises(StationError, match=r"vendor\.cti cannot be used: .* Install the maker's"):
        list_genicam([str(path)])


def test_a_slot_without_a_producer_says_what_is_missing() -> None:
    with pytest.raises(StationError, match="names no GenICam producer for the camera 5"):
        GenicamCamera("", "5", Timing(20.0)).open()


def test_producers_are_found_where_their_installers_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "b.cti").touch()
    (tmp_path / "a.cti").touch()
    monkeypatch.setenv("GENICAM_GENTL64_PATH", f"{tmp_path}:/nowhere")

    assert installed_producers() == (str(tmp_path / "a.cti"), str(tmp_path / "b.cti"))
