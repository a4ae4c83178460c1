"""The losses: what a step teaches."""

from dataclasses import replace
from itertools import permutations

import torch

from lbm_studio.learning.model.config import TextKind
from lbm_studio.learning.model.network import LargeBehaviorModel
from lbm_studio.learning.model.prompt import build_reader
from lbm_studio.learning.training.step import paraphrase_loss
from tests.learning.conftest import body, small_config

COLOURS = ("red", "blue", "green")
WAYS = ("put the {0} cube on the {1} cube", "on the {1} cube, set the {0} one")


def test_goals_are_told_apart_by_the_order_of_their_words_whatever_the_wording() -> None:
    torch.manual_seed(0)
    config = replace(small_config(), text=TextKind.MINILM, prompt_words=12)
    network = LargeBehaviorModel(config, body(1), 0)
    reader, pairs = build_reader(TextKind.MINILM), list(permutations(COLOURS, 2))
    told = [reader.encode([way.format(*pair) for pair in pairs], 12) for way in WAYS]
    optimiser = torch.optim.AdamW(network.prompt.parameters(), lr=3e-3)

    losses: list[float] = []
    for _ in range(150):
        loss = paraphrase_loss(network, torch.stack(told))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())

    assert losses[0] > 0.5
    assert losses[-1] < 0.1
