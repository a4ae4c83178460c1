"""The doctor tells what there is for real arms without touching any."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lbm_studio.core.paths import DATA_VARIABLE
from lbm_studio.core.station_file import StationFile, station_path, write_station_file
from lbm_studio.station.arms import controller
from lbm_studio.station.arms.inspection import DriverVersions, driver_versions
from lbm_studio.workers.doctor_robot import (
    look_at_arm_driver,
    look_at_clock,
    look_at_kernel,
    look_at_keyring,
    look_at_stations,
)
from tests.core.station_files import make_station_file


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the address of something that takes connections as an arm does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(controller, "ARM_PORT", server.getsockname()[1])
        yield "127.0.0.1"


def put_on_file(addresses: tuple[str, str], *, realtime: bool = True) -> StationFile:
    file = make_station_file()
    arms = tuple(
        replace(arm, address=address) for arm, address in zip(file.arms, addresses, strict=True)
    )
    file = replace(file, arms=arms, realtime=realtime)
    write_station_file(station_path(file.name), file)
    return file


def test_the_driver_tells_its_versions_and_what_it_speaks() -> None:
    versions = driver_versions()

    assert versions.franky.startswith("2.")
    assert versions.protocol == 10
    is_fine, words, figures = look_at_arm_driver()
    assert is_fine
    assert words == versions.in_words()
    assert figures["robot_server"] == 10


def test_a_driver_that_tells_little_is_told_in_fewer_words() -> None:
    assert DriverVersions("2.0.0", "", None).in_words() == "franky 2.0.0."


def test_without_stations_on_file_there_is_nothing_to_see_to() -> None:
    assert look_at_stations()[:2] == (True, "None on file; the simulated ones are built in.")
    assert look_at_kernel()[0]


def test_arms_that_answer_and_arms_that_do_not_are_told_apart(listening: str) -> None:
    put_on_file((listening, "127.0.0.9"))

    is_fine, words, figures = look_at_stations()

    assert not is_fine
    assert "The right arm answers at 127.0.0.1." in words
    assert "The left arm does not answer at 127.0.0.9: check cable and FCI." in words
    assert "calibrations are missing" in words
    assert figures == {"stations": 1}


def test_an_arm_without_an_address_and_a_file_that_is_broken_are_told() -> None:
    put_on_file(("", ""))
    station_path("broken").write_text("title = 3")

    is_fine, words, _ = look_at_stations()

    assert not is_fine
    assert "The right arm has no address yet." in words
    assert "broken: The station file broken.toml cannot be read" in words


def test_a_station_that_insists_on_a_real_time_kernel_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mark = tmp_path / "realtime"
    monkeypatch.setattr("lbm_studio.station.arms.inspection.REALTIME_MARK", mark)
    put_on_file(("", ""))

    assert "bench insists on one" in look_at_kernel()[1]
    put_on_file(("", ""), realtime=False)
    assert look_at_kernel()[0]
    mark.write_text("1\n")
    assert look_at_kernel() == (True, "A real-time kernel.", {"realtime_kernel": True})


def test_clock_and_keyring_are_told_and_are_nobodys_trouble() -> None:
    for look in (look_at_clock, look_at_keyring):
        is_fine, words, figures = look()
        assert is_fine
        assert words.endswith(".")
        assert figures
