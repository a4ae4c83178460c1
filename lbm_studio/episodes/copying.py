"""Copying a recorded episode into another dataset: what merging and exporting have in common."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from lbm_studio.core import keys
from lbm_studio.core.episode import EpisodeMetadata
from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes import layout
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.features import DEFAULT_FEATURES, LANGUAGE_FEATURES
from lbm_studio.episodes.info import DatasetInfo
from lbm_studio.episodes.storage import full_disk_in_words, remove_folder
from lbm_studio.episodes.table import EpisodeRow
from lbm_studio.episodes.take import FinishedTake
from lbm_studio.episodes.video import count_frames
from lbm_studio.episodes.writer import DatasetWriter

_MADE_ANEW = frozenset((*DEFAULT_FEATURES, keys.SUCCESS, *LANGUAGE_FEATURES))
"""Columns that number the frames, which the writer does, and labels, which the edits hold."""


def enter_copy(
    writer: DatasetWriter, metadata: EpisodeMetadata, build: Callable[[Path], FinishedTake]
) -> None:
    """Enter an episode as if it had just been recorded.

    Args:
        writer: of the target.
        metadata: of the episode there.
        build: copies it into a folder, which is removed when that fails.
    """
    folder = writer.take_folder()
    try:
        with full_disk_in_words(folder):
            finished = build(folder)
    except BaseException:  # also for Ctrl-C: what is half copied must not stay
        remove_folder(folder)
        raise
    writer.enter(finished, metadata)


def recorded_columns(dataset: Dataset, info: DatasetInfo, index: int) -> Mapping[str, NDArray[Any]]:
    """Return the columns of an episode that are copied as they are.

    Raises:
        DatasetError: one is missing.
    """
    names = tuple(name for name in info.columns if name not in _MADE_ANEW)
    columns = dataset.columns(index, names)
    missing = [name for name in names if name not in columns]
    if missing:
        raise DatasetError(f"Episode {index} of “{dataset.root}” has no “{missing[0]}”.")
    return columns


def own_video(root: Path, info: DatasetInfo, row: EpisodeRow, key: str) -> Path | None:
    """Return the file with the pictures of an episode and no others; None without one."""
    span = row.videos[key]
    path = layout.video_file(root, key, span.place, info.video_path)
    return path if span.start_s == 0.0 and count_frames(path) == row.length else None
