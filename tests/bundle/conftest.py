"""The application is frozen on what the other tests leave of the machine, and then tested last."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.conftest import BACKGROUND

ROOT = Path(__file__).resolve().parents[2]
BUILT_WITHIN_S = 1800.0


class Build:
    """Freezes the application in a process of its own, into a folder of its own."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="lbm-studio-bundle-"))
        where = ["--distpath", str(self._folder / "dist"), "--workpath", str(self._folder / "work")]
        freeze = ["-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR", *where]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                ["nice", "-n", "19", sys.executable, *freeze, "lbm_studio.spec"],
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        BACKGROUND.add(self._process.pid)

    def wait(self) -> Path:
        """Return the folder of the application, once it is there."""
        code = self._process.wait(BUILT_WITHIN_S)
        assert code == 0, (self._folder / "log").read_text(errors="replace")[-4000:]
        return self._folder / "dist" / "lbm-studio"

    def close(self) -> None:
        """End the build if it still goes on; a gigabyte is not kept."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        BACKGROUND.discard(self._process.pid)
        shutil.rmtree(self._folder, ignore_errors=True)


BUILD = pytest.StashKey[Build]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what needs the frozen application come last."""
    items.sort(key=_needs_bundle)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin to freeze it if anybody needs it."""
    if any(map(_needs_bundle, session.items)) and not session.config.getoption("collectonly"):
        session.config.stash[BUILD] = Build()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave nothing of it behind."""
    if BUILD in session.config.stash:
        session.config.stash[BUILD].close()


@pytest.fixture(scope="session")
def bundle(request: pytest.FixtureRequest) -> Path:
    """Return the folder of the frozen application."""
    return request.config.stash[BUILD].wait()


def _needs_bundle(item: pytest.Item) -> bool:
    return item.get_closest_marker("bundle") is not None
