"""Small bodies, networks and batches that learn in seconds."""

import numpy as np
import pytest
import torch

from lbm_studio.core.embodiment import (
    ArmDescription,
    CameraDescription,
    ChunkSpec,
    Embodiment,
    Mount,
)
from lbm_studio.core.pose import Pose, rotation_from_vector
from lbm_studio.learning.model.config import ClipSizes, ModelConfig, ObjectiveKind
from lbm_studio.learning.model.network import LargeBehaviorModel
from lbm_studio.learning.model.normaliser import Normaliser, PolicyNormaliser, rotation_dimensions
from lbm_studio.learning.model.prompt import Vocabulary
from lbm_studio.learning.training.batches import Batch

GOALS = ("put the red cube in the blue tray", "push the puck")


SMALL_CLIP = ClipSizes(
    image_px=32,
    resized_px=36,
    width=16,
    layers=1,
    heads=2,
    projection=8,
    text_width=16,
    text_layers=1,
    text_heads=2,
    tokeniser="",
)


def looking_down(x: float, y: float) -> Pose:
    """A camera 60 cm above the table, tilted a little."""
    return Pose(np.array([x, y, 0.6]), rotation_from_vector(np.array([y, -x, 0.0])))


def camera(name: str, arm: str | None, pose: Pose, size: tuple[int, int]) -> CameraDescription:
    mount = Mount.SCENE if arm is None else Mount.WRIST
    return CameraDescription(name, mount, arm, *size, vertical_fov_rad=0.9, pose=pose)


def body(arms: int, scene_cameras: int = 2) -> Embodiment:
    names = ("right", "left", "third")[:arms]
    cameras = [
        camera(f"scene_{n}", None, looking_down(0.3 * n - 0.15, 0.2), (64, 48))
        for n in range(scene_cameras)
    ]
    wrist = Pose(np.array([0.05, 0.0, -0.1]), rotation_from_vector(np.array([np.pi, 0.0, 0.0])))
    cameras += [camera(f"wrist_{name}", name, wrist, (32, 32)) for name in names]
    described = tuple(ArmDescription(name, Pose.identity(), (0.0,) * 7, 0.08) for name in names)
    return Embodiment("test", described, tuple(cameras), ChunkSpec(6, 1, 3, 5.0))


def small_config(objective: ObjectiveKind = ObjectiveKind.FLOW_MATCHING) -> ModelConfig:
    return ModelConfig(
        objective=objective,
        image_scale=1,
        encoder_widths=(16, 16, 16),
        heat_maps=8,
        prompt_width=16,
        prompt_layers=1,
        condition_width=16,
        width=32,
        layers=2,
        heads=4,
        hidden=32,
        raw_width=16,
        raw_dropout=0.0,
        prompt_words=8,
        clip=SMALL_CLIP,
    )


def example_batch(embodiment: Embodiment, vocabulary: Vocabulary, size: int = 4) -> Batch:
    generator = torch.Generator().manual_seed(3)
    arms, views = len(embodiment.arms), len(embodiment.cameras)
    groups: dict[tuple[int, int], int] = {}
    for one in embodiment.cameras:
        key = (one.height_px, one.width_px)
        groups[key] = groups.get(key, 0) + 1
    images = tuple(
        torch.rand((size, count, 3, *key), generator=generator) - 0.5
        for key, count in groups.items()
    )
    state = np.concatenate([np.tile(Pose.identity().as_vector(), arms), np.full(arms, 0.04)])
    states = torch.tensor(np.tile(state, (size, 1)), dtype=torch.float32)
    states[:, :3] += 0.1 * torch.randn((size, 3), generator=generator)
    chunk = (size, embodiment.chunk.length, embodiment.action_size)
    return Batch(
        images=images,
        words=vocabulary.encode([GOALS[i % 2] for i in range(size)], 8),
        states=states,
        chunks=0.1 * torch.randn(chunk, generator=generator),
        key_positions=0.1 * torch.randn((size, arms, 3), generator=generator),
        key_known=torch.ones((size, arms), dtype=torch.bool),
        targets=0.2 + 0.6 * torch.rand((size, views, arms, 2), generator=generator),
        usable=torch.ones((size, views, arms), dtype=torch.bool),
        shift=None,
        present=torch.ones((size, views), dtype=torch.bool),
        statistics=torch.zeros(size, dtype=torch.long),
    )


def unit_normaliser(embodiment: Embodiment, network: LargeBehaviorModel) -> PolicyNormaliser:
    arms = len(embodiment.arms)
    spread = np.linspace(-0.3, 0.3, 50)
    actions = np.tile(spread[:, None, None], (1, embodiment.chunk.length, embodiment.action_size))
    size = rotation_dimensions(arms, arms * arms)
    return PolicyNormaliser(
        Normaliser.fit(actions, rotation_dimensions(arms, arms)),
        Normaliser.fit(np.tile(spread[:, None], (1, len(size))), size),
    )


@pytest.fixture
def vocabulary() -> Vocabulary:
    return Vocabulary().extended(GOALS)


@pytest.fixture(autouse=True)
def one_thread_and_a_fixed_seed() -> None:
    torch.set_num_threads(1)  # two spinning threads beside other work are slower than one
    torch.manual_seed(0)
