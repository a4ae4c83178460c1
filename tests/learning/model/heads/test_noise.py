"""Both noise processes lead from noise to the data when the network is perfect."""

import pytest
import torch
from torch import Tensor

from lbm_studio.learning.model.heads.noise import Ddim, FlowMatching, NoiseProcess, _levels

DATA = torch.tensor([[[0.5, -0.2], [0.1, 0.9]]])


def perfect_flow(noisy: Tensor, time: Tensor) -> Tensor:
    return (DATA - noisy) / (1 - time[:, None, None])


def perfect_noise(noisy: Tensor, time: Tensor) -> Tensor:
    signal, spread = _levels(time[:, None, None])
    return (noisy - signal * DATA) / spread


@pytest.mark.parametrize(
    ("process", "network"), [(FlowMatching(), perfect_flow), (Ddim(), perfect_noise)]
)
def test_a_perfect_network_draws_the_data(process: NoiseProcess, network) -> None:
    noise = torch.randn(DATA.shape, generator=torch.Generator().manual_seed(1))

    drawn = process.sample(network, noise, steps=8)

    torch.testing.assert_close(drawn, DATA, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("process", [FlowMatching(), Ddim()])
def test_training_pairs_are_reproducible_and_finite(process: NoiseProcess) -> None:
    chunks = torch.randn(64, 4, 3)

    first, second = (process.pair(chunks, torch.Generator().manual_seed(5)) for _ in range(2))

    assert torch.equal(first.noisy, second.noisy)
    assert torch.isfinite(first.target).all()
    assert ((first.time >= 0) & (first.time <= 1)).all()
