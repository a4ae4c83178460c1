"""Checkpoints and states of training from before the action head was a module of its own."""

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from lbm_studio.learning.training.checkpoint import load_checkpoint, load_state, save_state
from lbm_studio.policy.manifest import WEIGHTS_FILE
from tests.learning.conftest import body
from tests.workers.checkpoints import save_raising_policy


def old_names(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return {key.removeprefix("head."): value for key, value in weights.items()}


def test_an_old_checkpoint_holds_the_same_policy(tmp_path: Path) -> None:
    file = save_raising_policy(tmp_path, body(1), "lift it") / "checkpoint" / WEIGHTS_FILE
    weights = load_file(file)
    save_file(old_names(weights), file)

    loaded = load_checkpoint(tmp_path).network.state_dict()

    assert loaded.keys() == weights.keys()
    assert all(torch.equal(loaded[key], weights[key]) for key in weights)


def test_an_old_state_of_training_is_taken_up_without_its_moments(tmp_path: Path) -> None:
    head, encoder = torch.rand(3), torch.rand(2)
    old = {"action_out.bias": head, "encoder.stem.bias": encoder}
    tensors = {
        f"{part}.{key}": value.clone()
        for part in ("network", "average")
        for key, value in old.items()
    }
    save_state(tmp_path, {**tensors, "optimiser.0.exp_avg": torch.rand(3)}, {"step": 4})

    state = load_state(tmp_path)

    assert state is not None
    assert state[1] == {"step": 4}
    assert set(state[0]) == {
        f"{part}.{key}"
        for part in ("network", "average")
        for key in ("head.action_out.bias", "encoder.stem.bias")
    }
    assert torch.equal(state[0]["average.head.action_out.bias"], head)
