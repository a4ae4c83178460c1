"""TRI's public LBM-Eval demonstrations, "diffusion spartan": a folder of npz files each.

``<anything>/episode_N/processed/`` holds ``observations.npz`` (robot state and pictures by camera
id), ``actions.npz``, ``metadata.yaml`` (which id is which camera, which skill) and sometimes
``summary.npz`` (success). Poses are of the gripper in the frame of the table top, rotations the top
two rows of the matrix. Depth, labels and pickled members are passed over.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np

from lbm_studio.core.errors import DatasetError, UnknownNameError
from lbm_studio.episodes.interchange.foreign import (
    ForeignContents,
    ForeignEpisode,
    as_numbers,
    as_picture,
    check_length,
)
from lbm_studio.episodes.interchange.libraries import load
from lbm_studio.episodes.interchange.npz import NpzEntry, NpzFile
from lbm_studio.episodes.video import Image

FORMAT = "spartan"
OBSERVATIONS = "observations.npz"
ACTIONS_FILE = "actions.npz"
ACTIONS = "actions"
METADATA = "metadata.yaml"
SUMMARY = "summary.npz"
SUCCESS = "episode_success"
CAMERA_NAMES = "camera_id_to_semantic_name"
_MAX_METADATA_BYTES = 1 << 22
_PICTURE_AXES = 4
_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


class SpartanSource:
    """A folder with episodes somewhere below it. Made with its path.

    Raises:
        DatasetError: it holds none, or the first is damaged.
    """

    def __init__(self, path: Path) -> None:
        files = sorted(path.rglob(OBSERVATIONS), key=lambda file: _natural(str(file)))
        self._folders = {file.parent.relative_to(path).as_posix(): file.parent for file in files}
        if not self._folders:
            raise DatasetError(f"“{path}” holds no {OBSERVATIONS} in any folder.")
        self.episodes = tuple(self._folders)
        first = self.read(self.episodes[0])
        entries = self._entries(self._folders[self.episodes[0]])
        self.contents = ForeignContents(
            format=FORMAT,
            name=path.resolve().name,
            rate_hz=None,
            vectors={key: values.shape[1:] for key, values in first.vectors.items()},
            cameras={
                name: (entries[name].shape[2], entries[name].shape[1]) for name in first.pictures
            },
            goal=first.goal,
        )

    def read(self, name: str) -> ForeignEpisode:
        """Return one episode; see :class:`ForeignSource`."""
        if name not in self._folders:
            raise UnknownNameError("episode", name, self.episodes)
        folder = self._folders[name]
        observations = NpzFile(folder / OBSERVATIONS)
        actions = NpzFile(folder / ACTIONS_FILE).load(ACTIONS)
        length = actions.shape[0] if actions.ndim else 0
        check_length(f"“{folder}”", length)
        metadata = _read_metadata(folder / METADATA)
        vectors = {
            key: as_numbers(f"“{key}” in “{folder}”", observations.load(key), length)
            for key, entry in observations.entries.items()
            if 0 < len(entry.shape) < _PICTURE_AXES and "__" in key
        }
        return ForeignEpisode(
            name=name,
            length=length,
            vectors={**vectors, ACTIONS: actions},
            pictures={
                camera: partial(_pictures, observations, key, length)
                for camera, key in _cameras(observations.entries, metadata).items()
            },
            goal=_goal(metadata),
            success=_success(folder / SUMMARY),
        )

    def close(self) -> None:
        """Nothing is held open."""

    def _entries(self, folder: Path) -> Mapping[str, NpzEntry]:
        entries = NpzFile(folder / OBSERVATIONS).entries
        cameras = _cameras(entries, _read_metadata(folder / METADATA))
        return {name: entries[key] for name, key in cameras.items()}


def _cameras(entries: Mapping[str, NpzEntry], metadata: Mapping[str, Any]) -> dict[str, str]:
    """Return the member of each camera by its name; without names, by its id."""
    raw = metadata.get(CAMERA_NAMES)
    names = cast("Mapping[Any, Any]", raw if isinstance(raw, dict) else {})
    named = {str(key): str(value) for key, value in names.items()}
    return {
        named.get(key, key): key
        for key, entry in entries.items()
        if len(entry.shape) == _PICTURE_AXES
        and entry.dtype == np.uint8
        and entry.shape[3] == 3
        and not key.endswith(("_depth", "_label"))
    }


def _pictures(file: NpzFile, key: str, length: int) -> Iterator[Image]:
    if file.entries[key].shape[0] != length:
        raise DatasetError(
            f"The camera “{key}” has {file.entries[key].shape[0]} pictures for {length} frames."
        )
    for row in file.rows(key):
        yield as_picture(f"The camera “{key}”", row)


def _read_metadata(path: Path) -> Mapping[str, Any]:
    yaml = load("yaml", "LBM-Eval demonstrations")
    try:
        if path.stat().st_size > _MAX_METADATA_BYTES:
            raise DatasetError(f"“{path}” is too large to be a description.")
        raw: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise DatasetError(f"“{path}” cannot be read ({error}).") from error
    return cast("Mapping[str, Any]", raw) if isinstance(raw, dict) else {}


def _goal(metadata: Mapping[str, Any]) -> str:
    """Return the instruction, or the words of the skill's name."""
    instruction = metadata.get("language_instruction")
    if isinstance(instruction, str) and instruction.strip():
        return instruction.strip()
    skills = metadata.get("skills")
    first: Any = next(iter(cast("Any", skills)), "") if isinstance(skills, dict | list) else ""
    return " ".join(word.lower() for word in _WORDS.findall(str(first)))


def _success(path: Path) -> bool | None:
    if not path.is_file():
        return None
    file = NpzFile(path)
    return bool(np.all(file.load(SUCCESS))) if SUCCESS in file.entries else None


def _natural(text: str) -> list[tuple[int, str]]:
    """Let episode_10 follow episode_9."""
    parts = re.findall(r"\d+|\D+", text)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
