"""The import contracts of pyproject.toml hold, statically and at run time."""

import subprocess
import sys
from pathlib import Path

import pytest

BLOCK_QT = """
import sys
class NoQt:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"PySide6", "shiboken6", "pyqtgraph", "qasync", "qtawesome"}:
            raise ModuleNotFoundError(f"{name} is not to be imported here", name=name)
sys.meta_path.insert(0, NoQt())
"""

IMPORT_ALL = """
import importlib, pkgutil
import lbm_studio
def names(rooms):
    for info in pkgutil.walk_packages(lbm_studio.__path__, "lbm_studio."):
        if info.name.split(".")[1] in rooms and not info.name.endswith("__main__"):
            yield info.name
def import_all(*rooms):
    for name in names(rooms):
        importlib.import_module(name)
"""

ROOMS_WITHOUT_QT = (
    *("core", "link", "policy", "episodes", "learning", "station", "evaluation"),
    *("app", "workers", "cli"),
)
HEAVY = ("torch", "mujoco", "cv2", "ray", "franky")


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)


def test_every_import_contract_is_kept(root: Path) -> None:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as main; main()",
    ]

    outcome = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120)

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_every_room_but_the_window_imports_without_qt() -> None:
    outcome = run_python(BLOCK_QT + IMPORT_ALL + f"import_all(*{ROOMS_WITHOUT_QT!r})")

    assert outcome.returncode == 0, outcome.stderr


def test_the_window_loads_neither_torch_nor_a_simulator_nor_a_driver() -> None:
    outcome = run_python(IMPORT_ALL + loaded_heavy("import_all('ui', 'app')"))

    assert outcome.stdout.split() == [], outcome.stdout + outcome.stderr
    assert outcome.returncode == 0, outcome.stderr


@pytest.mark.parametrize("worker", ["station", "stop", "renderer", "writer", "speech"])
def test_a_process_that_moves_stops_or_records_never_loads_torch(worker: str) -> None:
    outcome = run_python(f"import sys, lbm_studio.workers.{worker}; print('torch' in sys.modules)")

    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.strip() == "False"


def loaded_heavy(imports: str) -> str:
    return f"{imports}\nimport sys\nprint(*(m for m in {HEAVY!r} if m in sys.modules))"
