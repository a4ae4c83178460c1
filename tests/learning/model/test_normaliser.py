"""Percentiles per timestep, tails clipped, rotations untouched."""

import numpy as np
import torch

from lbm_studio.learning.model.normaliser import CLIP, Normaliser, rotation_dimensions

ARMS = 1


def example() -> np.ndarray:
    generator = np.random.default_rng(0)
    steps = np.array([0.001, 0.1, 0.3])[None, :, None]
    return generator.normal(size=(2000, 3, 10)) * steps


def test_each_timestep_is_scaled_on_its_own() -> None:
    values = example()
    normaliser = Normaliser.fit(values, rotation_dimensions(ARMS, ARMS))

    low, high = np.percentile(normaliser.normalise(torch.tensor(values).float())[:, 2, 0], [2, 98])

    assert abs(low + 1) < 0.02
    assert abs(high - 1) < 0.02
    assert normaliser.half_range[1, 0] < normaliser.half_range[2, 0]


def test_rotations_pass_unchanged_and_tails_are_clipped() -> None:
    normaliser = Normaliser.fit(example(), rotation_dimensions(ARMS, ARMS))
    value = torch.full((3, 10), 0.9)
    value[:, 0] = 100.0

    scaled = normaliser.normalise(value)

    assert torch.equal(scaled[:, 3:9], value[:, 3:9])
    assert scaled[:, 0].max() == CLIP


def test_a_constant_step_does_not_blow_up_noise() -> None:
    normaliser = Normaliser.fit(np.zeros((100, 3, 10)), rotation_dimensions(ARMS, ARMS))

    assert normaliser.normalise(torch.full((3, 10), 0.001)).abs().max() < 0.25


def test_restore_inverts_within_the_clip_and_survives_json() -> None:
    normaliser = Normaliser.from_json(
        Normaliser.fit(example(), rotation_dimensions(ARMS, ARMS)).as_json()
    )
    values = torch.tensor(example()[:1]).float() * 0.5

    torch.testing.assert_close(normaliser.restore(normaliser.normalise(values)), values)
