"""``meta/info.json``: what every frame of a dataset holds, and how much of it there is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes import layout, trust
from lbm_studio.episodes.features import Feature, columns, video_keys

_FASTEST_HZ = 10_000


@dataclass(frozen=True)
class DatasetInfo:
    """The contents of ``meta/info.json``.

    Attributes:
        rate_hz: frames a second [Hz].
        features: columns and videos by name, in order.
        robot_type: name of the body, or None.
        episodes: how many there are.
        frames: how many frames all episodes have together.
        tasks: how many different goals there are.
        data_path: template of the data files' paths.
        video_path: template of the videos' paths.
    """

    rate_hz: int
    features: Mapping[str, Feature]
    robot_type: str | None = None
    episodes: int = 0
    frames: int = 0
    tasks: int = 0
    data_path: str = layout.DATA_PATH
    video_path: str = layout.VIDEO_PATH

    @property
    def columns(self) -> dict[str, Feature]:
        """The features that are columns of the data files."""
        return columns(self.features)

    @property
    def video_keys(self) -> tuple[str, ...]:
        """The features that are videos."""
        return video_keys(self.features)

    def with_totals(self, *, episodes: int, frames: int, tasks: int) -> "DatasetInfo":
        """Return the same description of a longer dataset."""
        return replace(self, episodes=episodes, frames=frames, tasks=tasks)

    def as_json(self) -> dict[str, Any]:
        """Return the value that is written."""
        return {
            "codebase_version": layout.FORMAT_VERSION,
            "fps": self.rate_hz,
            "features": {key: _feature_as_json(f) for key, f in self.features.items()},
            "total_episodes": self.episodes,
            "total_frames": self.frames,
            "total_tasks": self.tasks,
            "chunks_size": layout.CHUNK_SIZE,
            "data_files_size_in_mb": layout.DATA_FILE_MB,
            "video_files_size_in_mb": layout.VIDEO_FILE_MB,
            "data_path": self.data_path,
            "video_path": self.video_path,
            "robot_type": self.robot_type,
            "splits": {"train": f"0:{self.episodes}"},
        }


def read_info(root: Path) -> DatasetInfo:
    """Read the description of the dataset in ``root``.

    Raises:
        DatasetError: the folder is not a dataset, is of another version, or the file is damaged.
    """
    path = root / layout.INFO_FILE
    if not trust.is_there(path):
        missing = f"has no {layout.INFO_FILE}" if root.is_dir() else "does not exist"
        raise DatasetError(
            f"“{root}” is not a dataset: it {missing}."
            " Choose a folder that LBM Studio or LeRobot has recorded."
        )
    return trust.read_json(path, lambda value: _from_json(value, root))


def _from_json(value: Mapping[str, Any], root: Path) -> DatasetInfo:
    version = str(value["codebase_version"])
    if version.split(".")[0] != layout.FORMAT_VERSION.split(".")[0]:
        raise DatasetError(
            f"“{root}” is in LeRobot format {version}; only {layout.FORMAT_VERSION} can be read."
            f" Import it: lbm-studio import {root} --propose."
        )
    return described(value)


def described(value: Mapping[str, Any]) -> DatasetInfo:
    """Return what the contents of an ``info.json`` of any version say.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: they are damaged.
    """
    return DatasetInfo(
        rate_hz=trust.whole(value["fps"], least=1, most=_FASTEST_HZ),
        features={
            trust.name(key): _feature_from_json(item) for key, item in value["features"].items()
        },
        robot_type=trust.text(value.get("robot_type")) or None,
        episodes=trust.whole(value["total_episodes"], most=trust.MOST_FRAMES),
        frames=trust.whole(value["total_frames"], most=trust.MOST_FRAMES),
        tasks=trust.whole(value["total_tasks"], most=trust.MOST_FRAMES),
        data_path=str(value["data_path"]),
        video_path=str(value.get("video_path") or layout.VIDEO_PATH),
    )


def _feature_as_json(feature: Feature) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "dtype": feature.dtype,
        "shape": list(feature.shape),
        "names": list(feature.names) if feature.names else None,
    }
    if feature.info is not None:
        entry["info"] = dict(feature.info)
    return entry


def _feature_from_json(value: Mapping[str, Any]) -> Feature:
    return Feature(
        dtype=str(value["dtype"]),
        shape=tuple(trust.whole(size, most=trust.LONGEST_VECTOR) for size in value["shape"]),
        names=_names(value.get("names")),
        info=None if value.get("info") is None else dict(value["info"]),
    )


def _names(value: object) -> tuple[str, ...] | None:
    """Return the names of a vector's numbers; some programs wrap them in ``{"motors": [...]}``."""
    if isinstance(value, dict):
        value = next(iter(cast("dict[str, object]", value).values()), None)
    return tuple(map(str, cast("list[object]", value))) if isinstance(value, list) else None
