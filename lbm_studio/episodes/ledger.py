"""What a writer knows of the kept episodes, and how the next one is entered."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core import keys
from lbm_studio.core.episode import EpisodeMetadata
from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes import layout, parquet, statistics, trust
from lbm_studio.episodes.features import Feature
from lbm_studio.episodes.info import DatasetInfo
from lbm_studio.episodes.layout import Place
from lbm_studio.episodes.statistics import FeatureStatistics
from lbm_studio.episodes.table import (
    ROWS_PER_FILE,
    EpisodeRow,
    VideoSpan,
    load_records,
    load_statistics,
    write_records,
)

_COLOURS = 3


@dataclass(frozen=True)
class Ledger:
    """The kept episodes, as far as the next one needs them.

    Attributes:
        info: rate, features and totals.
        tasks: goals in the order of their ``task_index``.
        last: the row of the last episode; None without one.
        open_records: the rows of the last file of the table as they are written, which the next one
            joins.
        statistics: of all kept episodes together.
    """

    info: DatasetInfo
    tasks: tuple[str, ...]
    last: EpisodeRow | None
    open_records: tuple[Mapping[str, Any], ...]
    statistics: Mapping[str, FeatureStatistics]

    def task_index(self, goal: str) -> int:
        """Return the number of a goal, which may be the next new one."""
        return self.tasks.index(goal) if goal in self.tasks else len(self.tasks)

    def new_row(self, length: int, metadata: EpisodeMetadata) -> EpisodeRow:
        """Return the row of an episode in files of its own, without statistics."""
        last = self.last
        duration_s = length / self.info.rate_hz
        places = {
            key: last.videos[key].place.following() if last else Place.first()
            for key in self.info.video_keys
        }
        return EpisodeRow(
            index=self.info.episodes,
            length=length,
            first_frame=self.info.frames,
            data=last.data.following() if last else Place.first(),
            videos={key: VideoSpan(place, 0.0, duration_s) for key, place in places.items()},
            listing=self._listing(),
            metadata=metadata,
        )

    def entered(self, row: EpisodeRow, values: Mapping[str, FeatureStatistics]) -> "Ledger":
        """Return the ledger with one more episode and its statistics."""
        goal = row.metadata.goal
        tasks = self.tasks if goal in self.tasks else (*self.tasks, goal)
        totals = self.info.with_totals(
            episodes=row.index + 1, frames=row.first_frame + row.length, tasks=len(tasks)
        )
        shares_file = self.last is not None and self.last.listing == row.listing
        record = row.as_record(self.info.features, values)
        return Ledger(
            info=totals,
            tasks=tasks,
            last=row,
            open_records=(*(self.open_records if shares_file else ()), record),
            statistics=statistics.merge_all([self.statistics, values]),
        )

    def stage(self, root: Path, staging: Path) -> list[tuple[Path, Path]]:
        """Write the files that describe the dataset into ``staging``.

        Returns:
            (staged file, final file) in the order they are to be moved: the rows before what is
            derived from them.
        """
        moves = [(staging / "tasks.parquet", root / layout.TASKS_FILE)]
        parquet.write_tasks(moves[-1][0], self.tasks)
        if self.last:
            final = layout.episodes_file(root, self.last.listing)
            moves.append((staging / "episodes.parquet", final))
            write_records(moves[-1][0], self.open_records, self.info.features)
        moves.append((staging / "stats.json", root / layout.STATS_FILE))
        moves[-1][0].write_text(self._statistics_text(), encoding="utf-8")
        moves.append((staging / "info.json", root / layout.INFO_FILE))
        moves[-1][0].write_text(json.dumps(self.info.as_json(), indent=4), encoding="utf-8")
        return moves

    def _listing(self) -> Place:
        if self.last is None:
            return Place.first()
        has_room = len(self.open_records) < ROWS_PER_FILE
        return self.last.listing if has_room else self.last.listing.following()

    def _statistics_text(self) -> str:
        features = self.info.features
        record = {
            key: value.as_record(is_image=features[key].is_video)
            for key, value in self.statistics.items()
        }
        return json.dumps(record)


def read_ledger(root: Path, info: DatasetInfo, rows: Sequence[EpisodeRow]) -> Ledger:
    """Return the ledger of a dataset whose rows have been read.

    Raises:
        DatasetError: a file is damaged.
    """
    last = rows[-1] if rows else None
    tasks = parquet.read_tasks(root / layout.TASKS_FILE)
    frames = last.first_frame + last.length if last else 0
    return Ledger(
        info=info.with_totals(episodes=len(rows), frames=frames, tasks=len(tasks)),
        tasks=tuple(tasks),
        last=last,
        open_records=tuple(load_records(root, last.listing)) if last else (),
        statistics=_read_statistics(root, info.features, frames),
    )


def _read_statistics(
    root: Path, features: Mapping[str, Feature], frames: int
) -> dict[str, FeatureStatistics]:
    """Read the statistics of the whole dataset; merge them anew where the file is behind.

    Raises:
        DatasetError: those of the episodes are damaged, too.
    """
    try:
        total = trust.read_json(root / layout.STATS_FILE, _statistics_from_json)
    except DatasetError:  # made anew from the table of episodes
        total = {}
    is_complete = keys.INDEX in total and total[keys.INDEX].count == frames
    if is_complete and _are_of(features, total):
        return total
    with trust.damage_in_words(root / "meta" / "episodes"):
        merged = statistics.merge_all(load_statistics(root))
        if not _are_of(features, merged):
            raise ValueError("its statistics are not of its columns")
    return merged


def _are_of(features: Mapping[str, Feature], found: Mapping[str, FeatureStatistics]) -> bool:
    """Whether there is a number for each dimension of a column and each colour of a picture."""
    return all(
        key in features
        and value.size == (_COLOURS if features[key].is_video else math.prod(features[key].shape))
        for key, value in found.items()
    )


def _statistics_from_json(stored: Mapping[str, Any]) -> dict[str, FeatureStatistics]:
    return {key: FeatureStatistics.from_record(record) for key, record in stored.items()}


def index_columns(
    row: EpisodeRow, *, task_index: int, rate_hz: int
) -> dict[str, NDArray[np.generic]]:
    """Return the columns that number an episode's frames."""
    frames = np.arange(row.length, dtype=np.int64)
    return {
        keys.TIMESTAMP: (frames / rate_hz).astype(np.float32),
        keys.FRAME_INDEX: frames,
        keys.EPISODE_INDEX: np.full(row.length, row.index, dtype=np.int64),
        keys.INDEX: row.first_frame + frames,
        keys.TASK_INDEX: np.full(row.length, task_index, dtype=np.int64),
    }
