"""A process that records, edits, merges and repairs is killed at random moments."""

import subprocess
import sys
from pathlib import Path

KILLS = 12
ROOT = Path(__file__).parents[2]


def test_nothing_that_was_kept_is_lost_to_kills_at_random_moments() -> None:
    command = [sys.executable, "-m", "tests.benchmarks.kills", str(KILLS), "--seed", "4"]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"{KILLS} kills in " in ended.stdout
