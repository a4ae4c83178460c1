"""Overlapping chunks are averaged where they speak of the same moment, the oldest first."""

import numpy as np

from lbm_studio.core.embodiment import ChunkSpec
from lbm_studio.learning.ensemble import TemporalEnsemble

SPEC = ChunkSpec(length=6, past=1, execute=2, rate_hz=5.0)
PERIOD_NS = 200_000_000


def chunk(value: float) -> np.ndarray:
    return np.full((SPEC.length, 1), value)


def test_a_first_chunk_is_left_as_it_is() -> None:
    ramp = np.arange(6.0)[:, None]

    np.testing.assert_array_equal(TemporalEnsemble(SPEC, 0.1).average(ramp, 7), ramp)


def test_steps_that_both_chunks_speak_of_are_weighted_towards_the_older_one() -> None:
    ensemble = TemporalEnsemble(SPEC, np.log(2))

    ensemble.average(chunk(0.0), 0)
    averaged = ensemble.average(chunk(3.0), 2 * PERIOD_NS)

    np.testing.assert_allclose(averaged[:, 0], [3, 1, 1, 1, 3, 3])


def test_chunks_that_move_on_alike_stay_as_they_are() -> None:
    ensemble = TemporalEnsemble(SPEC, 0.01)

    plans = [np.arange(begin, begin + 6.0)[:, None] for begin in range(4)]
    averaged = [ensemble.average(plan, n * PERIOD_NS) for n, plan in enumerate(plans)]

    np.testing.assert_allclose(averaged, plans)


def test_a_chunk_whose_steps_have_passed_is_forgotten() -> None:
    ensemble = TemporalEnsemble(SPEC, 0.0)

    ensemble.average(chunk(0.0), 0)
    averaged = ensemble.average(chunk(3.0), 5 * PERIOD_NS)

    np.testing.assert_array_equal(averaged, chunk(3.0))
