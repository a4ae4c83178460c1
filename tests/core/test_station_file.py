"""Station files are read as they were written, and say which field is wrong."""

from dataclasses import replace
from pathlib import Path

import pytest

from lbm_studio.core.errors import StudioError
from lbm_studio.core.paths import DATA_VARIABLE
from lbm_studio.core.station_file import (
    Driver,
    find_station_file,
    read_station_file,
    station_names,
    station_path,
    write_station_file,
)
from lbm_studio.core.toml import FieldError
from tests.core.station_files import make_station_file, station_file_of
from tests.core.stations import make_station


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    return tmp_path


def written(folder: Path) -> Path:
    path = folder / "bench.toml"
    write_station_file(path, make_station_file())
    return path


def refused(path: Path, old: str, new: str) -> str:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(StudioError) as caught:
        read_station_file(path)
    return str(caught.value)


def test_a_station_file_with_every_field_told_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert read_station_file(written(tmp_path)) == make_station_file()


@pytest.mark.parametrize("arms", [("right",), ("right", "left")], ids=["one arm", "two arms"])
def test_a_description_written_to_a_file_is_the_same_station_when_read(
    tmp_path: Path, arms: tuple[str, ...]
) -> None:
    station = replace(make_station(*arms), measures=make_station_file().description.measures)

    write_station_file(tmp_path / "it.toml", station_file_of(station, driver=Driver.SIMULATED))

    assert read_station_file(tmp_path / "it.toml").description == station


def test_a_station_with_a_driver_of_hardware_is_not_simulated() -> None:
    assert not make_station_file().description.simulated


def test_poses_are_written_as_a_position_and_three_rows(tmp_path: Path) -> None:
    text = written(tmp_path).read_text()

    assert "position_m = [-0.5, 0.3, 0.0]\n" in text
    assert "rotation = [\n" in text
    assert "[[cameras]]" in text


def test_a_rotation_that_was_rounded_by_hand_is_made_exact(tmp_path: Path) -> None:
    path = tmp_path / "bench.toml"
    write_station_file(path, station_file_of(make_station("right"), driver=Driver.SIMULATED))
    path.write_text(path.read_text().replace("1.0,", "0.99999,", 1))

    rotation = read_station_file(path).arms[0].base.rotation

    assert abs((rotation @ rotation.T)[0, 0] - 1.0) < 1e-12


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('driver = "franka"', 'driver = "ur5"', "driver should be one of simulated, franka"),
        ('kind = "genicam"', 'kind = "webcam"', "cameras[0].kind should be one of simulated, open"),
        ('mount = "wrist"', 'mount = "head"', "cameras[1].mount should be one of scene, wrist"),
        ('arm = "right"', 'arm = "up"', "cameras[1].arm should be one of right, left, not “up”"),
        ("rotation_deg = 90", "rotation_deg = 45", "cameras[0].rotation_deg should be one of 0,"),
        ('serial = "SN-1"', "serial = 1", "cameras[0].serial should be of type str"),
        ('serial = "SN-1"\n', "", "cameras[0].serial is missing"),
        ('serial = "SN-1"', 'serail = "SN-1"', "cameras[0].serail is not a field. Choose one of"),
        ('title = "Bench"', 'title = "Bench"\ncolour = 1', "colour is not a field"),
        ("rotation = [", "turn = [", "arms[0].base.turn is not a field. Choose one of: posit"),
        ("position_m = [", "position_m = [1.0,", "arms[0].base.position_m should be 3 numbers"),
        ("127.0.0.2", "127.0.0.1", "arms[1].address is another arm's too"),
        ('name = "left"', 'name = "right"', "arms[1].name repeats “right”"),
        ("execute = 3", "execute = 9", "chunk.execute should be at least 1"),
        ("width_px = 64", "width_px = 0", "cameras[0].width_px should be above 0"),
        ("realtime = true", "realtime = 1", "realtime should be of type bool"),
        ('title = "Bench"', "title = ", "is not TOML"),
    ],
)
def test_what_cannot_be_read_names_the_field_and_the_choices(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert f"bench.toml cannot be read: {told}" in refused(written(tmp_path), old, new)


def test_a_matrix_that_is_no_rotation_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bench.toml"
    write_station_file(path, station_file_of(make_station("right"), driver=Driver.SIMULATED))

    assert "arms[0].base.rotation should be a rotation" in refused(path, "1.0,", "0.5,")


def test_what_is_impossible_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(FieldError) as caught:
        write_station_file(tmp_path / "bench.toml", replace(make_station_file(), arms=()))

    assert caught.value.field == "arms"
    assert not (tmp_path / "bench.toml").exists()


def test_a_station_is_found_by_its_name_and_by_its_path(tmp_path: Path) -> None:
    write_station_file(station_path("bench"), make_station_file())

    assert station_names() == ("bench",)
    assert find_station_file("bench") == make_station_file()
    assert find_station_file(str(tmp_path / "stations" / "bench.toml")) == make_station_file()
    assert find_station_file("moon") is None


def test_a_file_that_is_called_otherwise_than_its_station_is_told() -> None:
    write_station_file(station_path("bench-2"), make_station_file())

    with pytest.raises(StudioError, match=r"called “bench”. Call the file bench\.toml"):
        find_station_file("bench-2")


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(StudioError, match="There is no station file"):
        read_station_file(station_path("moon"))
