# pyright: basic
# imagecodecs carries no type information; this module is the typed wrapper around it.
"""Arrays of a zarr version 2 store, in a folder or a zip file, chunk by chunk.

Version 2 is a frozen, small format, and reading it here keeps out what the library would allow a
file to ask for: pickled objects, codecs found by name, threads that stay. Only plain numbers and
the codecs listed below are read.
"""

import json
import struct
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.interchange.foreign import (
    MAX_BYTES,
    UNREADABLE_ZIP,
    Array,
    check_size,
)
from lbm_studio.episodes.interchange.libraries import load

JPEG_XL = "imagecodecs_jpegxl"
BLOSC = "blosc"
CODECS = (BLOSC, "zstd", "zlib", "gzip", JPEG_XL)
_BLOSC_HEADER = struct.Struct("<4xIII")
"""After versions and flags: bytes when decoded, of a block, and as stored."""

_DESCRIPTION = ".zarray"
_MAX_DESCRIPTION_BYTES = 1 << 20
_MAX_NAMES = 5_000_000


class Store(Protocol):
    """Named blocks of bytes."""

    def names(self) -> Sequence[str]:
        """Return the names of all blocks."""
        ...

    def get(self, name: str) -> bytes | None:
        """Return one block; None where there is none."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


@dataclass(frozen=True)
class ZarrArray:
    """One array of a store, from its description.

    Attributes:
        store: that holds its chunks.
        name: path in the store.
        shape: of the whole array.
        chunks: shape of one chunk.
        dtype: of its numbers.
        codec: id of the compressor; empty for none.
        fill: value of numbers whose chunk is missing.
        separator: between the numbers in a chunk's name.
    """

    store: Store
    name: str
    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    dtype: np.dtype[Any]
    codec: str
    fill: Any
    separator: str

    def rows(self, first: int, last: int) -> Array:
        """Return rows ``first`` to ``last`` (exclusive).

        Raises:
            DatasetError: a chunk is damaged.
        """
        check_size(self._what, (last - first, *self.shape[1:]), self.dtype.itemsize)
        result = np.full((last - first, *self.shape[1:]), self.fill, dtype=self.dtype)
        for number in self._chunk_numbers(first, last):
            chunk = self._chunk(number)
            if chunk is None:
                continue
            starts = [n * size for n, size in zip(number, self.chunks, strict=True)]
            lows = [max(starts[0], first), *starts[1:]]
            ends = [min(s + c, e) for s, c, e in zip(starts, self.chunks, self.shape, strict=True)]
            ends[0] = min(ends[0], last)
            bounds = list(zip(lows, ends, starts, strict=True))
            inner = tuple(slice(low - start, end - start) for low, end, start in bounds)
            outer = tuple(slice(low, end) for low, end, _ in bounds)
            result[(slice(lows[0] - first, ends[0] - first), *outer[1:])] = chunk[inner]
        return result

    def _chunk_numbers(self, first: int, last: int) -> Iterator[tuple[int, ...]]:
        if last <= first:
            return
        along = [range(first // self.chunks[0], (last - 1) // self.chunks[0] + 1)]
        for size, chunk in zip(self.shape[1:], self.chunks[1:], strict=True):
            along.append(range(-(-size // chunk)))
        yield from product(*along)

    def _chunk(self, number: tuple[int, ...]) -> Array | None:
        data = self.store.get(f"{self.name}/{self.separator.join(map(str, number))}")
        if data is None:
            return None
        expected = int(np.prod(self.chunks)) * self.dtype.itemsize
        try:
            return self._decoded(data, expected).reshape(self.chunks)
        except DatasetError:
            raise
        except Exception as error:  # each codec raises errors of its own
            raise DatasetError(f"{self._what} has a damaged chunk {number} ({error}).") from error

    def _decoded(self, data: bytes, expected: int) -> Array:
        if self.codec == JPEG_XL:
            picture = np.empty(self.chunks[-3:], dtype=self.dtype)
            return load("imagecodecs", "JPEG-XL").jpegxl_decode(data, out=picture)
        if self.codec:
            if self.codec == BLOSC:
                _check_blosc(data, expected)
            codecs = load("imagecodecs", "compressed zarr files")
            decode = getattr(codecs, f"{self.codec}_decode")
            data = bytes(decode(data, out=bytearray(expected)))
        if len(data) != expected:
            raise ValueError(f"{len(data)} bytes instead of {expected}")
        return np.frombuffer(data, dtype=self.dtype)

    @property
    def _what(self) -> str:
        return f"The array “{self.name}”"


def _check_blosc(data: bytes, expected: int) -> None:
    """Return if a block is as long as its header says; the decoder takes the header's word.

    Raises:
        ValueError: it is not.
    """
    if len(data) < _BLOSC_HEADER.size:
        raise ValueError("it is cut short")
    size, _, stored = _BLOSC_HEADER.unpack_from(data)
    if size != expected or stored != len(data):
        raise ValueError(f"its header tells of {size} bytes in {stored}")


def open_store(path: Path) -> Store:
    """Open a folder or a zip file.

    Raises:
        DatasetError: it is damaged.
    """
    if path.is_dir():
        return _FolderStore(path)
    try:
        return _ZipStore(zipfile.ZipFile(path))
    except UNREADABLE_ZIP as error:
        raise DatasetError(f"“{path}” cannot be read as a zip file ({error}).") from error


def arrays(store: Store, group: str) -> dict[str, ZarrArray]:
    """Return the arrays directly below a group, by their own name.

    Arrays of other things than numbers, such as pickled objects, are passed over.

    Raises:
        DatasetError: a description is damaged.
    """
    found: dict[str, ZarrArray] = {}
    for name in store.names():
        parts = name.split("/")
        if parts[-1] == _DESCRIPTION and parts[:-2] == [group]:
            array = _described(store, f"{group}/{parts[-2]}")
            if array is not None:
                found[parts[-2]] = array
    return dict(sorted(found.items()))


def _described(store: Store, name: str) -> ZarrArray | None:
    try:
        raw = json.loads(store.get(f"{name}/{_DESCRIPTION}") or b"")
        kind = raw["dtype"]
        if raw["zarr_format"] != 2 or not isinstance(kind, str) or kind[1:2] not in "fiub":
            return None
        dtype = np.dtype(kind)
        shape, chunks = (tuple(int(n) for n in raw[key]) for key in ("shape", "chunks"))
        codec = (raw["compressor"] or {}).get("id", "")
        if raw.get("filters") or raw.get("order", "C") != "C" or (codec and codec not in CODECS):
            return None
        separator = raw.get("dimension_separator", ".")
        fill = np.zeros((), dtype) if raw["fill_value"] is None else dtype.type(raw["fill_value"])
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise DatasetError(f"The array “{name}” is damaged ({error!r}).") from error
    if not shape or len(shape) != len(chunks) or min(chunks) < 1 or separator not in (".", "/"):
        raise DatasetError(f"The array “{name}” is damaged: its shape is {shape} in {chunks}.")
    check_size(f"The array “{name}”", shape[1:], dtype.itemsize)
    check_size(f"A chunk of the array “{name}”", chunks, dtype.itemsize)
    return ZarrArray(store, name, shape, chunks, dtype, codec, fill, separator)


class _FolderStore:
    """Blocks as files below a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self) -> Sequence[str]:
        files = self._root.glob(f"*/*/{_DESCRIPTION}")
        return [file.relative_to(self._root).as_posix() for file in files]

    def get(self, name: str) -> bytes | None:
        file = self._root / name
        try:
            if file.stat().st_size > MAX_BYTES:
                raise DatasetError(f"“{file}” is too large to be a part of a recording.")
            return file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DatasetError(f"“{file}” cannot be read ({error.strerror}).") from error

    def close(self) -> None:
        """Nothing is held open."""


class _ZipStore:
    """Blocks as members of a zip file."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self._names = frozenset(file.namelist())
        if len(self._names) > _MAX_NAMES:
            raise DatasetError("The zip file has too many members to be a recording.")

    def names(self) -> Sequence[str]:
        return sorted(self._names)

    def get(self, name: str) -> bytes | None:
        if name not in self._names:
            return None
        limit = _MAX_DESCRIPTION_BYTES if name.endswith(_DESCRIPTION) else MAX_BYTES
        try:
            check_size(f"“{name}”", (self._file.getinfo(name).file_size,), MAX_BYTES // limit)
            return self._file.read(name)
        except UNREADABLE_ZIP as error:
            raise DatasetError(f"“{name}” is damaged and cannot be read ({error}).") from error

    def close(self) -> None:
        self._file.close()
