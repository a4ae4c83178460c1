"""What is usual for the takes of a goal."""

from pathlib import Path

import pytest

from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.usual import FEWEST, usual_duration_s, usual_in
from tests.core.stations import make_station
from tests.episodes.recordings import record_dataset


def test_half_of_the_takes_are_longer_than_usual() -> None:
    assert usual_duration_s([4.0, 5.0, 6.0, 7.0, 90.0]) == 6.0
    assert usual_duration_s([4.0] * (FEWEST - 1)) is None


def test_what_is_usual_is_read_off_the_takes_of_that_goal(tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    record_dataset(folder, make_station("right", "left"), episodes=FEWEST)
    dataset = Dataset.open(folder)
    goals = {episode.metadata.goal for episode in dataset.episodes}
    expected = dataset.episodes[0].length / dataset.rate_hz

    found = [usual_in(folder, goal) for goal in goals]

    assert usual_in(folder, "something else") is None
    assert found == ([pytest.approx(expected)] if len(goals) == 1 else [None] * len(goals))


def test_a_dataset_that_is_not_there_tells_nothing(tmp_path: Path) -> None:
    assert usual_in(tmp_path / "nowhere", "stack the cups") is None
