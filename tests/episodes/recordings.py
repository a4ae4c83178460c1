"""Small recordings to test with: moving pictures, random vectors, a handful of ticks."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.embodiment import CameraDescription, StationDescription
from lbm_studio.core.episode import EpisodeMetadata, EpisodeSource, EpisodeSummary
from lbm_studio.episodes.writer import DatasetWriter

TICK_NS = 200_000_000


def make_image(camera: CameraDescription, tick: int, seed: int = 0) -> NDArray[np.uint8]:
    """Return a smooth picture with a bright square that moves with the tick."""
    image = np.zeros((camera.height_px, camera.width_px, 3), dtype=np.uint8)
    image[..., 0] = np.linspace(40, 200, camera.width_px).astype(np.uint8)
    image[..., 1] = np.linspace(60, 160, camera.height_px).astype(np.uint8)[:, None]
    image[..., 2] = 90 + 10 * (seed % 8)
    left = (2 * tick) % (camera.width_px - 8)
    image[4:12, left : left + 8] = (220, 40, 40)
    return image


def make_tick(station: StationDescription, tick: int, seed: int = 0) -> dict[str, Any]:
    """Return the arguments of ``DatasetWriter.add`` for one tick; equal for equal arguments."""
    embodiment = station.embodiment
    random = np.random.default_rng([seed, tick])
    joints = sum(len(arm.home_joints_rad) for arm in embodiment.arms)
    captured_ns = 10**15 + seed * 10**12 + tick * TICK_NS
    return {
        "state": random.normal(size=embodiment.action_size),
        "action": random.normal(size=embodiment.action_size),
        "joints": random.normal(size=joints),
        "captured_ns": captured_ns,
        "images": {c.name: make_image(c, tick, seed) for c in embodiment.cameras},
        "images_captured_ns": {c.name: captured_ns + 7 for c in embodiment.cameras[:1]},
        "clamped": tick % 3 == 0,
    }


def make_metadata(seed: int = 0, **changes: Any) -> EpisodeMetadata:
    """Return what is said of a successful scripted episode."""
    values: Mapping[str, Any] = {
        "goal": f"put the block in bowl {seed % 2}",
        "source": EpisodeSource.SCRIPTED,
        "success": True,
        "skill": "put_block",
        "seed": seed,
        "operator": "Ada",
        "dropped_ticks": 2,
        "paraphrases": ("lay the block down",),
        **changes,
    }
    return EpisodeMetadata(**values)


def record_episode(
    writer: DatasetWriter,
    station: StationDescription,
    *,
    ticks: int = 12,
    seed: int = 0,
    **said: Any,
) -> EpisodeSummary:
    """Record and keep one episode."""
    writer.begin()
    for tick in range(ticks):
        writer.add(**make_tick(station, tick, seed))
    return writer.keep(make_metadata(seed, **said))


def record_dataset(
    path: Path, station: StationDescription, *, episodes: int = 3, ticks: int = 12
) -> Path:
    """Record a whole dataset and return its folder."""
    with DatasetWriter.open(path, station) as writer:
        for seed in range(episodes):
            record_episode(writer, station, ticks=ticks, seed=seed)
    return path
