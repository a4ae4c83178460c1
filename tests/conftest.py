"""What every test lives under: no screen, no home folder, no leftovers, no unexpected warning."""

import logging
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("SDL_AUDIODRIVER", "dummy")

SHARED_MEMORY = Path("/dev/shm")
CHILDREN = Path("/proc/thread-self/children")
BACKGROUND: set[int] = set()
"""Processes that go on from test to test, whatever their children do."""

GRACE_S = 2.0
"""How long something that is ending may still be seen after a test [s]."""


@pytest.fixture(scope="session", autouse=True)
def private_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests out of the user's data and run-time folders, and let no policy ship."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LBM_STUDIO_HOME", str(tmp_path_factory.mktemp("studio-home")))
        patch.setenv("LBM_STUDIO_POLICY", str(tmp_path_factory.mktemp("no-policy")))
        runtime = tmp_path_factory.mktemp("runtime")
        runtime.chmod(0o700)
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        yield


@pytest.fixture(autouse=True)
def no_leftovers() -> Iterator[None]:
    """Fail a test that leaves a thread, a process or shared memory behind."""
    threads, processes, memory = _threads(), _processes(), _shared_memory()

    yield

    for thread in _threads() - threads:
        thread.join(GRACE_S)
    psutil.wait_procs(list(_processes() - processes), timeout=GRACE_S)
    left = [f"thread {t.name}" for t in _threads() - threads if t.is_alive()]
    left += [f"process {' '.join(_command(p))}" for p in _processes() - processes]
    left += [f"shared memory {name}" for name in _shared_memory() - memory if _is_ours(name)]
    if left:
        pytest.fail("The test left behind: " + ", ".join(left))


@pytest.fixture(autouse=True)
def no_unexpected_warnings(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test during which a warning was logged, unless it looks at the log itself."""
    records: list[logging.LogRecord] = []
    handler = _Collector(records)
    logging.getLogger().addHandler(handler)

    yield

    logging.getLogger().removeHandler(handler)
    if records and "caplog" not in request.fixturenames:
        pytest.fail("Logged: " + "; ".join(record.getMessage() for record in records))


@pytest.fixture(scope="session")
def virtual_screen() -> Iterator[str]:
    """Start an X server without a screen and give the value of DISPLAY that reaches it."""
    server = shutil.which("Xvfb")
    assert server, "Xvfb is missing: packaging/test installs it"
    read_end, write_end = os.pipe()
    command = [server, "-displayfd", str(write_end), "-screen", "0", "1920x1080x24", "-nolisten"]
    command += ["tcp", "-noreset"]  # stays the same when the last window is gone
    process = subprocess.Popen(command, pass_fds=[write_end], stderr=subprocess.DEVNULL)
    os.close(write_end)
    with os.fdopen(read_end) as numbers:
        display = f":{numbers.readline().strip()}"

    yield display

    process.terminate()
    process.wait(GRACE_S * 5)


class _Collector(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__(logging.WARNING)
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)


def _threads() -> set[threading.Thread]:
    return set(threading.enumerate())


def _processes() -> set[psutil.Process]:
    """Return the living children, less the one that Python keeps to tidy shared memory up."""
    return {c for c in _children() if not any("resource_tracker" in part for part in _command(c))}


def _children() -> list[psutil.Process]:
    """Return the children and theirs, where Linux lists them without looking at all processes."""
    if not CHILDREN.exists():
        direct = [c for c in psutil.Process().children() if c.pid not in BACKGROUND]
        return [child for one in direct for child in (one, *one.children(recursive=True))]
    found: list[psutil.Process] = []
    for pid in _descendants(os.getpid()):
        with suppress(psutil.NoSuchProcess):
            found.append(psutil.Process(pid))
    return found


def _descendants(pid: int) -> Iterator[int]:
    with suppress(OSError):  # it is gone
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (thread / "children").read_text().split()):
                if child not in BACKGROUND:
                    yield child
                    yield from _descendants(child)


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline() if process.status() != psutil.STATUS_ZOMBIE else ["(zombie)"]
    except psutil.Error:
        return []


def _shared_memory() -> set[str]:
    """Return the segments there are, less semaphores: Python removes its own when it ends.

    And less what JACK, to which PortAudio is linked, makes once for every user.
    """
    names = {entry.name for entry in SHARED_MEMORY.iterdir()} if SHARED_MEMORY.is_dir() else set()
    return {name for name in names if not name.startswith(("sem.", "jack_db-"))}


def _is_ours(name: str) -> bool:
    """Whether no other living program maps the segment: then this run made it and forgot it."""
    ours = {os.getpid(), *(child.pid for child in _children())}
    needle = f"{SHARED_MEMORY}/{name}"
    for process in psutil.process_iter():
        if process.pid in ours:
            continue
        try:
            if needle in Path(f"/proc/{process.pid}/maps").read_text():
                return False
        except OSError:
            continue
    return (SHARED_MEMORY / name).exists()
