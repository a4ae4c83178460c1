"""Settings by name: they fit together, and the largest has the published sizes."""

from dataclasses import is_dataclass, replace

import pytest
import torch

from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.errors import UnknownNameError
from lbm_studio.learning.model.config import ModelConfig
from lbm_studio.learning.model.network import LargeBehaviorModel
from lbm_studio.learning.training.presets import (
    CHOICES,
    LBM1,
    PRESETS,
    REFERENCE,
    REFERENCE_PRESET,
    VARIANTS,
    Preset,
    find_preset,
    find_variant,
)
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
    with pytest.raises(UnknownNameError, match="compact, pretrained, lbm1, reference, ddim"):
        find_preset("lbm2")


def test_an_unknown_variant_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"no variant called “lbm1”.*: reference, ddim"):
        find_variant("lbm1")


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_changes_what_it_says_and_nothing_else(name: str) -> None:
    changes = VARIANTS[name].changes
    said = {f"{part}.{key}": value for part, keys in changes.items() for key, value in keys.items()}

    before, after = flat(find_preset(REFERENCE_PRESET)), flat(find_preset(name))

    assert {key for key in before if before[key] != after[key]} <= set(said)
    assert {key: after[key] for key in said} == said
    assert (before == after) == (name == REFERENCE.name)


def test_every_variant_is_a_choice_once_and_no_preset_goes_by_its_name() -> None:
    names = [variant.name for choice in CHOICES for variant in choice.variants]

    assert [REFERENCE.name, *names] == list(VARIANTS)
    assert not set(VARIANTS) & set(PRESETS)


def flat(preset: Preset) -> dict[str, object]:
    """Return all settings by the name of part and field."""
    whole: dict[str, object] = {}
    for name, value in vars(preset).items():
        parts = vars(value) if is_dataclass(value) else None
        whole |= {f"{name}.{k}": v for k, v in parts.items()} if parts else {name: value}
    return whole


def test_the_condition_of_the_published_model_has_its_size_for_six_cameras() -> None:
    pytest.importorskip("transformers")
    embodiment = body(2, scene_cameras=4)
    clip = replace(SMALL_CLIP, projection=512)
    network = LargeBehaviorModel(
        replace(LBM1.model, clip=clip, layers=1, width=48), embodiment, vocabulary_size=0
    )

    assert network.key_pose.in_features == 6732
    assert isinstance(network.observation, torch.nn.Identity)
