"""Merged quantiles are those of all samples together."""

import json

import numpy as np
import pytest

from lbm_studio.learning.model.quantiles import LEVELS, Quantiles

RANDOM = np.random.default_rng(0)
PARTS = {
    "alike": [RANDOM.normal(size=(4000, 2)), RANDOM.normal(size=(9000, 2))],
    "far apart": [RANDOM.normal(size=(5000, 2)), RANDOM.normal(3.0, 0.2, size=(9000, 2))],
    "fourteen": [RANDOM.normal(n, 1 + 0.1 * n, size=(3000, 1)) for n in range(14)],
    "constant": [np.full((10, 1), 0.08), np.full((500, 1), 0.08)],
}


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS.keys())
def test_merging_is_as_good_as_measuring_everything(parts: list[np.ndarray]) -> None:
    everything = Quantiles.measure(np.concatenate(parts))

    merged = Quantiles.merge([Quantiles.measure(part) for part in parts])

    spread = everything.at(1 - 0.02) - everything.at(0.02)
    assert merged.count == everything.count
    for level in (0.02, 1 - 0.02):
        assert (np.abs(merged.at(level) - everything.at(level)) <= 0.01 * spread).all()


def test_numbers_that_are_one_of_two_values_stay_so() -> None:
    """As a gripper that is open or closed."""
    parts = [np.where(RANDOM.random((4000, 1)) < share, 0.0, 0.08) for share in (0.5, 0.9)]

    merged = Quantiles.merge([Quantiles.measure(part) for part in parts])

    assert (merged.at(0.02), merged.at(1 - 0.02)) == (0.0, 0.08)


def test_a_lone_part_is_taken_as_it_is_and_survives_being_written() -> None:
    measured = Quantiles.measure(RANDOM.normal(size=(100, 3, 2)))

    again = Quantiles.from_json(json.loads(json.dumps(measured.as_json())))

    assert Quantiles.merge([measured]) is measured
    assert again.values.shape == (len(LEVELS), 3, 2)
    np.testing.assert_allclose(again.values, measured.values, atol=1e-6)
