"""Where the parts of a LeRobotDataset v3.0 folder lie."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from string import Formatter

from lbm_studio.core.errors import DatasetError

FORMAT_VERSION = "v3.0"
CHUNK_SIZE = 1000
"""Files in one ``chunk-NNN`` folder."""

DATA_FILE_MB = 100
VIDEO_FILE_MB = 200
DATA_PATH = "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
VIDEO_PATH = "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4"
EPISODES_PATH = "meta/episodes/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
INFO_FILE = "meta/info.json"
STATS_FILE = "meta/stats.json"
TASKS_FILE = "meta/tasks.parquet"
_WIDTH = re.compile(r"(0?\d?\d?d)?")
STAGING_FOLDER = ".recording"
"""Holds whatever belongs to the running episode. What is found there on opening is a left-over of a
kill."""


@dataclass(frozen=True, order=True)
class Place:
    """Which numbered file of a kind.

    Attributes:
        chunk: number of the ``chunk-NNN`` folder.
        file: number of the file within it.
    """

    chunk: int
    file: int

    @classmethod
    def first(cls) -> "Place":
        """Return the place of the first file."""
        return cls(0, 0)

    def following(self) -> "Place":
        """Return the place after this one."""
        number = self.chunk * CHUNK_SIZE + self.file + 1
        return Place(number // CHUNK_SIZE, number % CHUNK_SIZE)


def data_file(root: Path, place: Place, template: str = DATA_PATH) -> Path:
    """Return the Parquet file that holds frames."""
    return inside(root, template, chunk_index=place.chunk, file_index=place.file)


def video_file(root: Path, key: str, place: Place, template: str = VIDEO_PATH) -> Path:
    """Return the MP4 file that holds the images of the feature ``key``."""
    return inside(root, template, video_key=key, chunk_index=place.chunk, file_index=place.file)


def inside(root: Path, template: str, **parts: str | int) -> Path:
    """Return the file that a template names, which another program may have written.

    Raises:
        DatasetError: the template cannot be read, or leads out of the dataset.
    """
    try:
        _require_plain(template)
        relative = PurePosixPath(template.format(**parts))
    except (LookupError, ValueError, AttributeError) as error:
        raise DatasetError(f"“{root}” is damaged: it names files by “{template:.80}”.") from error
    if relative.is_absolute() or ".." in relative.parts or "\0" in str(relative):
        raise DatasetError(f"“{root}” is damaged: it names the file “{relative}” outside itself.")
    return root / relative


def _require_plain(template: str) -> None:
    """Return only if a template asks for nothing but names and numbers of a few digits.

    Raises:
        ValueError: it asks for more, e.g. for a number of a million digits.
    """
    for _, field, width, conversion in Formatter().parse(template):
        if conversion or not (field or "x").isidentifier() or not _WIDTH.fullmatch(width or ""):
            raise ValueError(field)


def episodes_file(root: Path, place: Place) -> Path:
    """Return the Parquet file that holds rows of the table of episodes."""
    return root / EPISODES_PATH.format(chunk_index=place.chunk, file_index=place.file)


def place_of(path: Path) -> Place | None:
    """Return the place a file's name and folder say, or None for a foreign name."""
    try:
        chunk = int(path.parent.name.removeprefix("chunk-"))
        return Place(chunk, int(path.stem.removeprefix("file-")))
    except ValueError:
        return None
