"""Recording demonstrations so that a kill at any moment costs at most the running episode.

Everything of the running episode is written below ``.recording/``. When it is kept, its files are
completed, counted frame by frame and flushed to the disk there, and only then renamed: frames and
videos first, then the goals, the row of the table of episodes (from here on it exists), the
statistics and ``info.json``.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core import keys
from lbm_studio.core.embodiment import Embodiment, Measurement, StationDescription
from lbm_studio.core.episode import EpisodeMetadata, EpisodeSummary
from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes import layout, parquet, statistics
from lbm_studio.episodes.features import LANGUAGE_FEATURES, MEASURED, station_features
from lbm_studio.episodes.identity import identity_of
from lbm_studio.episodes.info import DatasetInfo
from lbm_studio.episodes.ledger import Ledger, index_columns
from lbm_studio.episodes.opening import (
    create_if_missing,
    put_in_order,
    refuse_another,
    whole_rate,
)
from lbm_studio.episodes.recovery import clear_staging
from lbm_studio.episodes.statistics import FeatureStatistics
from lbm_studio.episodes.storage import (
    FolderLock,
    flush_to_disk,
    full_disk_in_words,
    move_into_place,
    remove_folder,
    require_room,
)
from lbm_studio.episodes.table import EpisodeRow
from lbm_studio.episodes.take import FinishedTake, Take, Tick
from lbm_studio.episodes.video import Image

_LONGEST_EPISODE_S = 120
_BYTES_PER_PIXEL = 0.15
_METADATA_BYTES = 20_000_000

Moves = list[tuple[Path, Path]]


class DatasetWriter:
    """Appends episodes to one dataset. Made by :meth:`open`; a context manager; one thread."""

    def __init__(
        self,
        root: Path,
        station: StationDescription,
        ledger: Ledger,
        lock: FolderLock,
        *,
        backlog: int = 0,
    ) -> None:
        self._root = root
        self._embodiment = station.embodiment
        recorded = ledger.info.columns  # those of an earlier version may be fewer
        self._measures = [m for m in station.measures if MEASURED[m] in recorded]
        self._backlog = backlog
        self._ledger = ledger
        self._lock = lock
        self._take: Take | None = None
        self._takes = 0

    @classmethod
    def open(
        cls,
        path: Path,
        station: StationDescription,
        *,
        rate_hz: float | None = None,
        absent_arms: tuple[str, ...] = (),
        with_language: bool = False,
        backlog: int = 0,
        leave_out: Collection[str] = (),
    ) -> "DatasetWriter":
        """Create a dataset in ``path``, or open the one there to append to it.

        Args:
            path: folder of the dataset.
            station: what is recorded.
            rate_hz: ticks a second, a whole number; the policy's rate by default [Hz].
            absent_arms: arms that are not there, whose vectors only fill the place.
            with_language: whether every episode is entered with phases and paraphrases.
            backlog: ticks that may wait for the encoders, which then have threads of their own;
                0 encodes on the calling thread.
            leave_out: columns of a new dataset that :func:`may_be_missing`, because nobody knows
                what would stand there.

        Raises:
            DatasetError: the folder holds something else, belongs to another station, or is being
                recorded to.
            DiskFullError: there is no room for a new dataset.
        """
        embodiment = station.embodiment
        rate = whole_rate(rate_hz or embodiment.chunk.rate_hz)
        identity = identity_of(station, absent_arms)
        features = station_features(embodiment, rate, station.measures, with_language=with_language)
        features = {key: f for key, f in features.items() if key not in leave_out}
        info = DatasetInfo(rate, features, robot_type=embodiment.name)
        with full_disk_in_words(path):
            create_if_missing(path, identity, info)
            refuse_another(path, identity, info)
            lock = FolderLock(path / "meta", dataset=path)
            try:
                return cls(path, station, put_in_order(path), lock, backlog=backlog)
            except BaseException:
                lock.release()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_recording(self) -> bool:
        """Whether an episode has begun and is neither kept nor discarded."""
        return self._take is not None

    @property
    def ticks(self) -> int:
        """Ticks of the running episode."""
        return len(self._take) if self._take else 0

    @property
    def episodes(self) -> int:
        """How many episodes the dataset keeps."""
        return self._ledger.info.episodes

    def begin(self) -> None:
        """Begin an episode; a running one is discarded.

        Raises:
            DiskFullError: there is no room for an episode.
        """
        self.discard()
        with full_disk_in_words(self._root):
            self._take = Take(
                self.take_folder(),
                self._embodiment,
                self._rate_hz,
                measures=self._measures,
                backlog=self._backlog,
            )

    @property
    def has_room(self) -> bool:
        """Whether a tick can be added to the running episode without waiting for the encoders."""
        return self._take is not None and self._take.has_room

    def add(
        self,
        *,
        state: NDArray[np.floating],
        action: NDArray[np.floating],
        joints: NDArray[np.floating],
        captured_ns: int,
        images: Mapping[str, Image],
        clamped: bool = False,
        images_captured_ns: Mapping[str, int] | None = None,
        measured: Mapping[Measurement, NDArray[np.floating]] | None = None,
    ) -> None:
        """Append one whole tick to the running episode; as :meth:`add_tick`."""
        taken = images_captured_ns or {}
        tick = Tick(state, action, joints, captured_ns, images, taken, clamped)
        self.add_tick(replace(tick, measured=measured or {}))

    def add_tick(self, tick: Tick) -> None:
        """Append one whole tick to the running episode.

        Raises:
            DatasetError: no episode has begun, or the tick is incomplete; the episode goes on
                without it.
            DiskFullError: the disk is full; the running episode is lost, all kept ones are safe.
        """
        take = self._running_take()
        try:
            with full_disk_in_words(self._root):
                take.add(tick)
        except DatasetError:
            raise
        except BaseException:
            self.discard()
            raise

    def keep(self, metadata: EpisodeMetadata) -> EpisodeSummary:
        """Finish, verify and keep the running episode.

        On an error the episode is gone, and all kept ones are safe.

        Raises:
            DatasetError: no episode has begun, it is too short, or its videos do not hold a picture
                a tick.
            DiskFullError: the disk is full.
        """
        take = self._running_take()
        try:
            with full_disk_in_words(self._root):
                finished = take.finish()
        except BaseException:
            self.discard()
            raise
        self._take = None
        return self.enter(finished, metadata)

    def take_folder(self) -> Path:
        """Make and return a folder for an episode that is recorded with :class:`Take`.

        Several may be recorded at a time, also by other processes; each is then given to
        :meth:`enter`. What was not entered is removed by :meth:`close`.

        Raises:
            DiskFullError: there is no room for an episode.
        """
        require_room(self._root, _room_for_episode(self._embodiment, self._rate_hz))
        folder = self._root / layout.STAGING_FOLDER / f"take-{self._takes}"
        self._takes += 1
        with full_disk_in_words(self._root):
            folder.mkdir(parents=True)
        return folder

    def enter(self, finished: FinishedTake, metadata: EpisodeMetadata) -> EpisodeSummary:
        """Make a finished take the next episode. On an error all kept episodes are safe.

        Raises:
            DatasetError: the frames could not be written whole.
            DiskFullError: the disk is full.
        """
        try:
            with full_disk_in_words(self._root):
                row, values, moves = self._stage(finished, metadata)
                ledger = self._ledger.entered(row, values)
                moves += ledger.stage(self._root, finished.folder)
                for staged, final in moves:
                    flush_to_disk(staged)
                    final.parent.mkdir(parents=True, exist_ok=True)
            for staged, final in moves:
                move_into_place(staged, final)
            self._ledger = ledger
        finally:
            remove_folder(finished.folder)
        return row.summary(self._rate_hz)

    def discard(self) -> None:
        """Forget the running episode, if there is one."""
        if self._take is not None:
            take, self._take = self._take, None
            take.abandon()
            remove_folder(take.folder)

    def close(self) -> None:
        """Discard the running episode and let others record. Harmless when called again."""
        if self._lock.is_held:
            self.discard()
            clear_staging(self._root)
            self._lock.release()

    @property
    def _rate_hz(self) -> int:
        return self._ledger.info.rate_hz

    def _running_take(self) -> Take:
        if self._take is None:
            raise DatasetError("No episode is being recorded: begin one first.")
        return self._take

    def _stage(
        self, finished: FinishedTake, metadata: EpisodeMetadata
    ) -> tuple[EpisodeRow, Mapping[str, FeatureStatistics], Moves]:
        """Complete the episode's own files."""
        row = self._ledger.new_row(finished.length, metadata)
        columns = dict(finished.columns) | index_columns(
            row, task_index=self._ledger.task_index(metadata.goal), rate_hz=self._rate_hz
        )
        columns[keys.SUCCESS] = columns[keys.DONE].astype(np.bool_) & (metadata.success is True)
        columns = self._recorded(columns)
        values = {
            key: statistics.of_values(column)
            for key, column in columns.items()
            if key not in LANGUAGE_FEATURES
        }
        frames = finished.folder / "frames.parquet"
        parquet.write_frames(frames, self._ledger.info.columns, columns)
        if parquet.count_rows(frames) != row.length:
            raise DatasetError("The frames could not be written whole: the episode was not kept.")
        moves = [(frames, layout.data_file(self._root, row.data))]
        for camera, staged in finished.videos.items():
            key = keys.image_key(camera)
            moves.append((staged, layout.video_file(self._root, key, row.videos[key].place)))
        return row, values | dict(finished.image_statistics), moves

    def _recorded(
        self, columns: Mapping[str, NDArray[np.generic]]
    ) -> dict[str, NDArray[np.generic]]:
        """Return the columns the dataset has; those of an earlier version may be fewer."""
        missing = [key for key in self._ledger.info.columns if key not in columns]
        if missing:
            raise DatasetError(f"The episode has no “{missing[0]}”, which the dataset records.")
        return {key: columns[key] for key in self._ledger.info.columns}


def _room_for_episode(embodiment: Embodiment, rate_hz: int) -> int:
    pixels = sum(camera.width_px * camera.height_px for camera in embodiment.cameras)
    video_bytes = pixels * rate_hz * _LONGEST_EPISODE_S * _BYTES_PER_PIXEL
    return round(video_bytes) + _METADATA_BYTES
