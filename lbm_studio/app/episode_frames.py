"""The pictures of one episode under the scrubber, decoded beside the window."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lbm_studio.app.background import Background

if TYPE_CHECKING:
    from lbm_studio.episodes.dataset import Dataset

Image = NDArray[np.uint8]
OnFrames = Callable[[int, Mapping[str, Image]], object]
MEMORY_BYTES = 400_000_000
"""An episode that needs more is decoded picture by picture."""


class EpisodeFrames:
    """Decodes frames as they are asked for; a short episode is soon held whole.

    Args:
        background: does the decoding.
        on_frames: takes a position and its pictures.
        on_trouble: a sentence for the user.
    """

    def __init__(
        self,
        background: Background,
        on_frames: OnFrames,
        on_trouble: Callable[[str], object],
    ) -> None:
        self._background = background
        self._on_frames = on_frames
        self._on_trouble = on_trouble
        self._generation = 0
        self._dataset: Dataset | None = None
        self._index = -1
        self._first = 0
        self._whole: dict[str, list[Image]] = {}
        self._wanted: int | None = None
        self._is_decoding = False

    def open(self, dataset: "Dataset", index: int, *, first: int = 0) -> None:
        """Go to the beginning of an episode, or of the part that begins at frame ``first``."""
        self.close()
        self._dataset, self._index, self._first = dataset, index, first
        self.show(0)
        self._hold_whole(dataset, index)

    def show_part(self, first: int) -> None:
        """Count positions from another frame of the recording on."""
        self._first = first

    def close(self) -> None:
        """Show no episode any more; what is still being decoded is thrown away."""
        self._generation += 1
        self._dataset = None
        self._whole = {}
        self._wanted = None
        self._is_decoding = False

    def show(self, position: int) -> None:
        """Deliver the pictures at a position, now or later; only the newest wish counts."""
        dataset = self._dataset
        if dataset is None:
            return
        if self._whole and len(self._whole) == len(dataset.cameras):
            frame = self._first + position
            self._on_frames(position, {name: held[frame] for name, held in self._whole.items()})
            return
        self._wanted = position
        if not self._is_decoding:
            self._decode(dataset, position)

    def _decode(self, dataset: "Dataset", position: int) -> None:
        generation, index, frame = self._generation, self._index, self._first + position
        self._is_decoding = True

        def work() -> Mapping[str, Image]:
            return {
                camera: next(dataset.iter_images(index, camera, first=frame))
                for camera in dataset.cameras
            }

        def done(images: Mapping[str, Image]) -> None:
            if generation != self._generation:
                return
            self._is_decoding = False
            self._on_frames(position, images)
            if self._wanted is not None and self._wanted != position:
                self.show(self._wanted)

        self._background.submit(work, done, lambda words: self._failed(generation, words))

    def _hold_whole(self, dataset: "Dataset", index: int) -> None:
        station = dataset.station
        if station is None:
            return
        length = dataset.episodes[index].length
        pixels = sum(c.width_px * c.height_px for c in station.embodiment.cameras)
        if 3 * pixels * length > MEMORY_BYTES:
            return
        for camera in dataset.cameras:
            self._hold_camera(dataset, index, camera)

    def _hold_camera(self, dataset: "Dataset", index: int, camera: str) -> None:
        generation = self._generation

        def work() -> list[Image]:
            if generation != self._generation:
                return []  # another episode is shown by now
            return list(dataset.iter_images(index, camera))

        def done(images: list[Image]) -> None:
            if generation == self._generation:
                self._whole[camera] = images

        self._background.submit(work, done, lambda words: self._failed(generation, words))

    def _failed(self, generation: int, words: str) -> None:
        if generation == self._generation:
            self.close()
            self._on_trouble(words)
