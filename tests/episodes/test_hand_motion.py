"""How the hands move."""

import numpy as np
import pytest

from lbm_studio.core.embodiment import SafetyCard
from lbm_studio.episodes.hand_motion import FEWEST_TICKS, edge_share, jerk_m_s3

SAFETY = SafetyCard()


def test_a_constant_jerk_is_measured_as_it_is() -> None:
    rate_hz = 10.0
    times_s = np.arange(40) / rate_hz
    positions_m = np.outer(2.0 * times_s**3 / 6.0, [1.0, 0.0, 0.0])

    assert jerk_m_s3(positions_m, rate_hz) == pytest.approx(2.0)


def test_a_take_too_short_to_tell_is_not_shaky() -> None:
    assert jerk_m_s3(np.random.default_rng(0).normal(size=(FEWEST_TICKS - 1, 3)), 10.0) == 0.0


def test_the_share_at_the_edge_counts_every_side() -> None:
    middle = (np.array(SAFETY.workspace_min_m) + np.array(SAFETY.workspace_max_m)) / 2.0
    positions_m = np.tile(middle, (8, 1))
    positions_m[0, 0] = SAFETY.workspace_max_m[0]
    positions_m[1, 2] = SAFETY.workspace_min_m[2]

    assert edge_share(positions_m, SAFETY, 0.001) == 0.25
    assert edge_share(positions_m[:0], SAFETY, 0.001) == 0.0
