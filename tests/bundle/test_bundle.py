"""The frozen application, started like a user would."""

import os
import subprocess
from pathlib import Path

import pytest

from lbm_studio.core.keys import SHOWN_VARIABLE

pytestmark = [pytest.mark.bundle, pytest.mark.timeout(900)]

UNWANTED = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "MUJOCO_GL", "PYOPENGL_PLATFORM")


def start(bundle: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k not in UNWANTED} | variables
    return subprocess.run(
        [str(bundle / "lbm-studio"), *arguments],
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_frozen_window_opens_and_closes_by_itself(bundle: Path, tmp_path: Path) -> None:
    shown = tmp_path / "shown"

    outcome = start(bundle, "--station", "simulated", **{SHOWN_VARIABLE: str(shown)})

    assert outcome.returncode == 0, outcome.stderr
    assert int(shown.read_text()) > 0


def test_the_frozen_application_runs_a_tick_with_all_cameras(bundle: Path) -> None:
    outcome = start(bundle, "doctor", "--tick")

    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.strip().endswith("with 6 cameras.")


def test_the_frozen_application_rolls_out_in_processes_of_its_own(bundle: Path) -> None:
    skill = ["--skill", "put_cube_in_tray", "--trials", "2", "--processes", "2"]

    outcome = start(bundle, "rollout", "--baseline", "idle", *skill)

    assert outcome.returncode == 0, outcome.stderr
    assert "0 of 2" in outcome.stdout


def test_the_frozen_application_refuses_in_words(bundle: Path) -> None:
    outcome = start(bundle, "train", "/nowhere", "--out", "/proc/run", "--steps", "1")

    assert outcome.returncode == 2, outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_the_qt_libraries_can_be_replaced(bundle: Path) -> None:
    libraries = list(bundle.rglob("libQt6Widgets.so*"))

    assert libraries
    assert all(library.stat().st_size > 0 for library in libraries)
