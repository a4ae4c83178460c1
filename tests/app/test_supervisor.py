import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lbm_studio.app.supervisor import ProcessName, Supervisor
from tests.app.children import CHILD
from tests.app.waiting import wait_until


def exists(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


@pytest.fixture
def supervisor(tmp_path):
    supervisor = Supervisor(tmp_path / "logs", CHILD)
    yield supervisor
    supervisor.close()


def test_a_child_runs_until_closed_and_takes_its_own_children_with_it(supervisor, tmp_path):
    supervisor.start(ProcessName.STATION, ["stay", str(tmp_path / "marker")])
    wait_until((tmp_path / "marker").exists)
    numbers = [int(number) for number in (tmp_path / "marker").read_text().split()]
    assert all(exists(number) for number in numbers)

    supervisor.close()

    wait_until(lambda: not any(exists(number) for number in numbers))
    assert not supervisor.status(ProcessName.STATION).is_running


def test_closing_kills_nobody_else(supervisor, tmp_path):
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    supervisor.start(ProcessName.WRITER, ["stay", str(tmp_path / "marker")])
    wait_until((tmp_path / "marker").exists)

    supervisor.close()

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_child_dies_when_its_parent_is_killed(tmp_path):
    marker = tmp_path / "marker"
    parent = subprocess.Popen([*CHILD, "parent", str(marker)])
    wait_until(marker.exists)
    child = int(marker.read_text())

    parent.send_signal(signal.SIGKILL)
    parent.wait()

    wait_until(lambda: not exists(child))


def test_a_child_that_hangs_is_killed_unreported_and_can_be_started_again(supervisor, tmp_path):
    died: list[ProcessName] = []
    supervisor.died.connect(died.append)
    supervisor.start(ProcessName.STATION, ["stay", str(tmp_path / "one")])
    wait_until((tmp_path / "one").exists)
    hanging = int((tmp_path / "one").read_text().split()[0])
    os.kill(hanging, signal.SIGSTOP)

    supervisor.kill(ProcessName.STATION)
    supervisor.poll()

    assert not exists(hanging)
    assert died == []
    supervisor.start(ProcessName.STATION, ["stay", str(tmp_path / "two")])
    wait_until((tmp_path / "two").exists)


def test_an_unasked_end_is_reported_once_with_the_last_words(supervisor, caplog):
    died: list[ProcessName] = []
    supervisor.died.connect(died.append)
    supervisor.start(ProcessName.RENDERER, ["fail", "There is no GL library."])
    wait_until(lambda: not supervisor.status(ProcessName.RENDERER).is_running)

    supervisor.poll()
    supervisor.poll()

    status = supervisor.status(ProcessName.RENDERER)
    assert died == [ProcessName.RENDERER]
    assert (status.exit_code, status.last_words) == (2, "There is no GL library.")


def test_an_asked_end_is_not_reported(supervisor, tmp_path):
    died: list[ProcessName] = []
    supervisor.died.connect(died.append)
    supervisor.start(ProcessName.WRITER, ["stay", str(tmp_path / "marker")])
    wait_until((tmp_path / "marker").exists)

    supervisor.end(ProcessName.WRITER)
    wait_until(lambda: not supervisor.status(ProcessName.WRITER).is_running)
    supervisor.poll()

    assert died == []


def test_a_process_that_died_can_be_started_again_and_its_log_goes_on(supervisor, caplog):
    for text in ("first", "second"):
        supervisor.start(ProcessName.WRITER, ["fail", text])
        wait_until(lambda: not supervisor.status(ProcessName.WRITER).is_running)
    supervisor.poll()

    log = (supervisor.log_folder / "writer.log").read_text()
    assert log.split() == ["first", "second"]


def test_starting_a_running_process_changes_nothing(supervisor, tmp_path):
    supervisor.start(ProcessName.WRITER, ["stay", str(tmp_path / "one")])
    supervisor.start(ProcessName.WRITER, ["stay", str(tmp_path / "two")])
    wait_until((tmp_path / "one").exists)

    assert not (tmp_path / "two").exists()
