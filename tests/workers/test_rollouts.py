"""Rollouts in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from lbm_studio.core.errors import StudioError
from lbm_studio.workers.rollouts import RolloutSpec

ROOT = Path(__file__).parents[2]
MANY_TRIALS = """
from lbm_studio.workers.rollouts import RolloutSpec, rollout

if __name__ == "__main__":
    spec = RolloutSpec(
        skill="put_cube_in_tray", trials=10_000, baseline="idle", station="simulated-single"
    )
    rollout(spec, lambda trial: print(trial.seed, flush=True))
"""


@pytest.mark.slow
def test_killed_rollouts_leave_no_process(tmp_path: Path) -> None:
    script = tmp_path / "many_trials.py"
    script.write_text(MANY_TRIALS)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, str(script)], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline().strip().isdigit()
        helpers = psutil.Process(process.pid).children(recursive=True)
        process.kill()

    psutil.wait_procs(helpers, timeout=10)

    assert len(helpers) >= 2
    assert [helper for helper in helpers if helper.is_running()] == []


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, "Name either a checkpoint or a baseline"),
        ({"checkpoint": "run", "baseline": "idle"}, "Name either a checkpoint or a baseline"),
        ({"baseline": "dance"}, "no baseline called “dance”. Choose one of: idle, replay"),
        ({"baseline": "replay"}, "Name the dataset"),
    ],
)
def test_what_cannot_be_rolled_out_is_refused_in_words(
    asked: dict[str, str], sentence: str
) -> None:
    with pytest.raises(StudioError) as caught:
        RolloutSpec("put_cube_in_tray", trials=1, **asked)  # pyright: ignore[reportArgumentType]

    assert sentence in str(caught.value)
