# pyright: basic
# h5py carries no type information; this module is the typed wrapper around it.
"""robomimic HDF5 files, and those of LIBERO and RoboCasa in the same layout.

``/data/demo_N`` holds one episode each: ``actions``, ``obs/...``, ``rewards``; pictures are uint8
arrays under ``obs``. Only what lies in the file itself is read: links to other files, virtual and
external datasets, and objects of variable length are passed over.
"""

import json
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from lbm_studio.core.errors import DatasetError, UnknownNameError
from lbm_studio.episodes.interchange.foreign import (
    Array,
    ForeignContents,
    ForeignEpisode,
    as_numbers,
    as_picture,
    check_length,
    check_size,
)
from lbm_studio.episodes.interchange.libraries import load
from lbm_studio.episodes.video import Image

FORMAT = "robomimic"
SUFFIXES = (".hdf5", ".h5")
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, RuntimeError, OverflowError)
_DEPTH = 6
_LEFT_OUT = ("next_obs", "states")
_PICTURE_AXES = 4


class RobomimicSource:
    """One file. Made with its path; :meth:`close` closes it.

    Raises:
        DatasetError: it is damaged, or holds something else.
    """

    def __init__(self, path: Path) -> None:
        self._h5 = load("h5py", "HDF5 files")
        self._path = path
        with self._damage_in_words("It"):
            self._file = self._h5.File(path, "r")
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        with self._damage_in_words("It"):
            self._data = self._group(self._file, "data")
            names = (n for n in self._data if n.startswith("demo_") and n[5:].isdecimal())
            self.episodes = tuple(sorted(names, key=lambda name: int(name[5:])))
            if not self.episodes:
                raise DatasetError(f"“{self._path}” holds no demonstrations in /data/demo_N.")
            self._attributes = _attributes(self._data)
            self.contents = self._describe()

    def read(self, name: str) -> ForeignEpisode:
        """Return one episode; see :class:`ForeignSource`."""
        if name not in self.episodes:
            raise UnknownNameError("episode", name, self.episodes)
        with self._damage_in_words(name):
            demo = self._group(self._data, name)
            members = dict(self._members(demo))
            vectors = {k: self._numbers(k, v) for k, v in members.items() if not _is_film(v)}
            length = self._length(name, vectors)
            return ForeignEpisode(
                name=name,
                length=length,
                vectors={k: as_numbers(self._what(k), v, length) for k, v in vectors.items()},
                pictures={
                    k: partial(self._pictures, k, v, length)
                    for k, v in members.items()
                    if _is_film(v)
                },
                goal=self._goal(_attributes(demo)),
                success=_success(vectors),
            )

    def close(self) -> None:
        """Close the file. Harmless when called again."""
        self._file.close()

    def _describe(self) -> ForeignContents:
        demo = self._group(self._data, self.episodes[0])
        members = dict(self._members(demo))
        vectors = {k: tuple(v.shape[1:]) for k, v in members.items() if not _is_film(v)}
        cameras = {k: (v.shape[2], v.shape[1]) for k, v in members.items() if _is_film(v)}
        goal = self._goal(_attributes(demo))
        return ForeignContents(
            FORMAT, self._path.stem, self._rate_hz(), vectors, cameras, goal=goal
        )

    def _group(self, parent: Any, name: str) -> Any:
        found = self._own(parent, name)
        if not isinstance(found, self._h5.Group):
            raise DatasetError(f"“{self._path}” has no group “{name}”: it is no robomimic file.")
        return found

    def _own(self, parent: Any, name: str) -> Any:
        """Return a member that lies in this file; None for a link elsewhere."""
        link = parent.get(name, getlink=True)
        return parent[name] if isinstance(link, self._h5.HardLink) else None

    def _members(self, group: Any, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
        """Yield the datasets of an episode that hold numbers."""
        for name in group:
            member = self._own(group, name)
            key = f"{prefix}{name}"
            if isinstance(member, self._h5.Group):
                if key not in _LEFT_OUT and depth < _DEPTH:
                    yield from self._members(member, f"{key}/", depth + 1)
            elif isinstance(member, self._h5.Dataset) and key not in _LEFT_OUT:
                is_inside = not member.is_virtual and member.external is None
                is_wanted = 0 < member.ndim < _PICTURE_AXES or _is_film(member)
                if is_inside and is_wanted and member.dtype.kind in "fiub":
                    yield key, member

    def _numbers(self, key: str, dataset: Any) -> Array:
        check_size(self._what(key), dataset.shape, dataset.dtype.itemsize)
        return dataset[()]

    def _length(self, name: str, vectors: Mapping[str, Array]) -> int:
        if "actions" not in vectors:
            raise DatasetError(f"“{name}” of “{self._path}” has no actions.")
        length = len(vectors["actions"])
        check_length(f"“{name}” of “{self._path}”", length)
        return length

    def _pictures(self, key: str, dataset: Any, length: int) -> Iterator[Image]:
        what = self._what(key)
        check_size(what, dataset.shape[1:], dataset.dtype.itemsize)
        if dataset.shape[0] != length:
            raise DatasetError(f"{what} has {dataset.shape[0]} pictures for {length} frames.")
        for frame in range(length):
            with self._damage_in_words(key):
                values = dataset[frame]
            yield as_picture(what, values)

    def _rate_hz(self) -> float | None:
        arguments = _json(self._attributes.get("env_args"))
        settings = arguments.get("env_kwargs")
        rate = settings.get("control_freq") if isinstance(settings, dict) else None
        return float(rate) if isinstance(rate, int | float) and rate > 0 else None

    def _goal(self, attributes: Mapping[str, Any]) -> str:
        """RoboCasa keeps the goal with the episode, LIBERO with the file, robomimic nowhere."""
        of_episode = _json(attributes.get("ep_meta")).get("lang")
        of_file = _json(self._attributes.get("problem_info")).get("language_instruction")
        goal = of_episode or of_file or ""
        return "".join(goal) if isinstance(goal, list) else str(goal)

    def _what(self, key: str) -> str:
        return f"“{key}” in “{self._path}”"

    @contextmanager
    def _damage_in_words(self, name: str) -> Generator[None]:
        try:
            yield
        except _UNREADABLE as error:
            raise DatasetError(
                f"“{self._path}” is damaged or no HDF5 file. {name} cannot be read: {error}."
            ) from error


def _is_film(dataset: Any) -> bool:
    return dataset.ndim == _PICTURE_AXES and dataset.dtype == np.uint8 and dataset.shape[3] == 3


def _attributes(group: Any) -> dict[str, Any]:
    names = ("env_args", "problem_info", "ep_meta")
    return {name: group.attrs[name] for name in names if name in group.attrs}


def _json(text: Any) -> dict[str, Any]:
    try:
        value = json.loads(text) if isinstance(text, str | bytes) else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _success(vectors: Mapping[str, Array]) -> bool | None:
    """Sparse rewards are 1 where the goal is reached; others say nothing."""
    rewards = vectors.get("rewards")
    if rewards is None or not np.isin(rewards, (0.0, 1.0)).all():
        return None
    return bool(np.any(rewards == 1.0))
