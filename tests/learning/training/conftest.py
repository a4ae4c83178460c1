"""A tiny dataset on disk: coloured squares at the places where the gripper closes."""

from pathlib import Path

import numpy as np
import pytest

from lbm_studio.core.embodiment import Embodiment, SafetyCard, StationDescription
from lbm_studio.core.episode import EpisodeMetadata, EpisodeSource
from lbm_studio.core.pose import Pose
from lbm_studio.core.projection import project
from lbm_studio.episodes.writer import DatasetWriter
from tests.learning.conftest import body

FRAMES = 8


def station(embodiment: Embodiment) -> StationDescription:
    return StationDescription("test", "Test station", True, embodiment, SafetyCard())


def picture(embodiment: Embodiment, name: str, place: np.ndarray) -> np.ndarray:
    camera = embodiment.camera(name)
    image = np.full((camera.height_px, camera.width_px, 3), 60, dtype=np.uint8)
    if camera.arm is None:
        (x, y), inside = project(camera, camera.pose, place)
        if inside:
            column, row = int(x * camera.width_px), int(y * camera.height_px)
            image[max(0, row - 3) : row + 3, max(0, column - 3) : column + 3] = (220, 30, 30)
    return image


def write_episode(
    writer: DatasetWriter, embodiment: Embodiment, place: np.ndarray, seed: int = -1
) -> None:
    writer.begin()
    for frame in range(FRAMES):
        hand = Pose(place * min(1.0, frame / 4), np.eye(3))
        width = 0.0 if frame > 5 else 0.08
        vector = np.concatenate([hand.as_vector(), [width]])
        writer.add(
            state=vector,
            action=vector,
            joints=np.zeros(7),
            captured_ns=frame * 200_000_000,
            images={n: picture(embodiment, n, place) for n in embodiment.camera_names},
        )
    writer.keep(EpisodeMetadata("put the red cube down", EpisodeSource.SCRIPTED, True, seed=seed))


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    embodiment = body(1)
    generator = np.random.default_rng(0)
    path = tmp_path / "demonstrations"
    with DatasetWriter.open(path, station(embodiment)) as writer:
        for _ in range(5):
            place = np.append(generator.uniform(-0.1, 0.1, 2), 0.02)
            write_episode(writer, embodiment, place)
    return path
