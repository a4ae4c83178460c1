"""Arrays of an ``.npz`` file, one at a time or row by row; pickled objects are never loaded."""

import zipfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.interchange.foreign import (
    MAX_FRAMES,
    UNREADABLE_ZIP,
    Array,
    check_size,
)

_SUFFIX = ".npy"
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


@dataclass(frozen=True)
class NpzEntry:
    """An array from its header."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    is_fortran: bool


class NpzFile:
    """One file, opened for each read. Arrays of anything but numbers are passed over.

    Raises:
        DatasetError: it is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.entries: Mapping[str, NpzEntry] = self._read_entries()

    def load(self, name: str) -> Array:
        """Return a whole array.

        Raises:
            DatasetError: it is missing or damaged.
        """
        entry = self._entry(name)
        check_size(self._what(name), entry.shape, entry.dtype.itemsize)
        with self._open(name) as member:
            flat = self._numbers(member, name, entry.dtype, int(np.prod(entry.shape)))
        return flat.reshape(entry.shape, order="F" if entry.is_fortran else "C")

    def rows(self, name: str) -> Iterator[Array]:
        """Yield the array along its first axis, reading one row at a time.

        Raises:
            DatasetError: it is missing or damaged.
        """
        entry = self._entry(name)
        check_size(self._what(name), entry.shape[1:], entry.dtype.itemsize)
        if entry.is_fortran:
            yield from self.load(name)
            return
        with self._open(name) as member:
            for _ in range(entry.shape[0]):
                size = int(np.prod(entry.shape[1:]))
                yield self._numbers(member, name, entry.dtype, size).reshape(entry.shape[1:])

    def _entry(self, name: str) -> NpzEntry:
        if name not in self.entries:
            raise DatasetError(f"“{self._path}” has no numbers called “{name}”.")
        return self.entries[name]

    def _read_entries(self) -> dict[str, NpzEntry]:
        entries: dict[str, NpzEntry] = {}
        with self._damage_in_words(), zipfile.ZipFile(self._path) as archive:
            for info in archive.infolist():
                if not info.filename.endswith(_SUFFIX):
                    continue
                with archive.open(info) as member:
                    entry = _read_header(member)
                if entry is not None and entry.dtype.kind in "fiub":
                    entries[info.filename.removesuffix(_SUFFIX)] = entry
        return entries

    @contextmanager
    def _open(self, name: str) -> Generator[IO[bytes]]:
        with (
            self._damage_in_words(),
            zipfile.ZipFile(self._path) as archive,
            archive.open(name + _SUFFIX) as member,
        ):
            _read_header(member)
            yield member

    @contextmanager
    def _damage_in_words(self) -> Generator[None]:
        try:
            yield
        except UNREADABLE_ZIP as error:
            raise DatasetError(
                f"“{self._path}” is damaged and cannot be read ({error})."
            ) from error

    def _numbers(self, member: IO[bytes], name: str, dtype: np.dtype[Any], count: int) -> Array:
        needed = count * dtype.itemsize
        data = member.read(needed)
        if len(data) != needed:
            raise DatasetError(f"{self._what(name)} is cut short.")
        return np.frombuffer(data, dtype=dtype)

    def _what(self, name: str) -> str:
        return f"“{name}” in “{self._path}”"


def _read_header(member: IO[bytes]) -> NpzEntry | None:
    """Return what a member announces; None for a version that numbers never need."""
    read = _HEADERS.get(np.lib.format.read_magic(member))
    if read is None:
        return None
    shape, is_fortran, dtype = read(member)
    if any(size < 0 for size in shape) or (shape and shape[0] > MAX_FRAMES):
        raise ValueError(f"it claims the shape {shape}")
    return NpzEntry(shape, dtype, is_fortran)
