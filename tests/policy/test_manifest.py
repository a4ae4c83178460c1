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


def test_of_a_policy_that_reads_any_word_only_colours_are_unknown() -> None:
    embodiment = body(1)
    goals = ("put the red cube in the blue tray", "press the button")
    manifest = CheckpointManifest(
        embodiment, ActionConvention(embodiment.arm_names), goals, (), {}, {}
    )

    assert manifest.unknown_words("kindly drop the blue block, red or purple, on it") == ("purple",)
