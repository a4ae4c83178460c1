"""Exporting episodes as they are now, edits applied, into a LeRobotDataset v3.0 of their own.

Whole episodes keep their videos byte by byte; of trimmed and split ones the pictures are encoded
anew. Each episode is whole and on the disk before the next begins, and one that the target holds
already is passed over.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core import keys
from lbm_studio.core.episode import EpisodeMetadata
from lbm_studio.core.errors import DatasetError, UnknownNameError
from lbm_studio.episodes import layout
from lbm_studio.episodes.copying import enter_copy, own_video, recorded_columns
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.edits.change import Change, EditField
from lbm_studio.episodes.edits.log import EditLog
from lbm_studio.episodes.edits.projection import Projection, project_dataset
from lbm_studio.episodes.edits.subtasks import language_rows
from lbm_studio.episodes.edits.view import EpisodeView
from lbm_studio.episodes.encoding import CameraEncoder
from lbm_studio.episodes.features import lacking
from lbm_studio.episodes.info import DatasetInfo, read_info
from lbm_studio.episodes.statistics import FeatureStatistics
from lbm_studio.episodes.table import EpisodeRow, load_rows, load_statistics
from lbm_studio.episodes.take import MINIMUM_TICKS, FinishedTake
from lbm_studio.episodes.video import VideoEncoder
from lbm_studio.episodes.writer import DatasetWriter

OnProgress = Callable[[int, int], object]
ShouldStop = Callable[[], bool]


@dataclass(frozen=True)
class ExportReport:
    """What came of an export.

    Attributes:
        folder: that was written.
        episodes: that were added.
        frames: theirs.
        present: episodes that the folder held already.
        remarks: one sentence for each edit that could not be applied as it stands, and for each
            episode that the folder holds as it was cut before.
        stopped: whether it was asked to stop before all were exported.
        seconds: wall-clock time of the whole [s].
    """

    folder: str
    episodes: int
    frames: int
    present: int
    remarks: tuple[str, ...]
    stopped: bool
    seconds: float

    def in_words(self) -> str:
        """Return the outcome in a few sentences."""
        said = f"Exported {self.episodes} episodes to {self.folder} in {self.seconds:.0f} s."
        if self.present:
            said += f" {self.present} were there already."
        return "\n".join([said, *self.remarks])


def export_episodes(
    dataset: Path,
    folder: Path,
    chosen: Sequence[str] | None = None,
    on_progress: OnProgress = lambda done, total: None,
    should_stop: ShouldStop = lambda: False,
) -> ExportReport:
    """Export episodes of a dataset of ours.

    Args:
        dataset: its folder.
        folder: made or added to.
        chosen: episodes by title, ``"3"`` or, for a part, ``"3.2"``; all that are not deleted by
            default.
        on_progress: is told (episodes, total).
        should_stop: polled between episodes; what is exported by then stays.

    Raises:
        StudioError: there is nothing to export, or the folder holds something else.
    """
    begin = time.monotonic()
    source = _open(dataset, folder)
    projection = project_dataset(source.dataset)
    views = _chosen(projection, chosen)
    added: list[EpisodeView] = []
    with_language = _has_language(folder, views)
    with _writer(source, folder, with_language=with_language) as writer:
        known = {one.metadata.uuid: one.length for one in Dataset.open(folder).episodes}
        for done, view in enumerate(views):
            on_progress(done, len(views))
            if should_stop():
                break
            if view.uuid not in known:
                _export_one(source, view, writer, with_language=with_language)
                added.append(view)
                known[view.uuid] = view.length
    _carry_labels(folder, [view for view in views if view.uuid in known])
    on_progress(len(views), len(views))
    present = sum(1 for view in views if view.uuid in known) - len(added)
    return ExportReport(
        folder=str(folder),
        episodes=len(added),
        frames=sum(view.length for view in added),
        present=present,
        remarks=(*projection.remarks, *_outdated(views, known)),
        stopped=len(added) + present < len(views),
        seconds=time.monotonic() - begin,
    )


def _outdated(views: Sequence[EpisodeView], known: Mapping[str, int]) -> Iterator[str]:
    """Say which episodes the folder holds as they were cut before."""
    for view in views:
        if known.get(view.uuid, view.length) != view.length:
            yield (
                f"Episode {view.title} is there as it was cut before, with {known[view.uuid]}"
                f" frames instead of {view.length}: export to another folder to have it as it is."
            )


@dataclass(frozen=True)
class _Source:
    """The dataset that is exported."""

    root: Path
    dataset: Dataset
    info: DatasetInfo
    rows: Sequence[EpisodeRow]
    statistics: Sequence[Mapping[str, FeatureStatistics]]


def _open(path: Path, folder: Path) -> _Source:
    dataset, info = Dataset.open(path), read_info(path)
    if dataset.station is None:
        raise DatasetError(
            f"“{path}” was recorded by another program, and is such a dataset already. Import it"
            " first to export what was edited here."
        )
    target, root = folder.resolve(), path.resolve()
    if target == root or root in target.parents or target in root.parents:
        raise DatasetError(f"“{folder}” and “{path}” lie within each other: choose another folder.")
    return _Source(path, dataset, info, load_rows(path, info.video_keys), [*load_statistics(path)])


def _chosen(projection: Projection, titles: Sequence[str] | None) -> list[EpisodeView]:
    by_title = {view.title: view for view in projection.episodes}
    for title in titles or ():
        if title not in by_title:
            raise UnknownNameError("episode", title, by_title)
        if by_title[title].labels.deleted:
            raise DatasetError(f"Episode {title} is deleted: restore it before it is exported.")
    views = [v for v in projection.kept if titles is None or v.title in titles]
    if not views:
        raise DatasetError("There are no episodes to export: all are deleted, or none was chosen.")
    for view in views:
        if view.length < MINIMUM_TICKS:
            raise DatasetError(
                f"Episode {view.title} is trimmed to {view.length} frames; at least {MINIMUM_TICKS}"
                " are needed. Trim less, or leave it out."
            )
    return views


def _has_language(folder: Path, views: Sequence[EpisodeView]) -> bool:
    """Whether the target keeps phases in columns: as it was begun, or where there are any.

    Without phases all columns are such as every program knows.
    """
    if (folder / layout.INFO_FILE).is_file():
        return keys.LANGUAGE in read_info(folder).features
    return any(view.phases for view in views)


def _writer(source: _Source, folder: Path, *, with_language: bool) -> DatasetWriter:
    station = source.dataset.station
    if station is None:
        raise DatasetError(f"“{source.root}” does not say which station it was recorded on.")
    return DatasetWriter.open(
        folder,
        station,
        rate_hz=source.dataset.rate_hz,
        absent_arms=source.dataset.absent_arms,
        with_language=with_language,
        leave_out=lacking(source.info.features),
    )


def _export_one(
    source: _Source, view: EpisodeView, writer: DatasetWriter, *, with_language: bool
) -> None:
    def build(folder: Path) -> FinishedTake:
        videos = {camera: folder / f"{camera}.mp4" for camera in source.dataset.cameras}
        films = {camera: _film(source, view, camera, path) for camera, path in videos.items()}
        return FinishedTake(
            folder=folder,
            length=view.length,
            columns=_columns(source, view, with_language=with_language),
            image_statistics={keys.image_key(camera): film for camera, film in films.items()},
            videos=videos,
        )

    enter_copy(writer, _metadata(view), build)


def _metadata(view: EpisodeView) -> EpisodeMetadata:
    labels = view.labels
    return replace(
        view.metadata,
        goal=labels.goal,
        success=labels.success,
        paraphrases=labels.paraphrases,
        uuid=view.uuid,
    )


def _columns(
    source: _Source, view: EpisodeView, *, with_language: bool
) -> Mapping[str, NDArray[Any]]:
    found = recorded_columns(source.dataset, source.info, view.index)
    columns = {name: column[view.rows] for name, column in found.items()}
    columns[keys.DONE] = np.arange(view.length) == view.length - 1
    if with_language:
        rows = language_rows(view, source.dataset.rate_hz)
        columns[keys.LANGUAGE] = np.fromiter((rows for _ in range(view.length)), dtype=object)
    return columns


def _film(source: _Source, view: EpisodeView, camera: str, target: Path) -> FeatureStatistics:
    """Write the pictures of one camera; return what they are like."""
    key, row = keys.image_key(camera), source.rows[view.index]
    path = own_video(source.root, source.info, row, key)
    if path is None or view.length != row.length:
        return _encoded(source, view, camera, target)
    shutil.copyfile(path, target)
    return source.statistics[view.index][key]


def _encoded(source: _Source, view: EpisodeView, camera: str, target: Path) -> FeatureStatistics:
    pictures = source.dataset.iter_images(view.index, camera, first=view.kept.first)
    height, width = source.info.features[keys.image_key(camera)].shape[:2]
    video = VideoEncoder(target, width_px=width, height_px=height, rate_hz=source.info.rate_hz)
    encoder = CameraEncoder(video)
    try:
        for _, picture in zip(range(view.length), pictures, strict=False):
            encoder.add(picture)
    except BaseException:  # also for Ctrl-C: the file must not stay open
        encoder.abandon()
        raise
    values = encoder.finish()
    if video.frames != view.length:
        raise DatasetError(f"Episode {view.title} has too few pictures of the camera “{camera}”.")
    return values


def _carry_labels(folder: Path, views: Sequence[EpisodeView]) -> None:
    """Say in the target what is no part of a recording: phases, tags, notes and milestones."""
    known = project_dataset(Dataset.open(folder))
    changes = [change for view in views for change in _unsaid(view, known.find(view.uuid))]
    EditLog(folder).apply(*changes)


def _unsaid(view: EpisodeView, present: EpisodeView | None) -> Iterator[Change]:
    if present is None:
        return
    wanted = {
        EditField.TAGS: (view.labels.tags, present.labels.tags),
        EditField.NOTE: (view.labels.note, present.labels.note),
        EditField.MILESTONES: (view.labels.milestones, present.labels.milestones),
        EditField.PHASES: (view.phases, present.labels.phases),
    }
    for field, (now, before) in wanted.items():
        if now != before:
            yield Change(view.uuid, field, now)
