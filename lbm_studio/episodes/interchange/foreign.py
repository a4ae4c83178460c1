"""An episode as another program recorded it, whatever the format: what every reader yields."""

import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.video import Image

MAX_FRAMES = 1_000_000
"""Frames of one episode beyond which a file is not believed."""

MAX_BYTES = 1 << 31
"""Bytes of one array beyond which a file is not believed."""

MAX_PIXELS = 1 << 26

UNREADABLE_ZIP = (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What reading a damaged zip file raises."""

Array = NDArray[Any]
Pictures = Callable[[], Iterator[Image]]
"""Yields the (H, W, 3) RGB pictures of one camera in order, decoding each when it is asked for."""


@dataclass(frozen=True)
class ForeignContents:
    """What the episodes of a source hold, from its description or its first episode.

    Attributes:
        format: name of the format.
        name: what the source is called, a file or folder name.
        rate_hz: frames a second [Hz]; None where the format does not say.
        vectors: shape of one frame's value by name.
        cameras: (width, height) of the pictures by name [px]; None where only decoding tells.
        labels: what the numbers of a vector are called, where the format says.
        goal: of the first episode; empty where the format holds none.
    """

    format: str
    name: str
    rate_hz: float | None
    vectors: Mapping[str, tuple[int, ...]]
    cameras: Mapping[str, tuple[int, int] | None]
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    goal: str = ""


@dataclass(frozen=True)
class ForeignEpisode:
    """One episode of T frames.

    Attributes:
        name: what the source calls it; the same whenever it is read.
        length: frames.
        vectors: (T, ...) numbers by name.
        pictures: by camera name.
        goal: what was asked for; empty where the format holds none.
        success: whether it was reached; None where the format does not say.
    """

    name: str
    length: int
    vectors: Mapping[str, Array]
    pictures: Mapping[str, Pictures]
    goal: str = ""
    success: bool | None = None


class ForeignSource(Protocol):
    """A file or folder of episodes, open for reading. Closed by whoever opened it."""

    @property
    def contents(self) -> ForeignContents:
        """What every episode holds."""
        ...

    @property
    def episodes(self) -> Sequence[str]:
        """Names of the episodes, in order."""
        ...

    def read(self, name: str) -> ForeignEpisode:
        """Return one episode; its pictures are decoded when they are asked for.

        Raises:
            DatasetError: it is damaged.
        """
        ...

    def close(self) -> None:
        """Let go of the files. Harmless when called again."""
        ...


def check_size(what: str, shape: Sequence[int], item_bytes: int) -> None:
    """Return if an array that a file announces is one that a recording can hold.

    Raises:
        DatasetError: it is absurdly large, or a length is negative.
    """
    size = item_bytes
    for length in shape:
        size *= length
        if length < 0 or size > MAX_BYTES:
            raise DatasetError(
                f"{what} claims the shape {tuple(shape)}, which no recording has: it is damaged."
            )


def check_length(what: str, frames: int) -> None:
    """Return if an episode can have so many frames.

    Raises:
        DatasetError: it cannot.
    """
    if not 0 < frames <= MAX_FRAMES:
        raise DatasetError(f"{what} claims to have {frames} frames: it is damaged.")


def as_numbers(what: str, values: Array, length: int) -> Array:
    """Return (T, ...) values as they are.

    Raises:
        DatasetError: they are no numbers, or not one for each of the T frames.
    """
    if values.dtype.kind not in "fiub":
        raise DatasetError(f"{what} holds {values.dtype} values, not numbers: it is damaged.")
    if values.shape[:1] != (length,):
        raise DatasetError(
            f"{what} has {values.shape[0] if values.ndim else 1} values for {length} frames:"
            " it is damaged."
        )
    return values


def as_picture(what: str, values: Array) -> Image:
    """Return an (H, W, 3) picture as it is.

    Raises:
        DatasetError: it is something else.
    """
    if values.dtype != np.uint8 or values.ndim != 3 or values.shape[2] != 3:
        raise DatasetError(
            f"{what} holds a picture of shape {values.shape} {values.dtype}, not (H, W, 3) uint8."
        )
    return values
