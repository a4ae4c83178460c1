"""The running episode: pictures go to the encoders, vectors are held until it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core import keys
from lbm_studio.core.embodiment import CameraDescription, Embodiment, Measurement
from lbm_studio.core.errors import DatasetError
from lbm_studio.core.observation import WRENCH_SIZE
from lbm_studio.episodes.encoding import CameraEncoder
from lbm_studio.episodes.features import MEASURED
from lbm_studio.episodes.statistics import FeatureStatistics
from lbm_studio.episodes.video import Image, VideoEncoder, count_frames

MINIMUM_TICKS = 2
"""A shorter episode has no motion and no statistics."""


@dataclass(frozen=True)
class FinishedTake:
    """An episode whose files are complete and verified, not yet part of a dataset.

    Attributes:
        folder: where its files lie; belongs to the episode alone.
        length: frames.
        columns: (T,) or (T, n) recorded values by feature name.
        image_statistics: by feature name.
        videos: by camera name.
    """

    folder: Path
    length: int
    columns: Mapping[str, NDArray[np.generic]]
    image_statistics: Mapping[str, FeatureStatistics]
    videos: Mapping[str, Path]


@dataclass(frozen=True)
class Tick:
    """All that is recorded of one step.

    Attributes:
        state: (A,) measured state vector.
        action: (A,) action vector that was sent.
        joints: (J,) joint angles of all arms, one after the other [rad].
        captured_ns: when the state was read [ns].
        images: (H, W, 3) RGB by camera name.
        images_captured_ns: when each picture was taken [ns]; a missing one was taken with the
            state.
        clamped: whether a limit changed the action.
        latency_ns: how long after it was captured the state was there [ns].
        images_latency_ns: likewise of each picture [ns]; 0 where it is missing.
        measured: what else all arms measure, one after the other [rad/s, Nm, N].
    """

    state: NDArray[np.floating]
    action: NDArray[np.floating]
    joints: NDArray[np.floating]
    captured_ns: int
    images: Mapping[str, Image]
    images_captured_ns: Mapping[str, int]
    clamped: bool
    latency_ns: int = 0
    images_latency_ns: Mapping[str, int] = field(default_factory=dict[str, int])
    measured: Mapping[Measurement, NDArray[np.floating]] = field(
        default_factory=dict[Measurement, NDArray[np.floating]]
    )


class Take:
    """One episode while it is being recorded.

    Attributes:
        folder: where its files lie.
        is_finished: whether :meth:`finish` has come to its end.

    Args:
        folder: for its files, existing and empty.
        embodiment: what is recorded.
        rate_hz: ticks a second [Hz].
        measures: what the arms measure beside poses, gripper widths and joint angles.
        backlog: ticks whose pictures may wait for the encoders, which then have threads of their
            own; 0 encodes on the calling thread.
    """

    def __init__(
        self,
        folder: Path,
        embodiment: Embodiment,
        rate_hz: int,
        *,
        measures: Sequence[Measurement] = (),
        backlog: int = 0,
    ) -> None:
        self.folder = folder
        self.is_finished = False
        self._embodiment = embodiment
        self._ticks: list[Tick] = []
        self._sizes = _vector_sizes(embodiment, measures)
        self._encoders = {
            camera.name: CameraEncoder(self._encoder(camera, rate_hz), backlog)
            for camera in embodiment.cameras
        }

    def __len__(self) -> int:
        return len(self._ticks)

    @property
    def has_room(self) -> bool:
        """Whether a tick can be added without waiting for the encoders."""
        return all(encoder.has_room for encoder in self._encoders.values())

    def add(self, tick: Tick) -> None:
        """Append one tick; its pictures belong to the take.

        Raises:
            DatasetError: a picture is missing, or something has the wrong size or is not a number.
        """
        self._check(tick)
        for name, encoder in self._encoders.items():
            encoder.add(tick.images[name])
        self._ticks.append(_without_images(tick))

    def finish(self) -> FinishedTake:
        """Complete the videos and verify that each holds one picture a tick.

        Raises:
            DatasetError: the episode is too short, or a video holds another number of pictures.
        """
        if len(self) < MINIMUM_TICKS:
            raise DatasetError(
                f"The episode is too short to keep: {len(self)} of at least {MINIMUM_TICKS} ticks."
            )
        sampled = {keys.image_key(n): encoder.finish() for n, encoder in self._encoders.items()}
        videos = {name: self._video(name) for name in self._encoders}
        for name, path in videos.items():
            found = count_frames(path)
            if found != len(self):
                raise DatasetError(
                    f"The camera “{name}” wrote {found} pictures for {len(self)} ticks:"
                    " the episode was not kept."
                )
        self.is_finished = True
        return FinishedTake(self.folder, len(self), self._columns(), sampled, videos)

    def abandon(self) -> None:
        """Close the videos; whoever owns the folder deletes them."""
        for encoder in self._encoders.values():
            encoder.abandon()

    def _columns(self) -> dict[str, NDArray[np.generic]]:
        cameras = self._embodiment.camera_names
        ticks = self._ticks
        last = np.zeros(len(ticks), dtype=np.bool_)
        last[-1:] = True
        return {
            keys.STATE: np.asarray([tick.state for tick in ticks], dtype=np.float32),
            keys.ACTION: np.asarray([tick.action for tick in ticks], dtype=np.float32),
            keys.JOINTS: np.asarray([tick.joints for tick in ticks], dtype=np.float32),
            keys.CAPTURED_NS: np.asarray([tick.captured_ns for tick in ticks], dtype=np.int64),
            keys.STATE_LATENCY_NS: np.asarray([tick.latency_ns for tick in ticks], dtype=np.int64),
            keys.CAMERA_CAPTURED_NS: np.asarray(
                [[t.images_captured_ns.get(c, t.captured_ns) for c in cameras] for t in ticks],
                dtype=np.int64,
            ),
            keys.CAMERA_LATENCY_NS: np.asarray(
                [[t.images_latency_ns.get(c, 0) for c in cameras] for t in ticks], dtype=np.int64
            ),
            keys.CLAMPED: np.asarray([tick.clamped for tick in ticks], dtype=np.bool_),
            keys.DONE: last,
            **{
                MEASURED[m]: np.asarray([tick.measured[m] for tick in ticks], dtype=np.float32)
                for m in Measurement
                if m in self._sizes
            },
        }

    def _encoder(self, camera: CameraDescription, rate_hz: int) -> VideoEncoder:
        return VideoEncoder(
            self._video(camera.name),
            width_px=camera.width_px,
            height_px=camera.height_px,
            rate_hz=rate_hz,
        )

    def _video(self, camera: str) -> Path:
        return self.folder / f"{camera}.mp4"

    def _check(self, tick: Tick) -> None:
        given = {"state": tick.state, "action": tick.action, "joint": tick.joints, **tick.measured}
        for name, length in self._sizes.items():
            vector = given.get(name, np.zeros(0))
            if vector.shape != (length,):
                raise DatasetError(
                    f"A tick’s {name} vector has shape {vector.shape}; ({length},) is recorded."
                )
            if not np.all(np.isfinite(vector)):
                raise DatasetError(f"A tick’s {name} vector holds values that are no numbers.")
        for camera in self._embodiment.cameras:
            _check_image(tick.images, camera)


def _vector_sizes(embodiment: Embodiment, measures: Sequence[Measurement]) -> dict[str, int]:
    """Return how many numbers each vector of a tick has, by what it is called."""
    joints = sum(len(arm.home_joints_rad) for arm in embodiment.arms)
    sizes = {"state": embodiment.action_size, "action": embodiment.action_size, "joint": joints}
    for measurement in measures:
        is_wrench = measurement is Measurement.WRENCHES
        sizes[measurement] = len(embodiment.arms) * WRENCH_SIZE if is_wrench else joints
    return sizes


def _check_image(images: Mapping[str, Image], camera: CameraDescription) -> None:
    image = images.get(camera.name)
    if image is None:
        raise DatasetError(
            f"A tick has no picture of the camera “{camera.name}”: the whole tick must be dropped."
        )
    expected = (camera.height_px, camera.width_px, 3)
    if image.shape != expected or image.dtype != np.uint8:
        raise DatasetError(
            f"The camera “{camera.name}” gave a picture of shape {image.shape} {image.dtype};"
            f" {expected} uint8 is recorded."
        )


def _without_images(tick: Tick) -> Tick:
    return Tick(
        state=np.array(tick.state, dtype=np.float32),
        action=np.array(tick.action, dtype=np.float32),
        joints=np.array(tick.joints, dtype=np.float32),
        captured_ns=tick.captured_ns,
        images={},
        images_captured_ns=dict(tick.images_captured_ns),
        clamped=tick.clamped,
        latency_ns=tick.latency_ns,
        images_latency_ns=dict(tick.images_latency_ns),
        measured={m: np.array(v, dtype=np.float32) for m, v in tick.measured.items()},
    )
