"""What a writer knows of the kept episodes, and how the next one is entered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core import keys
from lbm_studio.core.episode import EpisodeMetadata
from lbm_studio.episodes import layout, parquet, statistics
from lbm_studio.episodes.info import DatasetInfo
from lbm_studio.episodes.layout import Place
from lbm_studio.episodes.statistics import FeatureStatistics
from lbm_studio.episodes.table import ROWS_PER_FILE, EpisodeRow, VideoSpan, write_rows


@dataclass(frozen=True)
class Ledger:
    """The kept episodes, as far as the next one needs them.

    Attributes:
        info: rate, features and totals.
        tasks: goals in the order of their ``task_index``.
        open_rows: the rows of the last file of the table, with statistics.
        statistics: of all kept episodes together.
    """

    info: DatasetInfo
    tasks: tuple[str, ...]
    open_rows: tuple[EpisodeRow, ...]
    statistics: Mapping[str, FeatureStatistics]

    def task_index(self, goal: str) -> int:
        """Return the number of a goal, which may be the next new one."""
        return self.tasks.index(goal) if goal in self.tasks else len(self.tasks)

    def new_row(self, length: int, metadata: EpisodeMetadata) -> EpisodeRow:
        """Return the row of an episode in files of its own, without statistics."""
        last = self.open_rows[-1] if self.open_rows else None
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

    def entered(self, row: EpisodeRow) -> "Ledger":
        """Return the ledger with one more episode."""
        goal = row.metadata.goal
        tasks = self.tasks if goal in self.tasks else (*self.tasks, goal)
        totals = self.info.with_totals(
            episodes=row.index + 1, frames=row.first_frame + row.length, tasks=len(tasks)
        )
        same_file = tuple(r for r in self.open_rows if r.listing == row.listing)
        merged = statistics.merge_all([self.statistics, row.statistics])
        return replace(
            self, info=totals, tasks=tasks, open_rows=(*same_file, row), statistics=merged
        )

    def stage(self, root: Path, staging: Path) -> list[tuple[Path, Path]]:
        """Write the files that describe the dataset into ``staging``.

        Returns:
            (staged file, final file) in the order they are to be moved: the rows before what is
            derived from them.
        """
        moves = [(staging / "tasks.parquet", root / layout.TASKS_FILE)]
        parquet.write_tasks(moves[-1][0], self.tasks)
        if self.open_rows:
            final = layout.episodes_file(root, self.open_rows[0].listing)
            moves.append((staging / "episodes.parquet", final))
            write_rows(moves[-1][0], self.open_rows, self.info.features)
        moves.append((staging / "stats.json", root / layout.STATS_FILE))
        moves[-1][0].write_text(self._statistics_text(), encoding="utf-8")
        moves.append((staging / "info.json", root / layout.INFO_FILE))
        moves[-1][0].write_text(json.dumps(self.info.as_json(), indent=4), encoding="utf-8")
        return moves

    def _listing(self) -> Place:
        if not self.open_rows:
            return Place.first()
        current = self.open_rows[-1].listing
        return current if len(self.open_rows) < ROWS_PER_FILE else current.following()

    def _statistics_text(self) -> str:
        features = self.info.features
        record = {
            key: value.as_record(is_image=features[key].is_video)
            for key, value in self.statistics.items()
        }
        return json.dumps(record)


def ledger_of(info: DatasetInfo, rows: list[EpisodeRow], tasks: list[str]) -> Ledger:
    """Return the ledger of a dataset whose rows, with statistics, have been read."""
    last = rows[-1].listing if rows else Place.first()
    frames = rows[-1].first_frame + rows[-1].length if rows else 0
    return Ledger(
        info=info.with_totals(episodes=len(rows), frames=frames, tasks=len(tasks)),
        tasks=tuple(tasks),
        open_rows=tuple(row for row in rows if row.listing == last),
        statistics=statistics.merge_all(row.statistics for row in rows),
    )


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
