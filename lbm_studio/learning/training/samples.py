"""The chosen frames of episodes as arrays ready to train on, images memory-mapped.

Legend: N frames, V views, P key points, T chunk steps, D action size.
"""

import os
import shutil
import zlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.action import gripper_index, pose_slice, relative_chunk
from lbm_studio.core.embodiment import Embodiment
from lbm_studio.core.episode import identity_of
from lbm_studio.core.errors import DiskFullError
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.windows import chunk_windows
from lbm_studio.learning.model.config import ModelConfig
from lbm_studio.learning.model.network import image_groups
from lbm_studio.learning.training.frames import first_moving_frame, spread_frames
from lbm_studio.learning.training.hindsight import coming_key_poses, keypoint_targets
from lbm_studio.learning.training.views import DatasetViews

SPARE_BYTES = 1 << 30

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class FrameChoice:
    """Which frames of an episode are kept; see :class:`Source`."""

    most: int | None = None
    skip_idle_start: bool = False


@dataclass(frozen=True)
class EpisodeReference:
    """One episode of one dataset.

    Attributes:
        dataset: that holds it.
        index: its place there.
        goals: ways to ask for it, after all corrections; the one it was recorded with first.
        views: how the dataset is read for the body that is trained for.
        source: number of the source it belongs to.
        statistics: number of the statistics that its source shares.
        choice: of its frames.
        first: the first frame of the recording that is learned from.
        last: the last one; None: the last of the recording.
    """

    dataset: Dataset
    index: int
    goals: tuple[str, ...]
    views: DatasetViews
    source: int = 0
    statistics: int = 0
    choice: FrameChoice = field(default_factory=FrameChoice)
    first: int = 0
    last: int | None = None

    @property
    def rows(self) -> slice:
        """Where its frames lie in arrays of the whole recording."""
        return slice(self.first, None if self.last is None else self.last + 1)


@dataclass(frozen=True)
class Samples:
    """All chosen frames of a set of episodes.

    Attributes:
        images: per image group (N, cameras, H, W, 3) uint8; black where there is no camera.
        states: (N, D) measured.
        chunks: (N, T, D) relative to the measured state, not normalised.
        key_positions: (N, P, 3) [m].
        key_known: (N, P).
        targets: (N, V, P, 2) fractions of the image.
        usable: (N, V, P).
        step: (N,) frame number within its episode.
        episode: (N,) which episode of ``goals``.
        goals: per episode the ways to ask for it; the one it was recorded with first.
        present: per episode (E, V) whether it has the pictures of a camera.
        source: per episode (E,) number of its source.
        statistics: per episode (E,) number of the statistics it is normalised with.
        counted: per episode (E, D) whether a number is of an arm that was there; None where all
            were.
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
    goals: tuple[tuple[str, ...], ...]
    present: NDArray[np.bool_]
    source: NDArray[np.int64]
    statistics: NDArray[np.int64]
    counted: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.states)


@dataclass(frozen=True)
class _Numbers:
    """What :class:`Samples` holds of one episode; of its images by camera (N,) which frames."""

    states: NDArray[np.float32]
    chunks: NDArray[np.float32]
    key_positions: NDArray[np.float32]
    key_known: NDArray[np.bool_]
    targets: NDArray[np.float32]
    usable: NDArray[np.bool_]
    step: NDArray[np.int64]
    frames: Mapping[str, NDArray[np.int64]]


def load_samples(
    episodes: Sequence[EpisodeReference],
    embodiment: Embodiment,
    *,
    config: ModelConfig,
    folder: Path,
    progress: Progress,
    workers: int,
) -> Samples:
    """Read and decode the episodes.

    Args:
        episodes: to read.
        embodiment: the body that is trained for.
        config: says how small the images are and which key events count.
        folder: for the images.
        progress: is told (done, total) episodes.
        workers: threads that decode.

    Raises:
        DiskFullError: the images do not fit on the disk of ``folder``.
    """
    with ThreadPoolExecutor(workers) as pool:
        numbers = list(pool.map(lambda e: _read_numbers(e, config), episodes))
        starts = np.concatenate([[0], np.cumsum([len(one.step) for one in numbers])])
        images = _allocate(embodiment, int(starts[-1]), config.image_scale, folder)

        def read(number: int) -> None:
            rows = slice(int(starts[number]), int(starts[number + 1]))
            _read_images(
                episodes[number], embodiment, numbers[number].frames, [i[rows] for i in images]
            )

        _run_all(pool, read, len(episodes), progress)
    return _join(episodes, numbers, tuple(images))


def _run_all(pool: Executor, work: Callable[[int], None], count: int, progress: Progress) -> None:
    for done, _ in enumerate(pool.map(work, range(count)), start=1):
        progress(done, count)


def _join(
    episodes: Sequence[EpisodeReference],
    numbers: Sequence[_Numbers],
    images: tuple[NDArray[np.uint8], ...],
) -> Samples:
    return Samples(
        images=images,
        states=np.concatenate([n.states for n in numbers]),
        chunks=np.concatenate([n.chunks for n in numbers]),
        key_positions=np.concatenate([n.key_positions for n in numbers]),
        key_known=np.concatenate([n.key_known for n in numbers]),
        targets=np.concatenate([n.targets for n in numbers]),
        usable=np.concatenate([n.usable for n in numbers]),
        step=np.concatenate([n.step for n in numbers]),
        episode=np.repeat(np.arange(len(episodes)), [len(n.step) for n in numbers]),
        goals=tuple(e.goals for e in episodes),
        present=np.array([e.views.present for e in episodes]),
        source=np.array([e.source for e in episodes]),
        statistics=np.array([e.statistics for e in episodes]),
        counted=_counted(episodes),
    )


def _counted(episodes: Sequence[EpisodeReference]) -> NDArray[np.bool_] | None:
    """Return which numbers of a chunk teach something: those of absent arms only fill the place."""
    if not any(e.dataset.absent_arms for e in episodes):
        return None
    counted = np.ones((len(episodes), episodes[0].views.body.action_size), dtype=np.bool_)
    for row, episode in zip(counted, episodes, strict=True):
        names = episode.views.body.arm_names
        for arm in episode.dataset.absent_arms:
            index = names.index(arm)
            row[pose_slice(index)] = False
            row[gripper_index(index, len(names))] = False
    return counted


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
    frames: Mapping[str, NDArray[np.int64]],
    rows: Sequence[NDArray[np.uint8]],
) -> None:
    """Fill the rows of the chosen frames; they stay black where the dataset lacks a camera."""
    for group, block in zip(image_groups(embodiment), rows, strict=True):
        size_px = (block.shape[3], block.shape[2])
        for place, view in enumerate(group):
            if not episode.views.present[view]:
                continue
            name = embodiment.cameras[view].name
            first, last = int(frames[name].min()), int(frames[name].max())
            pictures = episode.dataset.iter_images(
                episode.index, name, first=first, size_px=size_px
            )
            for number, picture in zip(range(first, last + 1), pictures, strict=False):
                block[frames[name] == number, place] = picture


def _read_numbers(episode: EpisodeReference, config: ModelConfig) -> _Numbers:
    body, stride = episode.views.body, episode.views.stride
    observed = episode.dataset.observations(episode.index)
    sent = observed.actions[episode.rows]
    states, actions = observed.states[episode.rows][::stride], sent[::stride]
    chosen = _choose(episode, states, actions)
    windows = chunk_windows(sent, body.chunk, stride)
    keys = coming_key_poses(actions, config.key_events, config.key_offsets_m).at(chosen)
    targets, usable = keypoint_targets(body, states[chosen], keys)
    return _Numbers(
        states=states[chosen].astype(np.float32),
        chunks=relative_chunk(windows[chosen], states[chosen]).astype(np.float32),
        key_positions=keys.positions.astype(np.float32),
        key_known=keys.known,
        targets=targets.astype(np.float32),
        usable=usable & np.array(episode.views.present)[None, :, None],
        step=chosen,
        frames={
            name: ticks[episode.rows][::stride][chosen] for name, ticks in observed.pictures.items()
        },
    )


def _choose(
    episode: EpisodeReference, states: NDArray[np.float32], actions: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Return the frames to keep; the same ones whenever the episode is read."""
    choice = episode.choice
    first = first_moving_frame(states, actions) if choice.skip_idle_start else 0
    metadata = episode.dataset.episodes[episode.index].metadata
    name = identity_of(metadata) + (f":{episode.first}" if episode.first else "")
    generator = np.random.default_rng(zlib.crc32(name.encode()))
    return spread_frames(first, len(states), choice.most, generator)
