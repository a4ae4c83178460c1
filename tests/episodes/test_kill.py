"""A recording process is killed at random moments, again and again, on one dataset."""

import os
import random
import subprocess
import sys
from pathlib import Path

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.verify import verify_dataset
from lbm_studio.episodes.writer import DatasetWriter

KILLS = 10
ROOT = Path(__file__).parents[2]


def record_until_killed(root: Path, moment_s: float) -> list[str]:
    """Return the identities the process said it had kept before it was killed."""
    command = [sys.executable, "-m", "tests.episodes.writing_process", str(root)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=ROOT, env=environment, text=True
    ) as process:
        assert process.stdout
        first = process.stdout.readline().strip()
        try:
            process.wait(moment_s)
        except subprocess.TimeoutExpired:
            process.kill()
        return [first, *process.stdout.read().split()]


def test_no_kept_episode_is_lost_to_kills_at_random_moments(
    tmp_path: Path, station: StationDescription
) -> None:
    root = tmp_path / "killed"
    moments = random.Random(4)
    said: list[str] = []

    for _ in range(KILLS):
        said += record_until_killed(root, moments.uniform(0.0, 0.25))
        kept = [episode.metadata.uuid for episode in Dataset.open(root).episodes]
        assert set(said) <= set(kept)
        DatasetWriter.open(root, station).close()
        assert verify_dataset(root, decode=True).findings == ()

    assert len(Dataset.open(root).episodes) <= len(said) + KILLS
