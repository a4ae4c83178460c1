"""Cameras are put into slots as a draft, with what they see, and saved into the station file."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lbm_studio.app.camera_mapping import CameraMapping
from lbm_studio.app.camera_previews import Seen, SeenCamera
from lbm_studio.app.notices import Notices
from lbm_studio.app.stations import Stations
from lbm_studio.app.views.camera_mapping import SlotCard
from lbm_studio.core.attached_camera import AttachedCamera, memory_file
from lbm_studio.core.paths import DATA_VARIABLE
from lbm_studio.core.station_file import CameraKind, Intrinsics

LENS = Intrinsics(300.0, 300.0, 160.0, 120.0)


class Shown:
    """Previews that show what a test says. Fulfils Previews."""

    def __init__(self) -> None:
        self.seen = Seen()
        self.producers: list[tuple[str, ...]] = []
        self.is_on = False

    def start(self, producers: Sequence[str]) -> None:
        self.producers.append(tuple(producers))
        self.is_on = True

    def poll(self) -> Seen:
        return self.seen

    def stop(self) -> None:
        self.is_on = False


def camera(serial: str) -> AttachedCamera:
    return AttachedCamera(CameraKind.REALSENSE, serial, "D435")


def sees(serial: str, trouble: str = "") -> SeenCamera:
    """A camera whose picture is dark but for its top left corner."""
    image = np.zeros((24, 32, 3), np.uint8)
    image[:4, :4] = 255
    return SeenCamera(camera(serial), None if trouble else image, 7, (320, 240), trouble)


class Arranging:
    """A mapping on a new station with two cameras attached."""

    def __init__(self, folder: Path, notices: Notices) -> None:
        self.stations = Stations(folder / "stations")
        self.name = self.stations.create("simulated-single")
        self.previews = Shown()
        self.is_free = True
        self.mapping = CameraMapping(
            self.stations, self.previews, notices, is_free=lambda: self.is_free
        )

    def open(self, *seen: SeenCamera) -> None:
        self.mapping.open(self.name)
        self.previews.seen = Seen(seen, is_complete=True)
        self.mapping.poll(0)

    def slot(self, place: int) -> SlotCard:
        return self.mapping.view.slots[place]

    def choose(self, place: int) -> None:
        self.mapping.choose(self.slot(place).name)


@pytest.fixture
def arranging(tmp_path: Path, notices: Notices, monkeypatch: pytest.MonkeyPatch) -> Arranging:
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    return Arranging(tmp_path, notices)


def test_what_is_attached_is_shown_beside_the_slots(arranging: Arranging):
    arranging.open(sees("A"), sees("B", "It is busy."))

    view = arranging.mapping.view
    assert [device.sentence for device in view.devices] == ["Not used.", "It is busy."]
    assert [device.has_trouble for device in view.devices] == [False, True]
    assert [slot.sentence for slot in view.slots] == ["Empty."] * len(view.slots)
    assert not view.can_save
    assert view.chosen == view.slots[0].name


def test_a_camera_is_put_into_a_slot_and_saved(arranging: Arranging):
    arranging.open(sees("A"), sees("B"))
    arranging.choose(1)
    arranging.mapping.assign("realsense:B")
    shown = arranging.slot(1)
    arranging.mapping.save()

    saved = arranging.stations.read(arranging.name).cameras
    assert (shown.device, shown.sentence, shown.is_fine) == ("B", "D435", True)
    assert (saved[1].kind, saved[1].serial) == (CameraKind.REALSENSE, "B")
    assert saved[0].serial == ""
    assert not arranging.mapping.view.is_open
    assert not arranging.previews.is_on


def test_a_camera_that_fills_another_slot_changes_places(arranging: Arranging):
    arranging.open(sees("A"), sees("B"))
    arranging.mapping.assign("realsense:A")
    arranging.choose(1)
    arranging.mapping.assign("realsense:B")
    arranging.mapping.assign("realsense:A")

    assert [slot.device for slot in arranging.mapping.view.slots[:2]] == ["B", "A"]


def test_a_picture_is_shown_turned_mirrored_and_cropped(arranging: Arranging):
    arranging.open(sees("A"))
    arranging.mapping.assign("realsense:A")
    arranging.mapping.rotate()
    turned = arranging.slot(0).picture.image
    arranging.mapping.mirror()
    mirrored = arranging.slot(0).picture.image
    arranging.mapping.crop("0, 0, 40, 80")
    cropped = arranging.slot(0).picture.image

    assert turned is not None
    assert mirrored is not None
    assert cropped is not None
    assert turned.shape == (32, 24, 3)
    assert turned[0, -1, 0] == 255
    assert mirrored[0, 0, 0] == 255
    assert cropped.shape == (8, 4, 3)


def test_everything_can_be_undone(arranging: Arranging):
    arranging.open(sees("A"))
    before = arranging.mapping.view
    arranging.mapping.assign("realsense:A")
    arranging.mapping.rotate()
    arranging.mapping.expose("8")
    for _ in range(4):
        arranging.mapping.undo()

    assert arranging.mapping.view == before


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("1, 2, 3", "Type x, y, width and height"),
        ("a b c d", "Type x, y, width and height"),
        ("0 0 0 9", "above 0"),
    ],
)
def test_a_crop_that_is_none_is_refused_at_the_field(
    arranging: Arranging, typed: str, problem: str
):
    arranging.open(sees("A"))
    arranging.mapping.assign("realsense:A")
    arranging.mapping.crop(typed)

    assert problem in arranging.mapping.view.settings.problem
    assert not arranging.mapping.view.can_save


@pytest.mark.parametrize(("typed", "exposure_us"), [("8", 8000.0), ("0,5", 500.0), ("", None)])
def test_an_exposure_is_typed_in_milliseconds(
    arranging: Arranging, typed: str, exposure_us: float | None
):
    arranging.open(sees("A"))
    arranging.mapping.assign("realsense:A")
    arranging.mapping.expose(typed)
    arranging.mapping.save()

    assert arranging.stations.read(arranging.name).cameras[0].exposure_us == exposure_us


@pytest.mark.parametrize("typed", ["long", "-1", "5000"])
def test_an_exposure_that_is_none_is_refused_at_the_field(arranging: Arranging, typed: str):
    arranging.open(sees("A"))
    arranging.mapping.expose(typed)

    assert arranging.mapping.view.settings.problem


def test_another_lens_or_another_cut_of_its_picture_has_to_be_calibrated_anew(
    arranging: Arranging,
):
    file = arranging.stations.read(arranging.name)
    first = replace(file.cameras[0], serial="A", kind=CameraKind.REALSENSE, intrinsics=LENS)
    arranging.stations.save(arranging.name, replace(file, cameras=(first, *file.cameras[1:])))
    arranging.open(sees("A"))
    arranging.mapping.expose("8")
    arranging.mapping.save()
    exposed = arranging.stations.read(arranging.name).cameras[0]
    arranging.open(sees("A"))
    arranging.mapping.mirror()
    arranging.mapping.save()

    assert exposed.intrinsics == LENS
    assert arranging.stations.read(arranging.name).cameras[0].intrinsics is None


def test_what_a_changed_slot_used_to_see_is_forgotten(arranging: Arranging):
    arranging.open(sees("A"))
    files = [memory_file(arranging.name, slot.name) for slot in arranging.mapping.view.slots[:2]]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    arranging.mapping.assign("realsense:A")
    arranging.mapping.save()

    assert [file.exists() for file in files] == [False, True]


def test_a_slot_whose_camera_is_gone_says_so(arranging: Arranging):
    arranging.open(sees("A"))
    arranging.mapping.assign("realsense:A")
    arranging.previews.seen = Seen(is_complete=True)
    arranging.mapping.poll(0)

    assert (arranging.slot(0).device, arranging.slot(0).sentence) == ("A", "Not attached.")
    assert not arranging.slot(0).is_fine


def test_files_are_searched_or_shown_as_cameras(arranging: Arranging):
    arranging.open()
    arranging.mapping.add_file("/opt/vendor.cti")
    arranging.mapping.add_file("/films/demo.mp4")
    arranging.mapping.assign("file:/films/demo.mp4")

    assert arranging.previews.producers == [(), ("/opt/vendor.cti",)]
    assert (arranging.slot(0).device, arranging.slot(0).is_fine) == ("demo.mp4", True)
    arranging.mapping.empty()
    assert arranging.slot(0).sentence == "Empty."


def test_a_connected_station_keeps_its_cameras(arranging: Arranging, notices: Notices):
    arranging.is_free = False
    arranging.mapping.open(arranging.name)

    assert not arranging.mapping.view.is_open
    assert not arranging.previews.is_on
    assert "Disconnect the station" in notices.all[-1].text
