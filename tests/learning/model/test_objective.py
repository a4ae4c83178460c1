"""Both noise processes lead from noise to the data when the network is perfect."""

import pytest
import torch
from torch import Tensor

from lbm_studio.learning.model.config import ObjectiveKind
from lbm_studio.learning.model.objective import _levels, build_objective

DATA = torch.tensor([[[0.5, -0.2], [0.1, 0.9]]])


def perfect_flow(noisy: Tensor, time: Tensor) -> Tensor:
    return (DATA - noisy) / (1 - time[:, None, None])


def perfect_noise(noisy: Tensor, time: Tensor) -> Tensor:
    signal, spread = _levels(time[:, None, None])
    return (noisy - signal * DATA) / spread


@pytest.mark.parametrize(
    ("kind", "network"),
    [(ObjectiveKind.FLOW_MATCHING, perfect_flow), (ObjectiveKind.DDIM, perfect_noise)],
)
def test_a_perfect_network_draws_the_data(kind: ObjectiveKind, network) -> None:
    noise = torch.randn(DATA.shape, generator=torch.Generator().manual_seed(1))

    drawn = build_objective(kind).sample(network, noise, steps=8)

    torch.testing.assert_close(drawn, DATA, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("kind", ObjectiveKind)
def test_training_pairs_are_reproducible_and_finite(kind: ObjectiveKind) -> None:
    chunks = torch.randn(64, 4, 3)

    first, second = (
        build_objective(kind).pair(chunks, torch.Generator().manual_seed(5)) for _ in range(2)
    )

    assert torch.equal(first.noisy, second.noisy)
    assert torch.isfinite(first.target).all()
    assert ((first.time >= 0) & (first.time <= 1)).all()
