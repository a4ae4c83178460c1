"""The state of training survives on disk as a whole."""

from pathlib import Path

import pytest
import torch

from lbm_studio.learning.model.network import LargeBehaviorModel
from lbm_studio.learning.model.normaliser import PolicyNormaliser
from lbm_studio.learning.model.prompt import Vocabulary
from lbm_studio.learning.training.checkpoint import load_state
from lbm_studio.learning.training.learner import Learner, learning_rate
from lbm_studio.learning.training.spec import LossWeights, OptimiserConfig
from lbm_studio.learning.training.step import LossSettings
from tests.learning.conftest import body, example_batch, small_config, unit_normaliser


def make_learner(vocabulary: Vocabulary) -> Learner:
    embodiment = body(1)
    network = LargeBehaviorModel(small_config(), embodiment, len(vocabulary.words))
    normaliser = unit_normaliser(embodiment, network)
    settings = LossSettings(
        PolicyNormaliser.stack([normaliser]), LossWeights(), 2, low_precision=False
    )
    return Learner(network, settings, OptimiserConfig(warm_up_steps=1), seed=0)


def test_weights_average_and_moments_are_taken_up_again(
    vocabulary: Vocabulary, tmp_path: Path
) -> None:
    first, second = make_learner(vocabulary), make_learner(vocabulary)
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    after.mkdir()
    for _ in range(3):
        first.train_step([example_batch(body(1), vocabulary, 2)], 0.2)
    first.seconds, first.waited_s = 7.0, 0.5
    first.save(before)

    assert second.resume(before)
    second.save(after)

    saved, again = load_state(before), load_state(after)
    assert saved is not None
    assert again is not None
    spent = {"step": 3, "seconds": 7.0, "waited_s": 0.5, "phase_step": 3}
    assert again[1] == saved[1] == {**spent, "is_frozen": False}
    assert again[0].keys() == saved[0].keys()
    assert {key.split(".")[0] for key in saved[0]} == {"network", "average", "optimiser"}
    for key, value in saved[0].items():
        assert torch.equal(again[0][key], value), key


def test_a_step_on_two_batches_is_a_step_on_both_together(vocabulary: Vocabulary) -> None:
    both, parts = make_learner(vocabulary), make_learner(vocabulary)
    parts.network.load_state_dict(both.network.state_dict())
    batch = example_batch(body(1), vocabulary, 2)

    alone = both.train_step([batch], 0.2)
    together = parts.train_step([batch, batch], 0.2)

    assert parts.step == both.step == 1
    assert together["key_pose"] == pytest.approx(alone["key_pose"], rel=0.2)


def test_there_is_nothing_to_take_up_in_a_new_folder(
    vocabulary: Vocabulary, tmp_path: Path
) -> None:
    assert not make_learner(vocabulary).resume(tmp_path)


@pytest.mark.parametrize(("is_head_alone", "peak"), [(False, 1e-3), (True, 2e-3)])
def test_a_short_budget_is_not_spent_warming_up(is_head_alone: bool, peak: float) -> None:
    config = OptimiserConfig(1e-3, 2e-3, warm_up_steps=1000, warm_up_share=0.05)

    rates = [
        learning_rate(config, step, progress, is_head_alone=is_head_alone)
        for step, progress in ((0, 0.0), (10, 0.025), (20, 0.05), (400, 1.0))
    ]

    assert rates == pytest.approx([0.001 * peak, peak / 2, peak, 0.03 * peak], rel=0.01)
