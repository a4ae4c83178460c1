"""CLIP: prompts as its tokens, a frozen text encoder, and sentences where it cannot be had."""

import sys
from pathlib import Path

import pytest
import torch

from lbm_studio.core.errors import StudioError
from lbm_studio.learning.model.clip import FIRST, LAST, ClipPrompt, ClipReader
from lbm_studio.learning.model.encoders.clip import ClipEncoder, crop
from tests.learning.conftest import small_config

pytest.importorskip("transformers")


@pytest.fixture(autouse=True)
def without_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


def test_a_prompt_is_spelled_where_there_is_no_tokeniser() -> None:
    tokens = ClipReader("").encode(["Ab", "a very long prompt"], 6)

    assert tokens[0].tolist() == [FIRST, 97, 98, LAST, LAST, LAST]
    assert tokens[1].tolist() == [FIRST, *b"a ve", LAST]


def test_a_tokeniser_that_cannot_be_had_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="give a folder that holds it"):
        ClipReader(str(tmp_path))


def test_the_text_encoder_is_frozen_and_its_projection_learns() -> None:
    prompt = ClipPrompt(small_config())

    slots, condition = prompt(ClipReader("").encode(["up", "down"], 8))
    condition.sum().backward()

    assert slots.shape == (2, 0, small_config().prompt_width)
    assert not torch.equal(condition[0], condition[1])
    assert prompt.condition.weight.grad is not None
    assert all(p.grad is None for p in prompt.backbone.parameters())


def test_pictures_are_cropped_at_random_in_training_and_in_the_middle_when_it_acts() -> None:
    sizes = small_config().clip
    ramp = torch.linspace(-0.5, 0.5, 60).expand(8, 3, 45, 60)

    middle, drawn = (crop(ramp, sizes, at_random=drawn) for drawn in (False, True))

    assert middle.shape == drawn.shape == (8, 3, sizes.image_px, sizes.image_px)
    torch.testing.assert_close(middle[:, :, :, 0], -middle[:, :, :, -1], atol=0.02, rtol=0)
    assert len({round(float(x), 4) for x in drawn[:, 0, 0, 0]}) > 1


def test_weights_that_cannot_be_reached_are_told_in_a_sentence(tmp_path: Path) -> None:
    encoder = ClipEncoder(small_config())

    assert "begins at random" in encoder.load_pretrained("")
    with pytest.raises(StudioError, match="does not hold the image encoder of CLIP"):
        encoder.load_pretrained(str(tmp_path))


def test_a_folder_of_weights_is_loaded(tmp_path: Path) -> None:
    first, second = ClipEncoder(small_config()), ClipEncoder(small_config())
    first.backbone.save_pretrained(tmp_path)

    sentence = second.load_pretrained(str(tmp_path))

    assert str(tmp_path) in sentence
    taught = first.backbone.state_dict()
    assert all(torch.equal(taught[k], v) for k, v in second.backbone.state_dict().items())


def test_without_the_library_the_extra_to_install_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)

    with pytest.raises(StudioError, match=r"pip install lbm-studio\[lbm1\]"):
        ClipEncoder(small_config())
