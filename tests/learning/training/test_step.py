"""The losses: what a step teaches."""

from itertools import chain, permutations

import torch

from lbm_studio.learning.model.network import LargeBehaviorModel
from lbm_studio.learning.model.prompt import Vocabulary
from lbm_studio.learning.training.step import paraphrase_loss
from tests.learning.conftest import body, small_config

COLOURS = ("red", "blue", "green")
WAYS = ("put {0} on {1}", "on {1} goes {0}")


def test_goals_are_told_apart_by_the_order_of_their_words_whatever_the_wording() -> None:
    torch.manual_seed(0)
    pairs = list(permutations(COLOURS, 2))
    ways = [[way.format(*pair) for pair in pairs] for way in WAYS]
    vocabulary = Vocabulary().extended(chain(*ways))
    network = LargeBehaviorModel(small_config(), body(1), len(vocabulary.words))
    paraphrases = torch.stack([vocabulary.encode(one, 6) for one in ways])
    optimiser = torch.optim.AdamW(network.prompt.parameters(), lr=3e-3)

    losses: list[float] = []
    for _ in range(100):
        loss = paraphrase_loss(network, paraphrases)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())

    assert losses[0] > 0.5
    assert losses[-1] < 0.1
