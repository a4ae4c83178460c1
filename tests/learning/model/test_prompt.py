"""Words, tokens and what the prompt encoder makes of them."""

from dataclasses import replace
from itertools import permutations

import torch
from torch import nn
from torch.nn import functional

from lbm_studio.learning.model.config import TextKind
from lbm_studio.learning.model.prompt import (
    PADDING,
    UNKNOWN,
    PromptEncoder,
    Vocabulary,
    build_reader,
)
from lbm_studio.learning.model.text import TOKEN_WIDTH
from tests.learning.conftest import small_config

TOKENS = replace(small_config(), text=TextKind.MINILM, prompt_words=12)
COLOURS = ("red", "green", "blue", "yellow")
TAUGHT = (
    "stack the {upper} cube on the {lower} cube",
    "put the {upper} block on top of the {lower} block",
    "on the {lower} cube, set the {upper} one",
)


def test_known_words_keep_their_numbers_when_the_vocabulary_grows() -> None:
    small = Vocabulary().extended(["put the cube down"])
    grown = small.extended(["stack the blue cube"])

    assert grown.encode(["put the cube"], 4).tolist() == small.encode(["put the cube"], 4).tolist()
    assert grown.unknown_words("stack the purple cube") == ["purple"]


def test_prompts_are_cut_and_padded() -> None:
    words = Vocabulary().extended(["a b c"])

    rows = words.encode(["a b c", "z", ""], 2).tolist()

    assert rows[1:] == [[UNKNOWN, PADDING], [PADDING, PADDING]]
    assert PADDING not in rows[0]


def test_case_and_punctuation_do_not_matter() -> None:
    words = Vocabulary().extended(["put the cube"])

    assert words.unknown_words("Put, the CUBE!") == []


def test_tokens_are_cut_and_padded_and_need_no_vocabulary() -> None:
    reader = build_reader(TextKind.MINILM).extended(["push the puck"])

    rows = reader.encode(["push the puck", ""], 4)

    assert reader.words == ()
    assert rows.shape == (2, 4, TOKEN_WIDTH)
    assert rows.any(dim=-1).tolist() == [[True] * 4, [True, True, False, False]]


def test_how_far_tokens_are_padded_does_not_matter() -> None:
    encoder, reader = PromptEncoder(TOKENS, 0), build_reader(TextKind.MINILM)

    slots, _ = encoder(reader.encode(["push the puck"], 5))
    padded, _ = encoder(reader.encode(["push the puck"], TOKENS.prompt_words))

    torch.testing.assert_close(padded, slots)


def test_which_cube_is_above_is_learned_from_tokens_in_a_moment() -> None:
    encoder, reader = PromptEncoder(TOKENS, 0), build_reader(TextKind.MINILM)
    head = nn.Linear(TOKENS.condition_width, len(COLOURS))
    pairs = list(permutations(COLOURS, 2))
    above = torch.tensor([COLOURS.index(upper) for upper, _ in pairs])
    learner = torch.optim.Adam([*encoder.parameters(), *head.parameters()], 3e-3)

    def answers(sentence: str) -> torch.Tensor:
        prompts = [sentence.format(upper=upper, lower=lower) for upper, lower in pairs]
        return head(encoder(reader.encode(prompts, TOKENS.prompt_words))[1])

    for step in range(60):
        learner.zero_grad()
        functional.cross_entropy(answers(TAUGHT[step % len(TAUGHT)]), above).backward()
        learner.step()

    for sentence in TAUGHT:
        assert (answers(sentence).argmax(-1) == above).all()
