"""The table of episodes (``meta/episodes``): one row an episode, a bounded number of rows a file.

Rows are what says which episodes exist; ``info.json``, ``stats.json`` and the count of goals can be
derived from them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.embodiment import SafetyCard
from lbm_studio.core.episode import EpisodeMetadata, EpisodeSource, EpisodeSummary
from lbm_studio.core.errors import DatasetError, StudioError
from lbm_studio.episodes import layout, parquet, statistics, trust
from lbm_studio.episodes.features import Feature
from lbm_studio.episodes.layout import Place
from lbm_studio.episodes.statistics import FeatureStatistics

T = TypeVar("T")

ROWS_PER_FILE = 50
"""Keeping an episode rewrites the rows of at most one file."""

_METADATA_KINDS: Mapping[str, str] = {
    "lbm.uuid": "string",
    "lbm.success": "bool",
    "lbm.source": "string",
    "lbm.skill": "string",
    "lbm.seed": "int64",
    "lbm.operator": "string",
    "lbm.dropped_ticks": "int64",
    "lbm.paraphrases": "strings",
    "lbm.safety": "string",
    "lbm.limited": "string",
}


@dataclass(frozen=True)
class VideoSpan:
    """Where the pictures of one camera and episode lie.

    Attributes:
        place: the file.
        start_s: time of the first picture within the file [s].
        end_s: time after the last picture [s].
    """

    place: Place
    start_s: float
    end_s: float


@dataclass(frozen=True)
class EpisodeRow:
    """One row of the table.

    Attributes:
        index: position in the dataset.
        length: frames.
        first_frame: number of its first frame within the dataset.
        data: file of its frames.
        videos: by feature name.
        listing: the file of the table that holds this row.
        metadata: what was said about it.
    """

    index: int
    length: int
    first_frame: int
    data: Place
    videos: Mapping[str, VideoSpan]
    listing: Place
    metadata: EpisodeMetadata

    def summary(self, rate_hz: float) -> EpisodeSummary:
        """Return what people are shown of it."""
        return EpisodeSummary(self.index, self.length, self.length / rate_hz, self.metadata)

    def as_record(
        self, features: Mapping[str, Feature], values: Mapping[str, FeatureStatistics]
    ) -> dict[str, Any]:
        """Return the row as written, with its statistics: LeRobot's columns and our own."""
        record: dict[str, Any] = {
            "episode_index": self.index,
            "tasks": [self.metadata.goal],
            "length": self.length,
            "data/chunk_index": self.data.chunk,
            "data/file_index": self.data.file,
            "dataset_from_index": self.first_frame,
            "dataset_to_index": self.first_frame + self.length,
        }
        for key, span in self.videos.items():
            where = (span.place.chunk, span.place.file, span.start_s, span.end_s)
            record |= dict(zip(_video_columns(key), where, strict=True))
        for key, statistics_of_key in values.items():
            for name, value in statistics_of_key.as_record(is_image=features[key].is_video).items():
                record[f"{parquet.STATISTICS_PREFIX}{key}/{name}"] = value
        record["meta/episodes/chunk_index"] = self.listing.chunk
        record["meta/episodes/file_index"] = self.listing.file
        return record | _metadata_record(self.metadata)


def write_records(
    path: Path, records: Sequence[Mapping[str, Any]], features: Mapping[str, Feature]
) -> None:
    """Write the rows of one file of the table, as :meth:`EpisodeRow.as_record` gives them."""
    # Rows written by an earlier version may lack a column that later ones have.
    columns = dict.fromkeys(column for record in records for column in record)
    with trust.damage_in_words(path):  # a column of statistics may be of nothing
        kinds = {column: _kind(column, features) for column in columns}
    parquet.write_episodes(path, records, kinds)


def load_rows(root: Path, video_keys: Iterable[str]) -> list[EpisodeRow]:
    """Return all rows in order.

    Raises:
        DatasetError: a file is damaged, or a row is missing.
    """
    videos = tuple(video_keys)
    rows: list[EpisodeRow] = []
    for path in _files(root):
        with trust.damage_in_words(path):
            records = parquet.read_episodes(path, with_statistics=False)
            rows += [_row(record, videos, layout.place_of(path)) for record in records]
    rows.sort(key=lambda row: row.index)
    if [row.index for row in rows] != list(range(len(rows))):
        raise DatasetError(f"“{root}” is damaged: its table of episodes has gaps or duplicates.")
    return rows


def load_records(root: Path, listing: Place) -> list[dict[str, Any]]:
    """Return the rows of one file of the table as they were written, with their statistics.

    Raises:
        DatasetError: the file is damaged.
    """
    return parquet.read_episodes(layout.episodes_file(root, listing), with_statistics=True)


def load_statistics(root: Path) -> Iterator[dict[str, FeatureStatistics]]:
    """Yield the statistics of every episode by feature name.

    Raises:
        DatasetError: a file is damaged.
    """
    for path in _files(root):
        for record in parquet.read_episodes(path, with_statistics=True):
            with trust.damage_in_words(path):
                statistics_of_row = _statistics(record)
            yield statistics_of_row


def _files(root: Path) -> list[Path]:
    return sorted((root / "meta" / "episodes").glob("*/*.parquet"))


def _row(record: Mapping[str, Any], videos: Sequence[str], listing: Place | None) -> EpisodeRow:
    return EpisodeRow(
        index=_count(record["episode_index"]),
        length=trust.whole(record["length"], least=1, most=trust.MOST_FRAMES),
        first_frame=_count(record["dataset_from_index"]),
        data=Place(_count(record["data/chunk_index"]), _count(record["data/file_index"])),
        videos={key: _span(record, key) for key in videos},
        listing=listing or Place.first(),
        metadata=_metadata(record),
    )


def _video_columns(key: str) -> tuple[str, str, str, str]:
    names = ("chunk_index", "file_index", "from_timestamp", "to_timestamp")
    chunk, file, start, end = (f"videos/{key}/{name}" for name in names)
    return chunk, file, start, end


def _span(record: Mapping[str, Any], key: str) -> VideoSpan:
    chunk, file, start, end = (record[name] for name in _video_columns(key))
    return VideoSpan(Place(_count(chunk), _count(file)), trust.moment(start), trust.moment(end))


def _count(value: Any) -> int:
    return trust.whole(value, most=trust.MOST_FRAMES)


def _metadata_record(metadata: EpisodeMetadata) -> dict[str, Any]:
    values = (
        metadata.uuid,
        metadata.success,
        metadata.source.value,
        metadata.skill,
        metadata.seed,
        metadata.operator,
        metadata.dropped_ticks,
        list(metadata.paraphrases),
        json.dumps(to_json(metadata.safety)) if metadata.safety else "",
        json.dumps(dict(metadata.limited)) if metadata.limited else "",
    )
    return dict(zip(_METADATA_KINDS, values, strict=True))


def _metadata(record: Mapping[str, Any]) -> EpisodeMetadata:
    """Episodes of other programs say nothing of themselves but their goal."""
    goals: Sequence[str] = record["tasks"] or [""]
    return EpisodeMetadata(
        goal=trust.text(goals[0]),
        source=EpisodeSource(record.get("lbm.source") or EpisodeSource.TELEOPERATION),
        success=None if record.get("lbm.success") is None else bool(record["lbm.success"]),
        skill=trust.text(record.get("lbm.skill")),
        seed=_number(record.get("lbm.seed"), otherwise=-1),
        operator=trust.text(record.get("lbm.operator")),
        dropped_ticks=_number(record.get("lbm.dropped_ticks"), otherwise=0),
        paraphrases=tuple(map(trust.text, record.get("lbm.paraphrases") or ())),
        safety=_said(record, "lbm.safety", SafetyCard),
        limited=_said(record, "lbm.limited", dict[str, int]) or {},
        uuid=trust.text(record.get("lbm.uuid")),
    )


def _said(record: Mapping[str, Any], column: str, kind: type[T]) -> T | None:
    """Return what a column of JSON says; None where it says nothing.

    Raises:
        ValueError: it is not what is expected there.
    """
    words = trust.text(record.get(column))
    if not words:
        return None
    try:
        return from_json(kind, json.loads(words), where=column)
    except StudioError as error:
        raise ValueError(str(error)) from error


def _number(value: int | None, *, otherwise: int) -> int:
    """Merging with a dataset of another program leaves our columns empty there."""
    return otherwise if value is None else int(value)


def _statistics(record: Mapping[str, Any]) -> dict[str, FeatureStatistics]:
    grouped: dict[str, dict[str, Any]] = {}
    for column, value in record.items():
        if column.startswith(parquet.STATISTICS_PREFIX):
            key, _, name = column.removeprefix(parquet.STATISTICS_PREFIX).rpartition("/")
            grouped.setdefault(key, {})[name] = value
    return {key: FeatureStatistics.from_record(values) for key, values in grouped.items()}


def _kind(column: str, features: Mapping[str, Feature]) -> str:
    if column.startswith(parquet.STATISTICS_PREFIX):
        key, _, name = column.removeprefix(parquet.STATISTICS_PREFIX).rpartition("/")
        values = "image" if features[key].is_video else "float64s"
        return "int64s" if name == statistics.COUNT else values
    if column == "tasks":
        return "strings"
    return "float64" if column.endswith("_timestamp") else _METADATA_KINDS.get(column, "int64")
