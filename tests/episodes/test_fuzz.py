"""Damaged and hostile datasets: a sentence each, or they simply work."""

import os
from pathlib import Path

import pytest

from tests.episodes.fuzzing import fuzz


@pytest.mark.parametrize(
    "seeds", [range(1000, 1024), pytest.param(range(2000, 2100), marks=pytest.mark.slow)]
)
def test_no_damage_ends_in_anything_but_a_sentence(tmp_path: Path, seeds: range) -> None:
    outcomes = list(fuzz(tmp_path, seeds, workers=len(os.sched_getaffinity(0))))

    assert {one.seed: (one.done, one.holes) for one in outcomes if one.holes} == {}
    assert len(outcomes) == len(seeds)
    assert sum(one.refused > 1 for one in outcomes) > len(seeds) // 2
