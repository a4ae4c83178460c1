"""Counting, frame by frame, whether a dataset holds what its tables say."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lbm_studio.core import keys
from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes import layout, parquet
from lbm_studio.episodes.info import DatasetInfo, read_info
from lbm_studio.episodes.recovery import left_overs
from lbm_studio.episodes.table import EpisodeRow, load_rows
from lbm_studio.episodes.video import VideoReader, count_frames


@dataclass(frozen=True)
class Verification:
    """What a check of a dataset found.

    Attributes:
        episodes: how many were checked.
        frames: how many frames they have.
        findings: one sentence for each thing that is wrong; empty when all is well.
        left_behind: those of them that a kill leaves: no reader sees them, and the next recording
            or a repair mends them.
        hurt: places of the episodes that cannot be read whole.
    """

    episodes: int
    frames: int
    findings: tuple[str, ...]
    left_behind: tuple[str, ...] = ()
    hurt: tuple[int, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


@dataclass(frozen=True)
class _Trouble:
    sentence: str
    episodes: tuple[int, ...]


def verify_dataset(root: Path, *, decode: bool = False) -> Verification:
    """Check every episode and the totals of the dataset in ``root``.

    Args:
        root: folder of the dataset.
        decode: also decode every picture; slow.

    Raises:
        DatasetError: the folder is not a dataset, or its table of episodes cannot be read.
    """
    info = read_info(root)
    rows = load_rows(root, info.video_keys)
    left_behind = list(_check_left_overs(root, info, rows))
    troubles = [*_check_frames(root, info, rows), *_check_videos(root, info, rows)]
    if decode:
        for row in rows:
            troubles += _check_decoding(root, info, row)
    return Verification(
        episodes=len(rows),
        frames=sum(row.length for row in rows),
        findings=(*(one.sentence for one in troubles), *_check_goals(root, rows), *left_behind),
        left_behind=tuple(left_behind),
        hurt=tuple(sorted({episode for one in troubles for episode in one.episodes})),
    )


def _check_frames(root: Path, info: DatasetInfo, rows: list[EpisodeRow]) -> Iterator[_Trouble]:
    expected = 0
    for row in rows:
        path = layout.data_file(root, row.data, info.data_path)
        try:
            columns = parquet.read_frames(path, (keys.INDEX, keys.FRAME_INDEX), row.index)
        except DatasetError as error:
            yield _Trouble(str(error), (row.index,))
            continue
        finally:
            expected += row.length
        first = expected - row.length
        numbered = {
            keys.INDEX: np.arange(first, expected),
            keys.FRAME_INDEX: np.arange(row.length),
        }
        for name, numbers in numbered.items():
            if not np.array_equal(columns.get(name, np.zeros(0)), numbers):
                sentence = f"Episode {row.index}: “{name}” does not count {row.length} frames."
                yield _Trouble(sentence, (row.index,))


def _check_videos(root: Path, info: DatasetInfo, rows: list[EpisodeRow]) -> Iterator[_Trouble]:
    for key in info.video_keys:
        sharing: dict[layout.Place, list[EpisodeRow]] = {}
        for row in rows:
            sharing.setdefault(row.videos[key].place, []).append(row)
        for place, held in sharing.items():
            path = layout.video_file(root, key, place, info.video_path)
            frames = sum(row.length for row in held)
            episodes = tuple(row.index for row in held)
            try:
                found = count_frames(path)
            except DatasetError as error:
                yield _Trouble(str(error), episodes)
                continue
            if found != frames:
                sentence = f"“{path}” holds {found} pictures for {frames} frames."
                yield _Trouble(sentence, episodes)


def _check_goals(root: Path, rows: list[EpisodeRow]) -> Iterator[str]:
    known = set(parquet.read_tasks(root / layout.TASKS_FILE)) if rows else set[str]()
    for row in rows:
        if row.metadata.goal not in known:
            yield f"Episode {row.index}: its goal is not in {layout.TASKS_FILE}."


def _check_left_overs(root: Path, info: DatasetInfo, rows: list[EpisodeRow]) -> Iterator[str]:
    frames = sum(row.length for row in rows)
    if (info.episodes, info.frames) != (len(rows), frames):
        yield (
            f"{layout.INFO_FILE} tells of {info.episodes} episodes with {info.frames} frames;"
            f" there are {len(rows)} with {frames}."
        )
    for path in left_overs(root, info, rows):
        yield f"“{path}” belongs to no episode."
    if (root / layout.STAGING_FOLDER).exists():
        yield f"An episode is being recorded, or was cut short ({layout.STAGING_FOLDER})."


def _check_decoding(root: Path, info: DatasetInfo, row: EpisodeRow) -> Iterator[_Trouble]:
    for key, span in row.videos.items():
        path = layout.video_file(root, key, span.place, info.video_path)
        try:
            with VideoReader(path, info.rate_hz) as reader:
                for _ in reader.frames(round(span.start_s * info.rate_hz), row.length):
                    pass
        except DatasetError as error:
            yield _Trouble(f"Episode {row.index}: {error}", (row.index,))
