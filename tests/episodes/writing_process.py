"""Records episodes for ever and says so after each: made to be killed."""

import sys
from itertools import count
from pathlib import Path

from lbm_studio.episodes.writer import DatasetWriter
from tests.core.stations import make_station
from tests.episodes.recordings import record_episode


def main(root: Path) -> None:
    station = make_station("right", "left")
    with DatasetWriter.open(root, station) as writer:
        for seed in count(writer.episodes):
            summary = record_episode(writer, station, ticks=6, seed=seed)
            sys.stdout.write(f"{summary.metadata.uuid}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
