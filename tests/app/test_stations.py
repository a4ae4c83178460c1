"""Stations are made, changed and removed as files, and every change can be undone."""

from dataclasses import replace
from pathlib import Path

import pytest

from lbm_studio.app.stations import BUILT_IN, Stations
from lbm_studio.core.embodiment import SafetyCard
from lbm_studio.core.errors import StudioError, UnknownNameError
from lbm_studio.core.station_file import CameraKind, Driver, write_station_file
from tests.core.station_files import make_station_file


@pytest.fixture
def stations(tmp_path: Path) -> Stations:
    return Stations(tmp_path / "stations")


def on_file(stations: Stations) -> list[str]:
    return [choice.name for choice in stations.choices if choice.is_file]


def test_a_new_station_has_the_body_of_the_one_before_it_and_real_devices(stations: Stations):
    name = stations.create(BUILT_IN[0].name)

    made, model = stations.read(name), stations.read(BUILT_IN[0].name)
    assert made.driver is Driver.FRANKA
    assert made.description.embodiment == model.description.embodiment
    assert made.safety == SafetyCard()
    assert not any(arm.address for arm in made.arms)
    assert CameraKind.SIMULATED not in {camera.kind for camera in made.cameras}
    assert "without addresses yet" in stations.choices[-1].description


def test_a_copy_is_called_otherwise_and_is_the_same_for_the_rest(stations: Stations):
    names = [stations.duplicate("simulated"), stations.duplicate("simulated")]

    assert names == ["simulated-copy", "simulated-copy-2"]
    copy = stations.read(names[0])
    assert replace(copy, name="simulated", title="Simulated station") == stations.read("simulated")


def test_a_station_is_renamed_by_saving_it_under_another_name(stations: Stations):
    name = stations.create("simulated")

    new = stations.save(name, replace(stations.read(name), name="bench", title="Bench"))

    assert new == "bench"
    assert on_file(stations) == ["bench"]


def test_a_name_that_is_taken_is_refused(stations: Stations):
    first, second = stations.create("simulated"), stations.create("simulated")

    for taken in (first, "simulated"):
        with pytest.raises(StudioError, match=f"called “{taken}” already"):
            stations.save(second, replace(stations.read(second), name=taken))


def test_every_change_can_be_undone_one_after_the_other(stations: Stations):
    name = stations.create("simulated")
    before = stations.read(name)
    stations.save(name, replace(before, name="bench", title="Bench"))
    stations.delete("bench")
    assert on_file(stations) == []

    assert stations.undo() == "Undone: the removal of “Bench”."
    assert on_file(stations) == ["bench"]
    stations.undo()
    assert stations.read(name) == before
    stations.undo()
    assert on_file(stations) == []
    assert stations.undo() == stations.undo_sentence == ""


def test_built_in_stations_stay(stations: Stations):
    with pytest.raises(StudioError, match="built in"):
        stations.delete("simulated")


def test_a_file_elsewhere_is_listed_once_it_was_asked_for(stations: Stations, tmp_path: Path):
    path = tmp_path / "lab.toml"
    write_station_file(path, make_station_file("lab"))

    assert stations.adopt(str(path)) == "lab"
    assert on_file(stations) == ["lab"]
    assert stations.argument("lab") == str(path)


def test_an_unknown_station_is_answered_with_all_that_there_are(stations: Stations):
    name = stations.create("simulated")

    with pytest.raises(UnknownNameError, match=f"“moon”.*simulated, simulated-single, {name}"):
        stations.adopt("moon")


def test_a_file_that_cannot_be_read_is_listed_with_its_trouble(stations: Stations, tmp_path: Path):
    (tmp_path / "stations").mkdir()
    (tmp_path / "stations" / "bench.toml").write_text("title = 3")

    assert "bench.toml cannot be read: " in stations.choices[-1].trouble
