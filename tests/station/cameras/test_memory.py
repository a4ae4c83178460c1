"""Which camera fills which slot, remembered; the pictures are those of the simulated station."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lbm_studio.core.attached_camera import memory_file
from lbm_studio.core.clock import ManualClock
from lbm_studio.core.errors import StationError
from lbm_studio.core.paths import DATA_VARIABLE
from lbm_studio.core.station_file import CameraKind, CameraSetup, Driver
from lbm_studio.station.cameras.likeness import likeness
from lbm_studio.station.cameras.memory import CameraMemory, check_pictures, check_serials
from lbm_studio.station.cameras.source import Image
from lbm_studio.station.simulation.catalogue import SKILLS
from lbm_studio.station.simulation.embodiments import find_station
from lbm_studio.station.simulation.station import SimulatedStation
from tests.core.station_files import station_file_of

STATION = find_station("simulated")
CAMERAS = tuple(
    replace(setup, kind=CameraKind.REALSENSE, serial=f"SN-{number}")
    for number, setup in enumerate(station_file_of(STATION, driver=Driver.FRANKA).cameras)
)
NAMES = [setup.name for setup in CAMERAS]


@pytest.fixture(scope="module")
def station() -> Iterator[SimulatedStation]:
    with SimulatedStation(STATION, samples=4, clock=ManualClock()) as station:
        yield station


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CameraMemory:
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    return CameraMemory("bench")


@pytest.fixture
def remembered(memory: CameraMemory, station: SimulatedStation) -> CameraMemory:
    """The memory of a station that was started once."""
    pictures = seen(station, 0)
    for setup in CAMERAS:
        memory.remember(setup, pictures[setup.name])
    return memory


def seen(station: SimulatedStation, seed: int) -> dict[str, Image]:
    station.load(SKILLS[0], seed)
    return {name: frame.image for name, frame in station.capture(NAMES).items()}


def exchanged(pictures: dict[str, Image], one: str, other: str) -> dict[str, Image]:
    return pictures | {one: pictures[other], other: pictures[one]}


def with_serials(*serials: str) -> tuple[CameraSetup, ...]:
    return tuple(replace(c, serial=s) for c, s in zip(CAMERAS, serials, strict=False))


def test_what_is_remembered_is_recalled(
    remembered: CameraMemory, station: SimulatedStation
) -> None:
    setup = CAMERAS[0]

    kept = remembered.recall(setup.name)

    assert kept is not None
    assert kept.serial == setup.serial
    assert np.array_equal(kept.picture, seen(station, 0)[setup.name])
    assert remembered.reference(setup) is not None
    assert remembered.reference(replace(setup, serial="other")) is None
    assert remembered.reference(replace(setup, rotation_deg=180)) is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\x93NUMPY"])
def test_a_damaged_memory_is_no_memory(memory: CameraMemory, content: bytes) -> None:
    path = memory_file("bench", NAMES[0])
    path.parent.mkdir(parents=True)
    path.write_bytes(content)

    assert memory.recall(NAMES[0]) is None


def test_nothing_is_wrong_with_a_station_as_it_was(
    remembered: CameraMemory, station: SimulatedStation
) -> None:
    check_serials(CAMERAS, remembered)
    for seed in range(4):
        check_pictures(CAMERAS, seen(station, seed), remembered)


def test_a_station_that_was_never_started_has_nothing_to_compare(
    memory: CameraMemory, station: SimulatedStation
) -> None:
    check_serials(CAMERAS, memory)
    check_pictures(CAMERAS, exchanged(seen(station, 0), NAMES[0], NAMES[1]), memory)


def test_one_serial_in_two_slots_is_refused(memory: CameraMemory) -> None:
    with pytest.raises(StationError, match=r"serial A is to fill two slots, “(.+)” and “(.+)”"):
        check_serials(with_serials("A", "A"), memory)


def test_a_serial_in_the_slot_of_another_is_refused(remembered: CameraMemory) -> None:
    with pytest.raises(StationError) as refusal:
        check_serials(with_serials("SN-1", "SN-0", "SN-2"), remembered)

    assert f"serial SN-1 is in the slot “{NAMES[0]}”, where SN-0 was" in str(refusal.value)
    assert f"used to be in “{NAMES[1]}”" in str(refusal.value)


def test_a_new_camera_in_the_place_of_a_broken_one_is_welcome(remembered: CameraMemory) -> None:
    check_serials(with_serials("NEW", "SN-1"), remembered)


@pytest.mark.parametrize("pair", [(0, 1), (2, 3), (4, 5), (2, 4), (0, 5)])
def test_cameras_that_changed_places_are_noticed_by_what_they_see(
    remembered: CameraMemory, station: SimulatedStation, pair: tuple[int, int]
) -> None:
    one, other = (NAMES[number] for number in pair)
    pictures = exchanged(seen(station, 0), one, other)

    with pytest.raises(StationError, match="may have changed places") as refusal:
        check_pictures(CAMERAS, pictures, remembered)

    assert f"serial SN-{pair[0]} in the slot “{one}” sees what “{other}”" in str(refusal.value)


def test_likeness_is_of_what_is_seen_not_of_its_size_or_brightness(
    station: SimulatedStation,
) -> None:
    picture = seen(station, 0)[NAMES[2]]

    assert likeness(picture, picture) == pytest.approx(1.0)
    assert likeness(picture, picture[::2, ::2]) > 0.9
    assert likeness(picture, (picture * 0.6).astype(np.uint8)) > 0.95
    assert likeness(picture, np.full_like(picture, 90)) == pytest.approx(0.0)
