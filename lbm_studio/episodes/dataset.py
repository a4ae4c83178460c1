"""Reading a dataset: ours, or any LeRobotDataset v3.0. Reading changes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core import keys
from lbm_studio.core.action import ActionConvention
from lbm_studio.core.clock import NANOSECONDS_PER_SECOND
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.episode import EpisodeSummary
from lbm_studio.core.errors import DatasetError, UnknownNameError
from lbm_studio.core.moments import pair_pictures, vectors_at
from lbm_studio.episodes import layout, parquet
from lbm_studio.episodes.features import Feature
from lbm_studio.episodes.identity import Identity, read_identity
from lbm_studio.episodes.info import DatasetInfo, read_info
from lbm_studio.episodes.table import EpisodeRow, VideoSpan, load_rows
from lbm_studio.episodes.video import Image, VideoReader

_KINDS: Mapping[str, str] = {"float32": "f", "float64": "f", "int64": "iu", "bool": "b"}
"""Of numbers, by the type that is said of a column."""


@dataclass(frozen=True)
class EpisodeVectors:
    """The numbers of one episode of T frames, laid out as in :mod:`lbm_studio.core.action`.

    Attributes:
        states: (T, A) float32, measured.
        actions: (T, A) float32, sent after the clamp.
        captured_ns: (T,) int64, when the state was read [ns]; nominal times where the dataset holds
            none.
    """

    states: NDArray[np.float32]
    actions: NDArray[np.float32]
    captured_ns: NDArray[np.int64]


@dataclass(frozen=True)
class EpisodeObservations:
    """One episode of T frames as a policy is shown it: each observation is of one moment.

    Attributes:
        states: (T, A) float32, as measured at the moment of each observation.
        actions: (T, A) float32, as commanded at that moment.
        moments_ns: (T,) when what the pictures show was there [ns].
        pictures: by camera, (T,) the frame whose picture shows that moment.
    """

    states: NDArray[np.float32]
    actions: NDArray[np.float32]
    moments_ns: NDArray[np.int64]
    pictures: Mapping[str, NDArray[np.int64]]


class Dataset:
    """One dataset folder as it was when opened. Made by :meth:`open`."""

    def __init__(
        self, root: Path, info: DatasetInfo, identity: Identity | None, rows: list[EpisodeRow]
    ) -> None:
        self.root = root
        self._info = info
        self._identity = identity
        self._rows = rows

    @classmethod
    def open(cls, path: Path) -> "Dataset":
        """Read what the folder says of itself; frames are read when they are asked for.

        Raises:
            DatasetError: the folder is not a dataset, or is damaged.
        """
        info = read_info(path)
        rows = load_rows(path, info.video_keys)
        return cls(path, info, read_identity(path), rows)

    @property
    def station(self) -> StationDescription | None:
        """Where it was recorded; None when another program recorded it."""
        return self._identity.station if self._identity else None

    @property
    def convention(self) -> ActionConvention | None:
        """How its vectors are to be read; None when another program recorded it."""
        return self._identity.convention if self._identity else None

    @property
    def absent_arms(self) -> tuple[str, ...]:
        """Arms of the body that were not there when it was recorded: their vectors are fillers."""
        return self._identity.absent_arms if self._identity else ()

    @property
    def rate_hz(self) -> float:
        """Frames a second [Hz]."""
        return float(self._info.rate_hz)

    @property
    def cameras(self) -> tuple[str, ...]:
        """Names of the cameras, in file order."""
        return tuple(key.removeprefix(keys.IMAGE_PREFIX) for key in self._info.video_keys)

    @cached_property
    def episodes(self) -> tuple[EpisodeSummary, ...]:
        """All episodes in order."""
        return tuple(row.summary(self.rate_hz) for row in self._rows)

    @cached_property
    def goals(self) -> tuple[str, ...]:
        """The different goals, in the order they were first asked for."""
        return tuple(dict.fromkeys(row.metadata.goal for row in self._rows))

    @property
    def frames(self) -> int:
        """Frames of all episodes together."""
        return sum(row.length for row in self._rows)

    def vectors(self, index: int) -> EpisodeVectors:
        """Return the numbers of one episode.

        Raises:
            DatasetError: there is no such episode, or its file is missing or damaged.
        """
        names = (keys.STATE, keys.ACTION, keys.CAPTURED_NS)
        columns = self.columns(index, names)
        for key in (keys.STATE, keys.ACTION):
            if key not in columns:
                raise DatasetError(f"“{self.root}” has no column “{key}”.")
            self._require_vectors(index, key, columns[key])
        return EpisodeVectors(
            states=columns[keys.STATE].astype(np.float32),
            actions=columns[keys.ACTION].astype(np.float32),
            captured_ns=columns.get(keys.CAPTURED_NS, self._nominal_ns(index)),
        )

    def _require_vectors(self, index: int, key: str, vectors: NDArray[Any]) -> None:
        size = self.station.embodiment.action_size if self.station else vectors.shape[-1]
        if vectors.ndim != 2 or vectors.shape[1] != size or not np.isfinite(vectors).all():
            raise DatasetError(
                f"Episode {index} of “{self.root}” is damaged: “{key}” holds other than {size}"
                " numbers a frame."
            )

    def observations(self, index: int) -> EpisodeObservations:
        """Return one episode with pictures, states and actions paired by when they were there.

        Where the dataset does not say when its pictures were taken, they were with the state.

        Raises:
            DatasetError: there is no such episode, or its file is missing or damaged.
        """
        vectors = self.vectors(index)
        times = self._pictures_ns(index, vectors.captured_ns)
        pairing = pair_pictures(times)
        moments = pairing.moments_ns
        if np.any(np.diff(vectors.captured_ns) < 0):
            raise DatasetError(f"“{self.root}” is damaged: times of episode {index} go backwards.")
        return EpisodeObservations(
            states=vectors_at(vectors.states, vectors.captured_ns, moments).astype(np.float32),
            actions=vectors_at(vectors.actions, vectors.captured_ns, moments).astype(np.float32),
            moments_ns=moments,
            pictures=dict(zip(self.cameras, pairing.ticks.T, strict=False)),
        )

    def _pictures_ns(self, index: int, states_ns: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return (T, V) when each picture was taken."""
        times = np.repeat(states_ns[:, None], max(1, len(self.cameras)), axis=1)
        feature = self._info.features.get(keys.CAMERA_CAPTURED_NS)
        recorded = self.columns(index, (keys.CAMERA_CAPTURED_NS,)).get(keys.CAMERA_CAPTURED_NS)
        if recorded is not None and feature and feature.names:
            recorded = recorded.reshape(len(times), -1)
            for name, column in zip(feature.names, recorded.T, strict=False):
                if name in self.cameras:
                    times[:, self.cameras.index(name)] = column
        return times

    def columns(self, index: int, names: tuple[str, ...]) -> Mapping[str, NDArray[Any]]:
        """Return columns (T,) or (T, n) of one episode by name, without those the dataset lacks.

        Raises:
            DatasetError: there is no such episode, or its file is missing or damaged.
        """
        row = self._row(index)
        path = layout.data_file(self.root, row.data, self._info.data_path)
        columns = parquet.read_frames(path, names, index)
        for name, values in columns.items():
            if not _is_as_described(values, self._info.features.get(name)):
                raise DatasetError(f"“{path}” is damaged: “{name}” is not what is said of it.")
        found = {len(values) for values in columns.values()}
        if found - {row.length}:
            raise DatasetError(
                f"“{path}” is damaged: episode {index} has {min(found)} frames there,"
                f" {row.length} in the table of episodes."
            )
        return columns

    def images(
        self, index: int, camera: str, *, size_px: tuple[int, int] | None = None
    ) -> NDArray[np.uint8]:
        """Return all pictures (T, H, W, 3) RGB of one episode and camera.

        Args:
            index: of the episode.
            camera: its name.
            size_px: (width, height) to reduce to by averaging areas while decoding [px].

        Raises:
            DatasetError: there is no such episode, or its video is missing or damaged.
            UnknownNameError: there is no such camera.
        """
        return np.stack(list(self.iter_images(index, camera, size_px=size_px)))

    def iter_images(
        self,
        index: int,
        camera: str,
        *,
        first: int = 0,
        size_px: tuple[int, int] | None = None,
    ) -> Iterator[Image]:
        """Yield the pictures from frame ``first`` on; otherwise as :meth:`images`."""
        row, span, path = self._video(index, camera)
        start = round(span.start_s * self.rate_hz) + first
        with self._reader(path, camera) as reader:
            yield from reader.frames(start, row.length - first, size_px=size_px)

    def pictures(
        self,
        index: int,
        camera: str,
        frames: Sequence[int],
        *,
        size_px: tuple[int, int] | None = None,
    ) -> NDArray[np.uint8]:
        """Return the pictures (n, H, W, 3) at a few frames; otherwise as :meth:`images`.

        Frames a whole number of seconds from the start cost least: they are decoded alone.
        """
        row, span, path = self._video(index, camera)
        start = round(span.start_s * self.rate_hz)
        with self._reader(path, camera) as reader:
            return np.stack(
                [
                    next(reader.frames(start + min(frame, row.length - 1), 1, size_px=size_px))
                    for frame in frames
                ]
            )

    def _video(self, index: int, camera: str) -> tuple[EpisodeRow, VideoSpan, Path]:
        row = self._row(index)
        key = keys.image_key(camera)
        if key not in row.videos:
            raise UnknownNameError("camera", camera, self.cameras)
        span = row.videos[key]
        return row, span, layout.video_file(self.root, key, span.place, self._info.video_path)

    def _reader(self, path: Path, camera: str) -> VideoReader:
        reader = VideoReader(path, self.rate_hz)
        width, height = reader.size_px
        shape = self._info.features[keys.image_key(camera)].shape
        if (height, width) not in (shape[:2], shape[1:]):  # others write colours first
            reader.close()
            found = f"its pictures have {width} x {height} pixels"
            raise DatasetError(f"The video “{path}” is not what is said of it: {found}.")
        return reader

    def _row(self, index: int) -> EpisodeRow:
        if not 0 <= index < len(self._rows):
            held = f"0 to {len(self._rows) - 1}" if self._rows else "none"
            raise DatasetError(f"There is no episode {index} in “{self.root}”; it holds {held}.")
        return self._rows[index]

    def _nominal_ns(self, index: int) -> NDArray[np.int64]:
        frames = np.arange(self._row(index).length, dtype=np.float64)
        return np.round(frames * (NANOSECONDS_PER_SECOND / self.rate_hz)).astype(np.int64)


def _is_as_described(values: NDArray[Any], feature: Feature | None) -> bool:
    """Whether a column has the type and the size that ``info.json`` says."""
    if feature is None or feature.dtype not in _KINDS or len(feature.shape) != 1:
        return True
    shape = () if feature.shape == (1,) else feature.shape
    return values.dtype.kind in _KINDS[feature.dtype] and values.shape[1:] == shape
