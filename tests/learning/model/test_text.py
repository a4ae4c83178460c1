"""The frozen text encoder says what the original says."""

import pytest
import torch

from lbm_studio.learning.model.text import TOKEN_WIDTH, TextEncoder, WordPieces, load_text_encoder

PIECES = ("[CLS]", "[SEP]", "[UNK]", "cafe", "push", "##es", "##e", "puck", ",", "_")

GOLDEN_TOKEN = torch.tensor([0.1565, -0.0128, -0.0065])
GOLDEN_SENTENCE = torch.tensor([-0.0142, -0.0108, -0.0593, 0.0323])


@pytest.fixture
def encoder() -> TextEncoder:
    return load_text_encoder()


@pytest.mark.parametrize(
    ("prompt", "pieces"),
    {
        "case, accents and spaces": ("  Café   PUCK", ["cafe", "puck"]),
        "punctuation stands alone": ("push,_puck", ["push", ",", "_", "puck"]),
        "the longest piece first": ("pushes pushe", ["push", "##es", "push", "##e"]),
        "a word with an unknown piece": ("pushing puck", ["[UNK]", "puck"]),
        "nothing": ("", []),
    }.values(),
)
def test_a_prompt_is_split_into_known_pieces(prompt: str, pieces: list[str]) -> None:
    assert WordPieces(PIECES).split(prompt) == ["[CLS]", *pieces, "[SEP]"]


def test_a_prompt_without_end_is_cut() -> None:
    assert len(WordPieces(PIECES).split("puck " * 1000)) == 128


def test_tokens_and_sentence_are_those_of_the_original_in_full_precision(
    encoder: TextEncoder,
) -> None:
    reading = encoder.read("Stack the blue cube on the green cube.")

    assert reading.tokens.shape == (11, TOKEN_WIDTH)
    torch.testing.assert_close(reading.tokens[3, :3], GOLDEN_TOKEN, atol=5e-3, rtol=0)
    torch.testing.assert_close(reading.sentence[:4], GOLDEN_SENTENCE, atol=1e-4, rtol=0)
    assert reading.sentence.norm() == pytest.approx(1.0)


def test_prompts_that_mean_the_same_are_nearer_than_others(encoder: TextEncoder) -> None:
    first, same, other = (
        encoder.read(prompt).sentence
        for prompt in (
            "stack the blue cube on the green cube",
            "put the blue block on top of the green block",
            "make coffee",
        )
    )

    assert first @ same > 0.5 > first @ other


def test_reading_many_prompts_at_once_changes_nothing(encoder: TextEncoder) -> None:
    prompts = [f"push puck {n} {to}" for n in range(40) for to in ("", "to the left")]

    readings = encoder.read_all(prompts)

    alone = load_text_encoder.__wrapped__().read(prompts[5])  # another one, which remembers nothing
    torch.testing.assert_close(readings[5].tokens, alone.tokens, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(readings[5].sentence, alone.sentence, atol=1e-5, rtol=1e-4)


def test_a_prompt_is_read_once(encoder: TextEncoder) -> None:
    assert encoder.read("push the puck") is load_text_encoder().read("push the puck")
