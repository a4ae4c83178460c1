"""Bringing the episodes of several datasets of one station into one, edits included.

An episode keeps its uuid, so one that is there already is passed over: a merge that was cut short
goes on where it was when it is asked for again. The sources are only read.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lbm_studio.core import keys
from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.copying import enter_copy, own_video, recorded_columns
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.edits.carrying import carry_over
from lbm_studio.episodes.features import lacking
from lbm_studio.episodes.identity import Identity, differences, read_identity
from lbm_studio.episodes.info import DatasetInfo, read_info
from lbm_studio.episodes.statistics import FeatureStatistics
from lbm_studio.episodes.table import EpisodeRow, load_rows, load_statistics
from lbm_studio.episodes.take import FinishedTake
from lbm_studio.episodes.writer import DatasetWriter

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class MergeReport:
    """What came of a merge.

    Attributes:
        dataset: the folder that holds all of them now.
        added: how many episodes were brought in.
        present: how many were there already.
        episodes: how many there are.
    """

    dataset: str
    added: int
    present: int
    episodes: int

    def in_words(self) -> str:
        """Return the report as a sentence."""
        known = f", {self.present} were there already" if self.present else ""
        return f"“{self.dataset}” has {self.episodes} episodes: {self.added} were added{known}."


@dataclass(frozen=True)
class _Source:
    path: Path
    dataset: Dataset
    identity: Identity
    info: DatasetInfo
    rows: Sequence[EpisodeRow]


def merge_datasets(
    sources: Sequence[Path], target: Path, progress: Progress | None = None
) -> MergeReport:
    """Copy the episodes of datasets into one, made where it does not exist.

    Args:
        sources: to copy from.
        target: to copy into.
        progress: is told (done, total) episodes.

    Raises:
        DatasetError: they were not recorded on the same station, or one cannot be read.
        DiskFullError: the disk is full; what was copied is kept.
    """
    opened = [_open(path) for path in sources if path.resolve() != target.resolve()]
    if not opened:
        raise DatasetError("Name at least one other dataset to merge.")
    first = opened[0]
    for other in opened[1:]:
        _refuse_another(first, other)
    added = done = 0
    with DatasetWriter.open(
        target,
        first.identity.station,
        rate_hz=first.info.rate_hz,
        absent_arms=first.identity.absent_arms,
        leave_out=lacking(*(source.info.features for source in opened)),
    ) as writer:
        known = {row.metadata.uuid for row in load_rows(target, first.info.video_keys)}
        total = sum(len(source.rows) for source in opened)
        for source in opened:
            carry_over(source.path, target)
            for row, values in zip(source.rows, load_statistics(source.path), strict=True):
                if row.metadata.uuid not in known:
                    _copy(source, row, values, writer)
                    known.add(row.metadata.uuid)
                    added += 1
                done += 1
                if progress:
                    progress(done, total)
        return MergeReport(str(target), added, total - added, writer.episodes)


def _open(path: Path) -> _Source:
    dataset, info = Dataset.open(path), read_info(path)
    identity = read_identity(path)
    rows = load_rows(path, info.video_keys)
    if identity is None or not all(row.metadata.uuid for row in rows):
        raise DatasetError(
            f"“{path}” was recorded by another program: import it first, then it can be merged."
        )
    return _Source(path, dataset, identity, info, rows)


def _refuse_another(first: _Source, other: _Source) -> None:
    clauses = differences(first.identity, other.identity)
    if first.info.rate_hz != other.info.rate_hz:
        clauses.append(f"the rate is {first.info.rate_hz} Hz there, {other.info.rate_hz} Hz here")
    if clauses:
        raise DatasetError(
            f"“{other.path}” cannot be merged with “{first.path}”: {'; '.join(clauses)}."
        )


def _copy(
    source: _Source,
    row: EpisodeRow,
    values: Mapping[str, FeatureStatistics],
    writer: DatasetWriter,
) -> None:
    def build(folder: Path) -> FinishedTake:
        videos = {key: _copied_video(source, row, key, folder) for key in row.videos}
        return FinishedTake(
            folder=folder,
            length=row.length,
            columns=recorded_columns(source.dataset, source.info, row.index),
            image_statistics={key: values[key] for key in row.videos},
            videos={key.removeprefix(keys.IMAGE_PREFIX): path for key, path in videos.items()},
        )

    enter_copy(writer, row.metadata, build)


def _copied_video(source: _Source, row: EpisodeRow, key: str, folder: Path) -> Path:
    path = own_video(source.path, source.info, row, key)
    if path is None:
        raise DatasetError(
            f"Episode {row.index} of “{source.path}” cannot be merged: its file of “{key}” does not"
            " hold its pictures and no others."
        )
    return Path(shutil.copyfile(path, folder / f"{key}.mp4"))
