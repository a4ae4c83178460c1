"""LeRobotDataset v2.0, v2.1 and v3.0, as LeRobot itself or anybody else has written them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np

from lbm_studio.core.errors import DatasetError, UnknownNameError
from lbm_studio.episodes import layout, parquet
from lbm_studio.episodes.features import DEFAULT_FEATURES, Feature
from lbm_studio.episodes.info import DatasetInfo, described, read_info
from lbm_studio.episodes.interchange.foreign import (
    Array,
    ForeignContents,
    ForeignEpisode,
    Pictures,
    as_numbers,
    check_length,
    check_size,
)
from lbm_studio.episodes.interchange.pictures import decode
from lbm_studio.episodes.table import load_rows
from lbm_studio.episodes.video import Image, VideoReader

V2, V3 = "lerobot-v2", "lerobot-v3"
EPISODES_FILE = "meta/episodes.jsonl"
TASKS_FILE = "meta/tasks.jsonl"
IMAGE = "image"
NUMBERS = ("float32", "float64", "int64", "int32", "bool")
_CHANNELS = 3
_ITEM_BYTES = 8


@dataclass(frozen=True)
class _Video:
    """Where the pictures of one camera and episode begin."""

    path: Path
    first: int


@dataclass(frozen=True)
class _Entry:
    """One episode: its number, frames, goal and files."""

    index: int
    length: int
    goal: str
    success: bool | None
    data: Path
    videos: Mapping[str, _Video]


class LeRobotSource:
    """One dataset folder of either version. Made by :func:`open_v2` or :func:`open_v3`."""

    def __init__(
        self, root: Path, format_: str, info: DatasetInfo, entries: Sequence[_Entry]
    ) -> None:
        self._info = info
        self._entries = {f"episode_{entry.index:06d}": entry for entry in entries}
        self.episodes = tuple(self._entries)
        self._cameras = {
            key: feature
            for key, feature in info.features.items()
            if feature.is_video or feature.dtype == IMAGE
        }
        self._vectors = {
            key: feature
            for key, feature in info.features.items()
            if feature.dtype in NUMBERS and key not in DEFAULT_FEATURES
        }
        self.contents = ForeignContents(
            format=format_,
            name=root.name,
            rate_hz=float(info.rate_hz),
            vectors={key: feature.shape for key, feature in self._vectors.items()},
            cameras={key: _size_px(feature) for key, feature in self._cameras.items()},
            labels={k: f.names for k, f in self._vectors.items() if f.names},
            goal=entries[0].goal if entries else "",
        )

    def read(self, name: str) -> ForeignEpisode:
        """Return one episode; see :class:`ForeignSource`."""
        if name not in self._entries:
            raise UnknownNameError("episode", name, self.episodes)
        entry = self._entries[name]
        check_length(f"“{entry.data}”", entry.length)
        for key, feature in self._vectors.items():
            shape = (parquet.count_rows(entry.data), *feature.shape)
            check_size(f"“{key}” in “{entry.data}”", shape, _ITEM_BYTES)
        found = parquet.read_frames(entry.data, self._vectors, entry.index)
        return ForeignEpisode(
            name=name,
            length=entry.length,
            vectors={key: self._numbers(entry, key, found) for key in self._vectors},
            pictures={key: self._pictures(entry, key) for key in self._cameras},
            goal=entry.goal,
            success=entry.success,
        )

    def close(self) -> None:
        """Nothing is held open."""

    def _numbers(self, entry: _Entry, key: str, found: Mapping[str, Array]) -> Array:
        if key not in found:
            raise DatasetError(f"“{entry.data}” has no column “{key}”.")
        what = f"“{key}” in “{entry.data}”"
        values = as_numbers(what, np.asarray(found[key]), entry.length)
        shape = (entry.length, *self._vectors[key].shape)
        if values.size != np.prod(shape):
            raise DatasetError(f"{what} has the shape {values.shape}, not {shape}.")
        return values.reshape(shape)

    def _pictures(self, entry: _Entry, key: str) -> Pictures:
        if not self._cameras[key].is_video:
            return partial(_embedded, entry, key)
        return partial(_filmed, entry, key, float(self._info.rate_hz))


def open_v3(path: Path) -> LeRobotSource:
    """Open a dataset of version 3.0.

    Raises:
        DatasetError: it is damaged or of another version.
    """
    info = read_info(path)
    _check_rate(path, info)
    entries = [
        _Entry(
            index=row.index,
            length=row.length,
            goal=row.metadata.goal,
            success=row.metadata.success,
            data=layout.data_file(path, row.data, info.data_path),
            videos={
                key: _Video(
                    layout.video_file(path, key, span.place, info.video_path),
                    round(span.start_s * info.rate_hz),
                )
                for key, span in row.videos.items()
            },
        )
        for row in load_rows(path, info.video_keys)
    ]
    return LeRobotSource(path, V3, info, entries)


def open_v2(path: Path) -> LeRobotSource:
    """Open a dataset of version 2.0 or 2.1.

    Raises:
        DatasetError: it is damaged or of another version.
    """
    file = path / layout.INFO_FILE
    try:
        raw = cast("dict[str, Any]", json.loads(file.read_text(encoding="utf-8")))
        info = described(raw)
        chunk_size = int(raw["chunks_size"])
        if not str(raw["codebase_version"]).lstrip("v").startswith("2.") or chunk_size < 1:
            raise ValueError("it is not of version 2")
        tasks = {int(one["task_index"]): str(one["task"]) for one in _lines(path / TASKS_FILE)}
        records = list(_lines(path / EPISODES_FILE))
        _check_rate(path, info)
        entries = [_entry(path, info, chunk_size, record, tasks) for record in records]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(f"“{path}” is damaged and cannot be read ({error!r}).") from error
    return LeRobotSource(path, V2, info, entries)


def _entry(
    root: Path,
    info: DatasetInfo,
    chunk_size: int,
    record: Mapping[str, Any],
    tasks: Mapping[int, str],
) -> _Entry:
    index = int(record["episode_index"])
    parts = {"episode_chunk": index // chunk_size, "episode_index": index}
    videos = {
        key: _Video(layout.inside(root, info.video_path, **parts, video_key=key), 0)
        for key in info.video_keys
    }
    goals: list[Any] = record.get("tasks") or []
    # Version 2.0 wrote the text; some converters write its number.
    goal = goals[0] if goals else ""
    return _Entry(
        index=index,
        length=int(record["length"]),
        goal=tasks.get(goal, "") if isinstance(goal, int) else str(goal),
        success=None,
        data=layout.inside(root, info.data_path, **parts),
        videos=videos,
    )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def _check_rate(path: Path, info: DatasetInfo) -> None:
    if info.rate_hz < 1:
        raise DatasetError(f"“{path}” is damaged: it claims {info.rate_hz} frames a second.")


def _size_px(feature: Feature) -> tuple[int, int] | None:
    """Return (width, height); older files put the channels first."""
    if len(feature.shape) != _CHANNELS:
        return None
    first, second, third = feature.shape
    return (third, second) if first == _CHANNELS and third != _CHANNELS else (second, first)


def _filmed(entry: _Entry, key: str, rate_hz: float) -> Iterator[Image]:
    video = entry.videos[key]
    with VideoReader(video.path, rate_hz) as reader:
        yield from reader.frames(video.first, entry.length)


def _embedded(entry: _Entry, key: str) -> Iterator[Image]:
    for data in parquet.iter_pictures(entry.data, key, entry.index):
        yield decode(data, f"“{key}” in “{entry.data}”")


def version_of(path: Path) -> str | None:
    """Return the format of the LeRobot dataset in a folder; None when there is none."""
    file = path / layout.INFO_FILE
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        major = str(raw["codebase_version"]).lstrip("v").partition(".")[0]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return {"2": V2, "3": V3}.get(major)
