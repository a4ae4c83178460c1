"""The wheel holds everything a user needs, resources included."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Build the wheel and return the names of the files in it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    outcome = subprocess.run(build, cwd=ROOT, capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_carries_all_resources_those_of_the_policy_included(names: set[str]) -> None:
    files = [path for path in (ROOT / "resources").rglob("*") if path.is_file()]
    there = {str(path.relative_to(ROOT)) for path in files}

    assert {"resources/pretraining.toml", "resources/text/minilm/model.safetensors"} <= there
    assert {f"lbm_studio/{name}" for name in there} <= names


def test_the_wheel_carries_every_module_and_no_test(names: set[str]) -> None:
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "lbm_studio").rglob("*.py")}

    assert modules <= names
    assert not [name for name in names if name.startswith("tests/")]
