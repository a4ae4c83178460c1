"""Every source has statistics of its own."""

import numpy as np
import torch

from lbm_studio.core.pose import Pose
from lbm_studio.learning.model.normaliser import PolicyNormaliser
from lbm_studio.learning.model.statistics import (
    Measurement,
    SourceStatistics,
    merged_normaliser,
    normaliser_for,
    statistics_as_json,
    statistics_from_json,
)

RANDOM = np.random.default_rng(0)


def source(reach_m: float, embodiment: str = "one") -> SourceStatistics:
    """One arm, whose chunks reach that far."""
    chunks = RANDOM.uniform(-reach_m, reach_m, (400, 6, 10))
    states = np.tile(np.append(Pose.identity().as_vector(), 0.04), (400, 1))
    states[:, :3] = RANDOM.uniform(-reach_m, reach_m, (400, 3))
    measurement = Measurement.of(chunks, states)
    return SourceStatistics(embodiment, measurement.normaliser(), measurement)


def test_each_sample_of_a_batch_is_scaled_by_its_own_source() -> None:
    near, far = source(0.1).normaliser, source(1.0).normaliser
    chunks = torch.full((3, 6, 10), 0.05)
    numbers = torch.tensor([1, 0, 1])

    mixed = PolicyNormaliser.stack([near, far]).of(numbers)

    scaled = mixed.actions.normalise(chunks)
    for row, number in enumerate(numbers):
        own = (near, far)[number]
        torch.testing.assert_close(scaled[row], own.actions.normalise(chunks[row]))
    assert not torch.allclose(scaled[0], scaled[1])
    torch.testing.assert_close(mixed.actions.restore(scaled)[:, :, :3], chunks[:, :, :3])


def test_the_source_of_the_same_body_counts_at_run_time_and_else_all_together() -> None:
    statistics = {"near": source(0.1, "one"), "far": source(1.0, "other")}

    fitting, missing = (normaliser_for(statistics, name) for name in ("other", "third"))
    together = merged_normaliser(statistics).actions.half_range[0, 0]

    assert fitting is statistics["far"].normaliser
    assert missing is None
    near, far = (one.normaliser.actions.half_range[0, 0] for one in statistics.values())
    assert near < together < far


def test_statistics_survive_being_written() -> None:
    statistics = {"near": source(0.1), "far": source(1.0)}

    again = statistics_from_json(statistics_as_json(statistics))

    assert list(again) == ["near", "far"]
    for name, one in again.items():
        expected = statistics[name].normaliser
        torch.testing.assert_close(one.normaliser.actions.middle, expected.actions.middle)
    merged = (merged_normaliser(one).actions.half_range for one in (again, statistics))
    torch.testing.assert_close(*merged, atol=1e-5, rtol=1e-4)
