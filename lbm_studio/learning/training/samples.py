"""Every frame of the chosen episodes as arrays ready to train on, images memory-mapped.

Legend: N frames, V views, P key points, T chunk steps, D action size.
"""

import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.action import relative_chunk
from lbm_studio.core.embodiment import Embodiment
from lbm_studio.core.errors import DiskFullError
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.windows import chunk_windows, frame_stride
from lbm_studio.learning.model.config import ModelConfig
from lbm_studio.learning.model.network import image_groups
from lbm_studio.learning.training.hindsight import coming_key_poses, keypoint_targets

SPARE_BYTES = 1 << 30


@dataclass(frozen=True)
class EpisodeReference:
    """One episode of one dataset, with the goal that holds for it after all corrections."""

    dataset: Dataset
    index: int
    goal: str

    @property
    def length(self) -> int:
        return self.dataset.episodes[self.index].length


@dataclass(frozen=True)
class Samples:
    """All frames of a set of episodes.

    Attributes:
        images: per image group (N, cameras, H, W, 3) uint8.
        states: (N, D) measured.
        chunks: (N, T, D) relative to the measured state, not normalised.
        key_positions: (N, P, 3) [m].
        key_known: (N, P).
        targets: (N, V, P, 2) fractions of the image.
        usable: (N, V, P).
        step: (N,) frame number within its episode.
        episode: (N,) which episode of ``goals``.
        goals: the prompt of each episode.
    """

    images: tuple[NDArray[np.uint8], ...]
    states: NDArray[np.float32]
    chunks: NDArray[np.float32]
    key_positions: NDArray[np.float32]
    key_known: NDArray[np.bool_]
    targets: NDArray[np.float32]
    usable: NDArray[np.bool_]
    step: NDArray[np.int64]
    episode: NDArray[np.int64]
    goals: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.states)


@dataclass(frozen=True)
class _Numbers:
    states: NDArray[np.float32]
    chunks: NDArray[np.float32]
    key_positions: NDArray[np.float32]
    key_known: NDArray[np.bool_]
    targets: NDArray[np.float32]
    usable: NDArray[np.bool_]


def load_samples(
    episodes: Sequence[EpisodeReference],
    embodiment: Embodiment,
    *,
    config: ModelConfig,
    folder: Path,
    progress: Callable[[int, int], None],
    workers: int,
) -> Samples:
    """Read and decode the episodes.

    Args:
        episodes: to read.
        embodiment: their body.
        config: says how small the images are and which key events count.
        folder: for the images.
        progress: is told (done, total) episodes.
        workers: threads that decode.

    Raises:
        DiskFullError: the images do not fit on the disk of ``folder``.
    """
    rates = [frame_stride(e.dataset.rate_hz, embodiment.chunk.rate_hz) for e in episodes]
    lengths = [-(-e.length // rate) for e, rate in zip(episodes, rates, strict=True)]
    starts = np.concatenate([[0], np.cumsum(lengths)])
    images = _allocate(embodiment, int(starts[-1]), config.image_scale, folder)

    def read(number: int) -> _Numbers:
        rows = slice(int(starts[number]), int(starts[number + 1]))
        _read_images(episodes[number], embodiment, rates[number], [i[rows] for i in images])
        return _read_numbers(episodes[number], embodiment, rates[number], config.key_events)

    numbers: list[_Numbers] = []
    with ThreadPoolExecutor(workers) as pool:
        for done, result in enumerate(pool.map(read, range(len(episodes))), start=1):
            numbers.append(result)
            progress(done, len(episodes))
    return Samples(
        images=tuple(images),
        states=np.concatenate([n.states for n in numbers]),
        chunks=np.concatenate([n.chunks for n in numbers]),
        key_positions=np.concatenate([n.key_positions for n in numbers]),
        key_known=np.concatenate([n.key_known for n in numbers]),
        targets=np.concatenate([n.targets for n in numbers]),
        usable=np.concatenate([n.usable for n in numbers]),
        step=np.concatenate([np.arange(length) for length in lengths]),
        episode=np.repeat(np.arange(len(episodes)), lengths),
        goals=tuple(e.goal for e in episodes),
    )


def _allocate(
    embodiment: Embodiment, frames: int, scale: int, folder: Path
) -> list[NDArray[np.uint8]]:
    folder.mkdir(parents=True, exist_ok=True)
    shapes = []
    for group in image_groups(embodiment):
        camera = embodiment.cameras[group[0]]
        size = (camera.height_px // scale, camera.width_px // scale, 3)
        shapes.append((frames, len(group), *size))
    needed = sum(int(np.prod(shape)) for shape in shapes)
    if needed + SPARE_BYTES > shutil.disk_usage(folder).free:
        raise _no_room(folder, needed)
    try:
        return [_reserve(folder / f"images-{n}.npy", shape) for n, shape in enumerate(shapes)]
    except OSError as error:
        raise _no_room(folder, needed) from error


def _reserve(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Map a new file whose blocks are taken at once: a disk filled later cannot end the process."""
    pictures = np.lib.format.open_memmap(path, "w+", np.uint8, shape)
    with path.open("r+b") as file:
        os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return pictures


def _no_room(folder: Path, needed: int) -> DiskFullError:
    free = shutil.disk_usage(folder).free
    return DiskFullError(
        f"Training needs {needed / 1e9:.1f} GB for images in {folder}, "
        f"and only {free / 1e9:.1f} GB are free. Make room, or train on fewer episodes."
    )


def _read_images(
    episode: EpisodeReference,
    embodiment: Embodiment,
    stride: int,
    rows: Sequence[NDArray[np.uint8]],
) -> None:
    for group, block in zip(image_groups(embodiment), rows, strict=True):
        size_px = (block.shape[3], block.shape[2])
        for place, number in enumerate(group):
            name = embodiment.cameras[number].name
            frames = episode.dataset.images(episode.index, name, size_px=size_px)
            block[:, place] = frames[::stride]


def _read_numbers(
    episode: EpisodeReference, embodiment: Embodiment, stride: int, key_events: int
) -> _Numbers:
    vectors = episode.dataset.vectors(episode.index)
    states = vectors.states[::stride]
    windows = chunk_windows(vectors.actions, embodiment.chunk, stride)
    keys = coming_key_poses(vectors.actions[::stride], key_events)
    targets, usable = keypoint_targets(embodiment, states, keys)
    return _Numbers(
        states=states.astype(np.float32),
        chunks=relative_chunk(windows, states).astype(np.float32),
        key_positions=keys.positions.astype(np.float32),
        key_known=keys.known,
        targets=targets.astype(np.float32),
        usable=usable,
    )
