"""What the fixtures of every format hold, in words of none of them; rotations are scipy's."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.interchange.catalogue import opened
from lbm_studio.episodes.interchange.importer import ImportReport, import_episodes
from lbm_studio.episodes.interchange.mapping import parse_mapping

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Demonstration:
    """One arm over T frames, in a frame of its own.

    Attributes:
        positions: (T, 3) measured [m].
        rotations: T measured.
        widths_m: (T,) measured [m].
        goals: (T, 3) commanded positions [m].
        turns: T commanded rotations.
        goal_widths_m: (T,) commanded [m].
    """

    positions: Array
    rotations: Rotation
    widths_m: Array
    goals: Array
    turns: Rotation
    goal_widths_m: Array

    def __len__(self) -> int:
        return len(self.positions)


def demonstrate(seed: int, frames: int) -> Demonstration:
    """Return a smooth motion; equal for equal arguments."""
    random = np.random.default_rng(seed)
    time = np.linspace(0.0, 1.0, frames + 1)[:, None]
    positions = random.normal(size=3) * 0.2 + time * random.normal(size=3) * 0.3
    turn = Rotation.from_rotvec(time * random.normal(size=3))
    rotations = Rotation.from_rotvec(random.normal(size=3)) * turn
    widths = 0.04 + 0.03 * np.sin(3.0 * time[:, 0] + seed)
    offset = random.normal(size=3) * 0.01
    return Demonstration(
        positions[:-1],
        rotations[:-1],
        widths[:-1],
        positions[1:] + offset,
        rotations[1:],
        np.where(time[:-1, 0] < 0.5, 0.08, 0.0),
    )


def film(seed: int, frames: int, width: int, height: int) -> NDArray[np.uint8]:
    """Return (T, H, W, 3) pictures: four plain quarters, a level of brightness a frame."""
    pictures = np.zeros((frames, height, width, 3), dtype=np.uint8)
    top, left = slice(0, height // 2), slice(0, width // 2)
    for frame in range(frames):
        level = 30 + 6 * frame
        pictures[frame] = level
        pictures[frame, top, left] = (level, 60 + 20 * (seed % 4), 40)
        pictures[frame, top, width // 2 :] = (40, level, 200)
        pictures[frame, height // 2 :, left] = (200, 40, level)
    return pictures


def vector(*arms: tuple[Array, Rotation, Array]) -> Array:
    """Return (T, A): poses of all arms, rotations as their top two rows, then all widths."""
    poses = [
        np.concatenate([position, rotation.as_matrix()[:, :2].reshape(-1, 6)], axis=1)
        for position, rotation, _ in arms
    ]
    return np.concatenate([*poses, *(width[:, None] for _, _, width in arms)], axis=1)


def measured(one: Demonstration) -> tuple[Array, Rotation, Array]:
    return one.positions, one.rotations, one.widths_m


def commanded(one: Demonstration) -> tuple[Array, Rotation, Array]:
    return one.goals, one.turns, one.goal_widths_m


def followed(one: Demonstration) -> tuple[Array, Rotation, Array]:
    """Return where the arm is measured one frame later, at last where it stays."""
    later = np.minimum(np.arange(len(one)) + 1, len(one) - 1)
    turns = Rotation.from_quat(one.rotations.as_quat()[later])
    return one.positions[later], turns, one.widths_m[later]


def held(
    frames: int, at: Array, turned_deg: Array, width_m: float
) -> tuple[Array, Rotation, Array]:
    return (
        np.tile(at, (frames, 1)),
        Rotation.from_euler("xyz", np.tile(turned_deg, (frames, 1)), degrees=True),
        np.full(frames, width_m),
    )


def bring_in(
    source: Path, mapping: str, station: StationDescription, dataset: Path
) -> tuple[ImportReport, Dataset]:
    """Import everything and open what came of it."""
    with opened(source) as found:
        report = import_episodes(found, parse_mapping(mapping), mapping, station, dataset)
    return report, Dataset.open(dataset)


def same_picture(found: NDArray[np.uint8], expected: NDArray[np.uint8]) -> bool:
    """Whether two pictures differ by no more than two rounds of encoding."""
    return bool(np.abs(found.astype(int) - expected).mean() < 4.0)
