"""A shelf with recorded datasets, for tests."""

from pathlib import Path

from lbm_studio.app.datasets import DatasetShelf
from tests.core.stations import make_station
from tests.episodes.recordings import record_dataset


def shelf_with(folder: Path, *names: str, episodes: int = 3) -> DatasetShelf:
    """Record datasets of twelve frames an episode and return the shelf they are on."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        record_dataset(folder / name, make_station("right", "left"), episodes=episodes)
    return DatasetShelf(folder)
