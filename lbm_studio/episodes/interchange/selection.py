"""Naming numbers of a vector: ``observation.state[0:3]``, ``ee_states[12, 13, 14]``, ``width``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lbm_studio.core.errors import DatasetError, UnknownNameError
from lbm_studio.core.pose import FloatArray
from lbm_studio.episodes.interchange.foreign import Array

_FORM = re.compile(r"^(?P<key>[^\[\]]+)(?:\[(?P<part>[-0-9:, ]+)\])?$")
_MOST = 100_000


@dataclass(frozen=True)
class Selection:
    """Some numbers of one vector.

    Attributes:
        key: name of the vector.
        numbers: which of its numbers, counted through all its dimensions; None for all.
    """

    key: str
    numbers: tuple[int, ...] | None = None

    def of(self, vectors: Mapping[str, Array], length: int) -> FloatArray:
        """Return the (T, n) numbers of an episode of T frames.

        Raises:
            DatasetError: the episode has no such numbers, or some are not finite.
        """
        if self.key not in vectors:
            raise UnknownNameError("vector", self.key, sorted(vectors))
        flat = np.asarray(vectors[self.key], dtype=np.float64).reshape(length, -1)
        if self.numbers is not None:
            if max(self.numbers) >= flat.shape[1]:
                raise DatasetError(f"“{self.key}” has only {flat.shape[1]} numbers a frame.")
            flat = flat[:, list(self.numbers)]
        if not np.all(np.isfinite(flat)):
            raise DatasetError(f"“{self.key}” holds values that are no numbers.")
        return flat

    def size(self, vectors: Mapping[str, tuple[int, ...]]) -> int:
        """Return how many numbers are selected from vectors of the given shapes.

        Raises:
            UnknownNameError: there is no such vector.
            DatasetError: it is shorter.
        """
        if self.key not in vectors:
            raise UnknownNameError("vector", self.key, sorted(vectors))
        size = int(np.prod(vectors[self.key], dtype=np.int64))
        if self.numbers is None:
            return size
        if max(self.numbers) >= size:
            raise DatasetError(
                f"“{self.key}” has {size} numbers, so that only 0 to {size - 1} can be chosen."
            )
        return len(self.numbers)


def parse_selection(text: str) -> Selection:
    """Return what a text names.

    Raises:
        DatasetError: it has another form.
    """
    match = _FORM.match(text)
    if match is None:
        raise _misread(text)
    part = match["part"]
    numbers = None if part is None else _numbers(part, text)
    return Selection(match["key"], numbers)


def _numbers(part: str, text: str) -> tuple[int, ...]:
    numbers: list[int] = []
    for piece in part.split(","):
        ends = piece.split(":")
        if len(ends) > 2 or not all(end.strip().isdigit() for end in ends):
            raise _misread(text)
        first = int(ends[0])
        last = int(ends[1]) if len(ends) == 2 else first + 1
        if last - first > _MOST:
            raise _misread(text)
        numbers += range(first, last)
    if not numbers:
        raise _misread(text)
    return tuple(numbers)


def _misread(text: str) -> DatasetError:
    return DatasetError(
        f"“{text}” does not say which numbers are meant. Write the name of a vector, and which of"
        " its numbers in brackets, e.g. “observation.state[0:3]” or “action[6]”."
    )
