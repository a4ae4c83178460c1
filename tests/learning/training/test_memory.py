"""What the finished encoder saw is remembered, in several looks, with shifts undone."""

import numpy as np
import pytest
import torch

from lbm_studio.learning.model.network import LargeBehaviorModel, image_groups
from lbm_studio.learning.model.prompt import Vocabulary
from lbm_studio.learning.training.batches import BatchMaker
from lbm_studio.learning.training.memory import SightMemory, remember
from lbm_studio.learning.training.samples import Samples
from tests.learning.conftest import GOALS, body, small_config

FRAMES = 5


def bright_squares() -> Samples:
    """A square somewhere in every view of two scene cameras and a wrist camera."""
    random, embodiment = np.random.default_rng(0), body(1)
    views = len(embodiment.cameras)
    images = tuple(
        np.zeros((FRAMES, len(group), camera.height_px, camera.width_px, 3), np.uint8)
        for group in image_groups(embodiment)
        for camera in [embodiment.cameras[group[0]]]
    )
    for group in images:
        for frame in group.reshape(-1, *group.shape[2:]):
            row, column = (int(random.integers(8, size - 16)) for size in frame.shape[:2])
            frame[row : row + 8, column : column + 8] = 255
    return Samples(
        images=images,
        states=np.tile(np.eye(1, 10, 3, dtype=np.float32), (FRAMES, 1)),
        chunks=np.zeros((FRAMES, 6, 10), np.float32),
        key_positions=np.zeros((FRAMES, 1, 3), np.float32),
        key_known=np.ones((FRAMES, 1), bool),
        targets=np.full((FRAMES, views, 1, 2), 0.5, np.float32),
        usable=np.ones((FRAMES, views, 1), bool),
        step=np.arange(FRAMES),
        episode=np.zeros(FRAMES, np.int64),
        goals=((GOALS[0],),),
        present=np.array([[True, True, False]]),
        source=np.zeros(1, np.int64),
        statistics=np.zeros(1, np.int64),
    )


@pytest.fixture
def network(vocabulary: Vocabulary) -> LargeBehaviorModel:
    return LargeBehaviorModel(small_config(), body(1), len(vocabulary.words))


def remembered(network: LargeBehaviorModel, maker: BatchMaker, views: int) -> SightMemory:
    return remember(
        network,
        maker,
        np.arange(FRAMES),
        views=views,
        generator=np.random.default_rng(0),
        low_precision=False,
        progress=lambda _done, _total: None,
    )


def test_the_first_look_is_at_the_frames_as_they_are_and_others_differ(
    network: LargeBehaviorModel, vocabulary: Vocabulary
) -> None:
    maker = BatchMaker(bright_squares(), network.groups, vocabulary, words=8)

    memory = remembered(network, maker, views=3)

    exact = maker.exact(np.arange(FRAMES))
    with torch.no_grad():
        sight = network.eval().look(exact.images, exact.words, present=exact.present)
    assert memory.seen.keypoints.shape == (3, FRAMES, *sight.keypoints.shape[1:])
    torch.testing.assert_close(memory.seen.keypoints[0], sight.keypoints)
    assert not torch.allclose(memory.seen.keypoints[1], memory.seen.keypoints[2])


def test_a_draw_takes_any_of_the_looks_and_knows_which_cameras_there_were(
    network: LargeBehaviorModel, vocabulary: Vocabulary
) -> None:
    maker = BatchMaker(bright_squares(), network.groups, vocabulary, words=8)
    memory = remembered(network, maker, views=2)

    drawn = memory.draw(maker, 64, np.random.default_rng(0))

    sight = drawn.sight(network)
    assert sight.present.tolist() == [[True, True, False]] * 64
    of_frame = drawn.seen.peaks[drawn.batch.states[:, 3] == 1]
    looks = {tuple(peaks.flatten()[:4].tolist()) for peaks in of_frame}
    assert len(looks) == 2 * FRAMES
