"""A small station, a dataset recorded on it, and the dataset that LeRobot itself wrote."""

from pathlib import Path

import pytest

from lbm_studio.core.embodiment import StationDescription
from tests.core.stations import make_station
from tests.episodes.recordings import record_dataset


@pytest.fixture
def station() -> StationDescription:
    return make_station("right", "left")


@pytest.fixture
def recorded(tmp_path: Path, station: StationDescription) -> Path:
    return record_dataset(tmp_path / "recorded", station)


@pytest.fixture
def official() -> Path:
    """Two episodes in one file, written by LeRobot 0.6.1."""
    return Path(__file__).parents[1] / "data" / "lerobot_v3_fixture"
