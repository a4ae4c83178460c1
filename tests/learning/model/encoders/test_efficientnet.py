"""EfficientNet-Lite0: what it was taught is loaded whole, and its statistics stay steady."""

from pathlib import Path

import pytest
import torch

from lbm_studio.core.errors import StudioError
from lbm_studio.learning.model.encoders.efficientnet import TAPS, EfficientNetEncoder
from tests.learning.conftest import small_config


def encoder() -> EfficientNetEncoder:
    return EfficientNetEncoder(small_config(), cameras=3)


def test_its_maps_have_the_strides_and_channels_that_are_tapped() -> None:
    tapped = encoder().backbone(torch.zeros(1, 3, 96, 64))

    assert [x.shape[1] for x in tapped] == list(TAPS.values())
    assert [x.shape[2:] for x in tapped] == [(24, 16), (12, 8), (6, 4)]


def test_a_file_of_weights_is_loaded_and_training_leaves_the_statistics(tmp_path: Path) -> None:
    file = tmp_path / "lite0.pth"
    taught = {k: torch.rand_like(v) for k, v in encoder().backbone.state_dict().items()}
    torch.save({**taught, "_fc.weight": torch.zeros(3)}, file)
    network = encoder().train()

    sentence = network.load_pretrained(str(file))
    network.backbone(torch.rand(1, 3, 32, 32))

    assert "lite0.pth" in sentence
    for key, value in network.backbone.state_dict().items():
        torch.testing.assert_close(value, taught[key])


def test_another_file_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no weights")

    with pytest.raises(StudioError, match="does not hold weights of EfficientNet-Lite0"):
        encoder().load_pretrained(str(file))
