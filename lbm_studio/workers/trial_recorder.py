"""Keeps trials as episodes of a dataset, whatever came of them."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.episode import EpisodeMetadata
from lbm_studio.core.safety import tally
from lbm_studio.episodes.storage import full_disk_in_words, remove_folder
from lbm_studio.episodes.take import Take
from lbm_studio.episodes.writer import DatasetWriter
from lbm_studio.station.safety.envelope import Clamped
from lbm_studio.station.simulation.trials import TrialStation
from lbm_studio.workers.ticks import recorded_tick


class RecordedTrial:
    """One trial while it is being recorded.

    Args:
        writer: of the dataset.
        take: what is recorded so far.
        description: the station.
    """

    def __init__(self, writer: DatasetWriter, take: Take, description: StationDescription) -> None:
        self._writer, self._take, self._description = writer, take, description
        self._limited: Counter[str] = Counter()

    def note(self, station: TrialStation, sent: Clamped) -> None:
        """Record a step that is about to be made."""
        frames = station.capture(self._description.embodiment.camera_names)
        self._limited += tally([sent.limits])
        self._take.add(recorded_tick(self._description, station.read(), frames, sent))

    def keep(self, metadata: EpisodeMetadata) -> None:
        """Enter the trial into the dataset.

        Raises:
            DatasetError: it ended at once.
        """
        safety, limited = self._description.safety, dict(self._limited)
        said = replace(metadata, safety=safety, limited=limited)
        self._writer.enter(self._take.finish(), said)


class TrialRecorder:
    """Records the trials on one station. A context manager.

    Args:
        dataset: folder; made or added to.
        description: the station.

    Raises:
        DatasetError: the dataset is of another station.
    """

    def __init__(self, dataset: Path, description: StationDescription) -> None:
        self._description = description
        self._open = ExitStack()
        self._writer = self._open.enter_context(DatasetWriter.open(dataset, description))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @contextmanager
    def trial(self) -> Iterator[RecordedTrial]:
        """Record a trial, which is forgotten unless it is kept.

        Raises:
            DiskFullError: the disk is full.
        """
        embodiment = self._description.embodiment
        folder = self._writer.take_folder()
        with full_disk_in_words(folder):
            rate_hz = round(embodiment.chunk.rate_hz)
            take = Take(folder, embodiment, rate_hz, measures=self._description.measures)
            try:
                yield RecordedTrial(self._writer, take, self._description)
            finally:
                if not take.is_finished:
                    take.abandon()
                    remove_folder(folder)
