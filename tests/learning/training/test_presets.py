"""Settings by name: they fit together, and the largest has the published sizes."""

from dataclasses import replace

import pytest
import torch

from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.errors import UnknownNameError
from lbm_studio.learning.model.config import ModelConfig
from lbm_studio.learning.model.network import LargeBehaviorModel
from lbm_studio.learning.training.presets import LBM1, PRESETS, find_preset
from lbm_studio.learning.training.spec import TrainSpec
from tests.learning.conftest import SMALL_CLIP, body


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_changes_the_settings_and_keeps_the_task(name: str) -> None:
    asked = TrainSpec(datasets=("demonstrations",), minutes=3.0, seed=5)

    spec = find_preset(name).applied_to(asked)

    assert (spec.datasets, spec.minutes, spec.seed) == (("demonstrations",), 3.0, 5)
    assert spec.model == PRESETS[name].model
    assert from_json(ModelConfig, to_json(spec.model)) == spec.model


def test_an_unknown_preset_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="compact, pretrained, lbm1"):
        find_preset("lbm2")


def test_the_condition_of_the_published_model_has_its_size_for_six_cameras() -> None:
    pytest.importorskip("transformers")
    embodiment = body(2, scene_cameras=4)
    clip = replace(SMALL_CLIP, projection=512)
    network = LargeBehaviorModel(
        replace(LBM1.model, clip=clip, layers=1, width=48), embodiment, vocabulary_size=0
    )

    assert network.key_pose.in_features == 6732
    assert isinstance(network.observation, torch.nn.Identity)
