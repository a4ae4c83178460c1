"""Putting a dataset in order after a kill: what belongs to no kept episode is removed."""

from collections.abc import Iterable
from pathlib import Path

from lbm_studio.core import keys
from lbm_studio.episodes import layout
from lbm_studio.episodes.info import DatasetInfo
from lbm_studio.episodes.layout import Place
from lbm_studio.episodes.storage import remove_files, remove_folder
from lbm_studio.episodes.table import EpisodeRow, load_rows


def clear_staging(root: Path) -> None:
    """Remove whatever a running episode left behind."""
    remove_folder(root / layout.STAGING_FOLDER)


def was_never_finished(root: Path) -> bool:
    """Whether the folder is empty or holds no more than a creation cut short."""
    if not root.is_dir():
        return not root.exists()
    written_first = (keys.STATION_FILE, layout.TASKS_FILE, layout.STATS_FILE)
    allowed = {root / name for name in ("meta", layout.STAGING_FOLDER, *written_first)}
    inside = [*root.iterdir(), *(root / "meta").glob("*")]
    return all(path in allowed for path in inside)


def recover(root: Path, info: DatasetInfo) -> list[EpisodeRow]:
    """Remove the left-overs of a kill and return the rows of all kept episodes.

    Raises:
        DatasetError: the table of episodes is damaged.
    """
    clear_staging(root)
    rows = load_rows(root, info.video_keys)
    remove_files(left_overs(root, info, rows))
    return rows


def left_overs(root: Path, info: DatasetInfo, rows: Iterable[EpisodeRow]) -> list[Path]:
    """Return the frame and video files beyond the last one that a kept episode uses."""
    rows = list(rows)
    beyond = _beyond(root / "data", "*/*.parquet", [row.data for row in rows])
    for key in info.video_keys:
        places = [row.videos[key].place for row in rows]
        beyond += _beyond(root / "videos" / key, "*/*.mp4", places)
    return beyond


def _beyond(folder: Path, pattern: str, used: list[Place]) -> list[Path]:
    last = max(used, default=None)
    found = {path: layout.place_of(path) for path in sorted(folder.glob(pattern))}
    home = folder.parents[0].resolve()
    return [
        path
        for path, place in found.items()
        if place and (last is None or place > last) and _is_own_file(path, home)
    ]


def _is_own_file(path: Path, home: Path) -> bool:
    """Whether a recording may have written it: a folder of that name, or a link, is another's."""
    return not path.is_dir() and home in path.parent.resolve().parents
