"""Every head learns a chunk that depends on its condition, and draws it again."""

from dataclasses import replace

import pytest
import torch

from lbm_studio.learning.model.config import ObjectiveKind
from lbm_studio.learning.model.heads.catalogue import build_head
from lbm_studio.learning.model.heads.tokens import numbers_of, words_of
from lbm_studio.learning.model.normaliser import CLIP
from tests.learning.conftest import body, small_config

DRAWN_AT_RANDOM = (ObjectiveKind.FLOW_MATCHING, ObjectiveKind.DDIM)


@pytest.mark.parametrize("kind", ObjectiveKind)
def test_a_head_draws_the_chunk_that_its_condition_was_taught_with(kind: ObjectiveKind) -> None:
    config = replace(small_config(kind), sample_steps=4, action_bins=32)
    embodiment = body(1)
    head = build_head(config, embodiment, config.width)
    condition = torch.randn(2, config.width)
    slots = torch.randn(2, config.prompt_slots, config.prompt_width)
    chunks = torch.rand(2, embodiment.chunk.length, embodiment.action_size) * 2 - 1
    generator = torch.Generator().manual_seed(0)
    optimiser = torch.optim.Adam(head.parameters(), 5e-3)

    for _ in range(150):
        optimiser.zero_grad()
        head.loss(condition, slots, chunks, generator, draws=8).backward()
        optimiser.step()
    drawn = head.sample(condition, slots, generator)
    again = head.sample(condition, slots, generator)

    assert (drawn - chunks).abs().mean() < 0.5 * (drawn.flip(0) - chunks).abs().mean()
    assert torch.equal(drawn, again) is (kind not in DRAWN_AT_RANDOM)


@pytest.mark.parametrize("kind", DRAWN_AT_RANDOM)
def test_without_spread_a_chunk_is_always_the_likeliest(kind: ObjectiveKind) -> None:
    config = replace(small_config(kind), sample_spread=0.0)
    head = build_head(config, body(1), config.width)
    told = (torch.randn(2, config.width), torch.randn(2, config.prompt_slots, config.prompt_width))
    generator = torch.Generator().manual_seed(0)

    assert torch.equal(head.sample(*told, generator), head.sample(*told, generator))


@pytest.mark.parametrize("kind", ObjectiveKind)
def test_numbers_of_an_arm_that_was_not_there_teach_nothing(kind: ObjectiveKind) -> None:
    config, embodiment = small_config(kind), body(2)
    head = build_head(config, embodiment, config.width)
    size = embodiment.action_size
    counted = torch.ones(2, size, dtype=torch.bool)
    counted[:, size // 2 :] = False

    head.loss(
        torch.randn(2, config.width),
        torch.randn(2, config.prompt_slots, config.prompt_width),
        torch.rand(2, embodiment.chunk.length, size) * 2 - 1,
        torch.Generator().manual_seed(0),
        draws=3,
        counted=counted,
    ).backward()

    gradient = head.action_out.bias.grad
    assert gradient is not None
    assert (gradient.view(size, -1)[size // 2 :] == 0).all()
    assert (gradient.view(size, -1)[: size // 2] != 0).any()


def test_a_number_and_its_word_differ_by_half_a_bin_at_most() -> None:
    numbers = torch.linspace(-CLIP, CLIP, 999)

    again = numbers_of(words_of(numbers, 64), 64)

    assert (again - numbers).abs().max() <= CLIP / 64 + 1e-6
