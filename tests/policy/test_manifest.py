"""What a checkpoint says about itself without torch."""

import pytest

from lbm_studio.core.action import ActionConvention
from lbm_studio.learning.model.prompt import Vocabulary
from lbm_studio.policy.manifest import CheckpointManifest
from tests.learning.conftest import body


@pytest.mark.parametrize(
    "prompt",
    ["put the CUBE down", "put the 3rd cube, down!", "", "a café – put it on", "lift lift"],
)
def test_a_manifest_knows_the_words_that_the_prompt_encoder_does_not(prompt: str) -> None:
    vocabulary = Vocabulary().extended(["put the cube down"])
    embodiment = body(1)
    manifest = CheckpointManifest(
        embodiment, ActionConvention(embodiment.arm_names), (), vocabulary.words, {}, {}
    )

    assert manifest.unknown_words(prompt) == tuple(dict.fromkeys(vocabulary.unknown_words(prompt)))
