"""UMI and Diffusion Policy replay buffers: zarr stores with pictures in JPEG-XL.

``data/*`` holds all frames of all episodes one after the other, ``meta/episode_ends`` where each
ends. The files say neither the rate nor the goal.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np

from lbm_studio.core.errors import DatasetError, UnknownNameError
from lbm_studio.episodes.interchange.foreign import (
    ForeignContents,
    ForeignEpisode,
    as_picture,
    check_length,
)
from lbm_studio.episodes.interchange.zarr_store import ZarrArray, arrays, open_store
from lbm_studio.episodes.video import Image

FORMAT = "umi"
ENDS = "episode_ends"
_PICTURE_AXES = 4
_MAX_EPISODES = 1_000_000


class UmiSource:
    """One store. Made with its path; :meth:`close` closes it.

    Raises:
        DatasetError: it is damaged, or holds something else.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._store = open_store(path)
        try:
            self._open()
        except BaseException:
            self._store.close()
            raise

    def _open(self) -> None:
        path = self._path
        ends = arrays(self._store, "meta").get(ENDS)
        self._arrays = arrays(self._store, "data")
        if ends is None or not self._arrays:
            raise DatasetError(f"“{path}” has no data and meta/{ENDS}: it is no replay buffer.")
        self._spans = self._read_spans(ends)
        self.episodes = tuple(self._spans)
        name = path.name.removesuffix(".zip").removesuffix(".zarr")
        cameras = {k: a for k, a in self._arrays.items() if _is_film(a)}
        self.contents = ForeignContents(
            format=FORMAT,
            name=name,
            rate_hz=None,
            vectors={k: a.shape[1:] for k, a in self._arrays.items() if k not in cameras},
            cameras={key: (array.shape[2], array.shape[1]) for key, array in cameras.items()},
        )

    def read(self, name: str) -> ForeignEpisode:
        """Return one episode; see :class:`ForeignSource`."""
        if name not in self._spans:
            raise UnknownNameError("episode", name, self.episodes)
        first, last = self._spans[name]
        check_length(f"“{name}” of “{self._path}”", last - first)
        return ForeignEpisode(
            name=name,
            length=last - first,
            vectors={key: self._arrays[key].rows(first, last) for key in self.contents.vectors},
            pictures={
                key: partial(_pictures, self._arrays[key], first, last)
                for key in self.contents.cameras
            },
        )

    def close(self) -> None:
        """Close the file. Harmless when called again."""
        self._store.close()

    def _read_spans(self, ends: ZarrArray) -> Mapping[str, tuple[int, int]]:
        frames = min(array.shape[0] for array in self._arrays.values())
        is_list = len(ends.shape) == 1 and ends.shape[0] <= _MAX_EPISODES
        found = ends.rows(0, ends.shape[0]).ravel() if is_list else ()
        lasts = [int(last) for last in found]
        firsts = [0, *lasts[:-1]]
        if not lasts or any(a >= b for a, b in zip(firsts, lasts, strict=True)):
            raise DatasetError(f"“{self._path}” is damaged: meta/{ENDS} does not rise.")
        if lasts[-1] > frames:
            raise DatasetError(
                f"“{self._path}” is damaged: its episodes end at frame {lasts[-1]} of {frames}."
            )
        return {
            f"episode_{number}": span for number, span in enumerate(zip(firsts, lasts, strict=True))
        }


def _is_film(array: ZarrArray) -> bool:
    return len(array.shape) == _PICTURE_AXES and array.dtype == np.uint8 and array.shape[3] == 3


def _pictures(array: ZarrArray, first: int, last: int) -> Iterator[Image]:
    for frame in range(first, last):
        yield as_picture(f"The array “{array.name}”", array.rows(frame, frame + 1)[0])
