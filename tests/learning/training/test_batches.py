"""A random shift moves picture and target together, and is told to the network."""

from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
import torch

from lbm_studio.learning.model.prompt import Vocabulary
from lbm_studio.learning.training.batches import (
    EARLY_STEPS,
    NEAR_M,
    NEAR_WEIGHT,
    BatchMaker,
)
from lbm_studio.learning.training.samples import Samples

SIZE = 60


def one_white_pixel(frames: int) -> Samples:
    images = np.zeros((frames, 1, SIZE, SIZE, 3), dtype=np.uint8)
    images[:, 0, 30, 20] = 255
    return Samples(
        images=(images,),
        states=np.zeros((frames, 10), np.float32),
        chunks=np.zeros((frames, 4, 10), np.float32),
        key_positions=np.zeros((frames, 1, 3), np.float32),
        key_known=np.ones((frames, 1), bool),
        targets=np.tile(np.array([20.5 / SIZE, 30.5 / SIZE], np.float32), (frames, 1, 1, 1)),
        usable=np.ones((frames, 1, 1), bool),
        step=np.arange(frames),
        episode=np.zeros(frames, np.int64),
        goals=(("look",),),
        present=np.ones((1, 1), bool),
        source=np.zeros(1, np.int64),
        statistics=np.zeros(1, np.int64),
    )


def test_the_target_moves_with_the_picture() -> None:
    maker = BatchMaker(one_white_pixel(50), ((0,),), Vocabulary(), words=4)

    batch = maker.random(16, np.random.default_rng(0))

    assert batch.shift is not None
    assert batch.shift.abs().max() > 0
    for picture, target in zip(batch.images[0][:, 0], batch.targets[:, 0, 0], strict=True):
        row, column = divmod(int(picture.sum(0).argmax()), SIZE)
        assert np.allclose(target, [(column + 0.5) / SIZE, (row + 0.5) / SIZE], atol=1e-4)
    undone = batch.targets[:, 0, 0] - batch.shift[:, 0]
    torch.testing.assert_close(undone, torch.tensor([[20.5 / SIZE, 30.5 / SIZE]] * 16))


def test_frames_near_a_key_point_are_drawn_more_often() -> None:
    samples = one_white_pixel(100)
    samples = replace(samples, step=np.full(100, EARLY_STEPS))
    samples.key_positions[:50, 0, 0] = 2.0 * NEAR_M

    rows = BatchMaker(samples, ((0,),), Vocabulary(), words=4).draw_rows(
        3000, np.random.default_rng(0)
    )

    assert (rows >= 50).mean() == pytest.approx(NEAR_WEIGHT / (1.0 + NEAR_WEIGHT), abs=0.03)


def test_a_batch_says_which_numbers_are_of_arms_that_were_there() -> None:
    samples = one_white_pixel(8)
    there = np.zeros((2, 10), bool)
    there[1] = True
    both = replace(samples, episode=np.arange(8) % 2, goals=(("look",),) * 2, counted=there)
    both = replace(both, present=np.ones((2, 1), bool), source=np.zeros(2, np.int64))
    both = replace(both, statistics=np.zeros(2, np.int64))

    batch = BatchMaker(both, ((0,),), Vocabulary(), words=4).exact(np.arange(8))

    assert batch.counted is not None
    assert batch.counted.all(dim=1).tolist() == [False, True] * 4
    maker = BatchMaker(samples, ((0,),), Vocabulary(), words=4)
    assert maker.exact(np.arange(8)).counted is None


def test_early_frames_are_drawn_more_often() -> None:
    samples = one_white_pixel(60)
    samples.states[:, 0] = np.arange(60)
    maker = BatchMaker(samples, ((0,),), Vocabulary(), words=4)
    generator = np.random.default_rng(0)

    drawn = np.concatenate([maker.random(64, generator).states[:, 0].numpy() for _ in range(30)])

    assert 1.3 < (drawn < 30).sum() / (drawn >= 30).sum() < 1.7


def test_a_demonstration_is_asked_for_in_all_its_ways_and_first_as_it_was_recorded() -> None:
    samples = replace(one_white_pixel(30), goals=(("look", "watch", "see"),))
    vocabulary = Vocabulary().extended(("look", "watch", "see"))
    maker = BatchMaker(samples, ((0,),), vocabulary, words=1)
    generator = np.random.default_rng(0)

    drawn = torch.cat([maker.random(30, generator).words for _ in range(10)])

    heard = [vocabulary.words[number] for number in drawn[:, 0]]
    assert all(80 < heard.count(way) < 120 for way in ("look", "watch", "see"))
    assert set(maker.exact(np.arange(30)).words[:, 0].tolist()) == {vocabulary.words.index("look")}


def test_goals_come_in_two_of_their_ways_each_goal_once() -> None:
    samples = replace(
        one_white_pixel(4),
        episode=np.arange(4),
        goals=(
            ("lift it", "raise it"),
            ("raise it", "lift it"),
            ("push it", "shove it"),
            ("stop",),
        ),
        present=np.ones((4, 1), bool),
        source=np.zeros(4, np.int64),
        statistics=np.zeros(4, np.int64),
    )
    vocabulary = Vocabulary().extended(chain(*samples.goals))
    maker = BatchMaker(samples, ((0,),), vocabulary, words=2, goals_compared=9)

    pairs = maker.random(2, np.random.default_rng(0)).paraphrases

    assert pairs is not None
    told = {frozenset(tuple(way) for way in pair) for pair in pairs.transpose(0, 1).tolist()}
    goals = (("lift it", "raise it"), ("push it", "shove it"), ("stop",))
    assert told == {
        frozenset(tuple(way) for way in vocabulary.encode(ways, 2).tolist()) for ways in goals
    }
