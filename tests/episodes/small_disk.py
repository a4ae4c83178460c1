"""Run on a disk of a few megabytes: records until it is full, then says what is kept."""

import sys
from pathlib import Path

import numpy as np

from lbm_studio.core.errors import DiskFullError
from lbm_studio.episodes import writer as writer_module
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.verify import verify_dataset
from lbm_studio.episodes.writer import DatasetWriter
from tests.core.stations import make_station
from tests.episodes.recordings import make_metadata, make_tick


def main(root: Path, backlog: int) -> None:
    writer_module.require_room = lambda folder, needed: None
    station = make_station("right", "left")
    random = np.random.default_rng(0)
    kept = 0
    sentence = ""
    with DatasetWriter.open(root, station, backlog=backlog) as writer:
        while not sentence:
            try:
                writer.begin()
                for tick in range(30):
                    values = make_tick(station, tick)
                    noisy = {
                        k: random.integers(0, 256, v.shape, np.uint8)
                        for k, v in values["images"].items()
                    }
                    writer.add(**{**values, "images": noisy})
                writer.keep(make_metadata())
                kept += 1
            except DiskFullError as error:
                sentence = str(error)
    DatasetWriter.open(root, station).close()
    verification = verify_dataset(root, decode=True)
    told = verification.episodes if verification.is_sound else verification.findings
    sys.stdout.write(f"{kept}\n{told}\n{sentence}\n")
    assert len(Dataset.open(root).episodes) == kept


if __name__ == "__main__":
    main(Path(sys.argv[1]) / "dataset", int(sys.argv[2]))
