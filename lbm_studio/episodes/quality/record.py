"""One episode as the checks look at it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core import keys
from lbm_studio.core.action import gripper_index, pose_slice
from lbm_studio.core.clock import NANOSECONDS_PER_SECOND
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.edits.change import Change
from lbm_studio.episodes.edits.view import EpisodeView
from lbm_studio.episodes.quality.finding import Finding, FindingKind, Severity

THUMBNAIL_PX = (48, 36)
_COLUMNS = (keys.STATE, keys.ACTION, keys.CLAMPED, keys.CAPTURED_NS, keys.CAMERA_CAPTURED_NS)


@dataclass(frozen=True)
class EpisodeRecord:
    """The kept frames of one episode: T frames, A numbers of a vector.

    Attributes:
        dataset: that holds it.
        station: where it was recorded.
        view: what it is now.
        columns: by feature name, (T,) or (T, n); without those the dataset lacks.
    """

    dataset: Dataset
    station: StationDescription
    view: EpisodeView
    columns: dict[str, NDArray[Any]]

    @classmethod
    def read(
        cls, dataset: Dataset, station: StationDescription, view: EpisodeView
    ) -> "EpisodeRecord":
        """Read the numbers of an episode.

        Raises:
            DatasetError: its file is missing or damaged, or its vectors are not of that station.
        """
        columns = dict(dataset.columns(view.index, _COLUMNS))
        size = station.embodiment.action_size
        for name in (keys.STATE, keys.ACTION):
            if name not in columns or not _holds_numbers(columns[name], size):
                raise DatasetError(
                    f"Episode {view.title} of “{dataset.root}” has no “{name}” of {size} numbers,"
                    f" as “{station.name}” records it."
                )
        kept = {
            name: rows[view.rows] for name, rows in columns.items() if rows.dtype.kind in _NUMBERS
        }
        return cls(dataset, station, view, kept)

    @property
    def states(self) -> NDArray[np.float32]:
        """(T, A) measured."""
        return self.columns[keys.STATE]

    @property
    def actions(self) -> NDArray[np.float32]:
        """(T, A) sent."""
        return self.columns[keys.ACTION]

    @property
    def rate_hz(self) -> float:
        """Frames a second [Hz]."""
        return self.dataset.rate_hz

    @property
    def duration_s(self) -> float:
        """Of the kept frames [s]."""
        return len(self.states) / self.rate_hz

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of the arms, in the order of the vectors."""
        return self.station.embodiment.arm_names

    @cached_property
    def positions_m(self) -> NDArray[np.float64]:
        """(arms, T, 3) measured, in the frame they are stored in [m]."""
        return positions_of(self.states, len(self.arms))

    @cached_property
    def commanded_m(self) -> NDArray[np.float64]:
        """(arms, T, 3) commanded [m]."""
        return positions_of(self.actions, len(self.arms))

    @cached_property
    def widths_m(self) -> NDArray[np.float64]:
        """(arms, T) measured distance between the fingers [m]."""
        count = len(self.arms)
        columns = [gripper_index(arm, count) for arm in range(count)]
        return np.asarray(self.states[:, columns].T, dtype=np.float64)

    @cached_property
    def sampled(self) -> tuple[int, ...]:
        """A few frames, whole seconds from the start of the recording, counted in the recording."""
        step = max(1, round(self.rate_hz))
        first = -(-self.view.kept.first // step) * step
        seconds = list(range(first, self.view.kept.last + 1, step)) or [self.view.kept.first]
        most = min(len(seconds), MOST_PICTURES)
        return tuple(
            seconds[place * (len(seconds) - 1) // max(most - 1, 1)] for place in range(most)
        )

    def thumbnails(self, camera: str, frames: Sequence[int]) -> NDArray[np.float64]:
        """Return small pictures (n, h, w, 3) of a camera, 0 to 255.

        Raises:
            DatasetError: the video is missing or damaged.
        """
        pictures = self.dataset.pictures(self.view.index, camera, frames, size_px=THUMBNAIL_PX)
        return pictures.astype(np.float64)

    def camera_ages_s(self, camera: str) -> NDArray[np.float64] | None:
        """Return by how much (T,) pictures were older than the state [s]; None if unknown."""
        captured = self.columns.get(keys.CAMERA_CAPTURED_NS)
        place = self.dataset.cameras.index(camera)
        if captured is None or captured.ndim != 2 or captured.shape[1] <= place:
            return None
        if keys.CAPTURED_NS not in self.columns:
            return None
        ages_ns = self.columns[keys.CAPTURED_NS] - captured[:, place]
        return ages_ns / NANOSECONDS_PER_SECOND

    def finding(
        self, kind: FindingKind, severity: Severity, clause: str, fix: Sequence[Change] = ()
    ) -> Finding:
        """Return a finding about this episode; the clause follows ``Episode 3:``."""
        sentence = f"Episode {self.view.title}: {clause}"
        where = str(self.dataset.root)
        return Finding(kind, severity, sentence, where, self.view.uuid, tuple(fix))


def _holds_numbers(values: NDArray[Any], size: int) -> bool:
    return values.dtype.kind in _NUMBERS and values.shape[1:] == (size,) and len(values) > 0


_NUMBERS = "biuf"
"""Kinds of numpy's data types; another program may have written texts or lists."""

MOST_PICTURES = 6
"""Of one camera and episode that are looked at."""


def positions_of(vectors: NDArray[np.floating], arms: int) -> NDArray[np.float64]:
    """Return (arms, T, 3), the positions of vectors (T, A) [m]."""
    parts = [vectors[:, pose_slice(arm)][:, :3] for arm in range(arms)]
    return np.asarray(np.stack(parts), dtype=np.float64)


def rotations_of(vectors: NDArray[np.floating], arms: int) -> Iterator[NDArray[np.float64]]:
    """Yield for each arm (T, 2, 3), the two rows of its rotation."""
    for arm in range(arms):
        rows = np.asarray(vectors[:, pose_slice(arm)][:, 3:], dtype=np.float64)
        yield rows.reshape(-1, 2, 3)


def listed(titles: Sequence[str]) -> str:
    """Return e.g. ``"Episode 3"`` or ``"Episodes 1, 4, 5 and 7 more"``."""
    if len(titles) == 1:
        return f"Episode {titles[0]}"
    shown = ", ".join(titles[:_SHOWN])
    more = f" and {len(titles) - _SHOWN} more" if len(titles) > _SHOWN else ""
    return f"Episodes {shown}{more}"


_SHOWN = 6
