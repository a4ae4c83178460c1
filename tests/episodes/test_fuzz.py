"""Damaged and hostile datasets: a sentence each, or they simply work."""

from pathlib import Path

from tests.episodes.fuzzing import fuzz

CASES = 60


def test_no_damage_ends_in_anything_but_a_sentence(tmp_path: Path) -> None:
    outcomes = list(fuzz(tmp_path, range(1000, 1000 + CASES)))

    assert {one.seed: (one.done, one.holes) for one in outcomes if one.holes} == {}
    assert len(outcomes) == CASES
    assert sum(one.refused > 0 for one in outcomes) > CASES // 2
