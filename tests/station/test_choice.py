"""A station is meant by a built-in name, the name of a file, or the path of one."""

from dataclasses import replace
from pathlib import Path

import pytest

from lbm_studio.core.clock import ManualClock
from lbm_studio.core.errors import StationError, UnknownNameError
from lbm_studio.core.paths import DATA_VARIABLE
from lbm_studio.core.station_file import (
    Driver,
    station_path,
    write_station_file,
)
from lbm_studio.station.arms.station import FrankaStation
from lbm_studio.station.choice import find_simulated_station, find_station, make_station
from lbm_studio.station.interface import Hardware
from lbm_studio.station.simulation.embodiments import STATIONS
from lbm_studio.station.simulation.station import SimulatedStation
from tests.core.station_files import make_station_file


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))


def test_a_built_in_station_needs_no_file() -> None:
    assert find_station("simulated") == STATIONS["simulated"]()


def test_a_station_on_file_is_meant_by_its_name_and_by_its_path(tmp_path: Path) -> None:
    write_station_file(station_path("bench"), make_station_file())
    write_station_file(tmp_path / "elsewhere.toml", make_station_file("elsewhere"))

    assert find_station("bench").title == "Bench"
    assert find_station(str(tmp_path / "elsewhere.toml")).name == "elsewhere"


def test_an_unknown_name_is_answered_with_the_built_in_ones_and_those_on_file() -> None:
    write_station_file(station_path("bench"), make_station_file())

    with pytest.raises(UnknownNameError, match=r"“moon”\. Choose one of: simulated, .*, bench\."):
        find_station("moon")


def test_what_is_done_in_simulation_is_refused_to_real_arms() -> None:
    write_station_file(station_path("bench"), make_station_file())
    tame = replace(make_station_file("tame"), driver=Driver.SIMULATED)
    write_station_file(station_path("tame"), tame)

    assert find_simulated_station("tame").simulated
    with pytest.raises(StationError, match=r"“Bench” are real.*Choose one of: simulated"):
        find_simulated_station("bench")


def test_the_station_file_chooses_the_driver_of_the_arms(tmp_path: Path) -> None:
    write_station_file(station_path("bench"), make_station_file())

    real = make_station("bench", ManualClock()).station
    assert isinstance(real, FrankaStation)
    assert real.description == make_station_file().description
    assert isinstance(real, Hardware)
    simulated = make_station("simulated-single", ManualClock()).station
    assert isinstance(simulated, SimulatedStation)
    simulated.close()
