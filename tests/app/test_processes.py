"""What the processes of a station are started with, and the link of its phones."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lbm_studio.app.live import LiveStation
from lbm_studio.app.processes import StationProcesses, moving_processes, station_arguments
from lbm_studio.app.stop import StopButton
from lbm_studio.app.supervisor import ProcessName
from lbm_studio.core.clock import MonotonicClock
from lbm_studio.core.station_file import CameraKind, write_station_file
from lbm_studio.link.phone import PhoneAccess
from lbm_studio.link.session import Session
from tests.app.waiting import wait_until
from tests.core.station_files import make_station_file

STAY = """
import sys, time
with open(sys.argv[1], "a") as notes:
    notes.write(" ".join(sys.argv[2:]) + chr(10))
time.sleep(60.0)
"""


class Opened:
    """A session whose processes do nothing but note what they were started with."""

    def __init__(self, folder: Path, station: str = "simulated") -> None:
        self.session = Session(folder / "s")
        self.notes = folder / "notes"
        self.live = LiveStation(MonotonicClock())
        self.processes = StationProcesses(
            self.live,
            StopButton(),
            log_folder=folder / "logs",
            command=[sys.executable, "-c", STAY, str(self.notes)],
            with_stop_window=False,
            make_session=lambda: self.session,
        )
        self.processes.open(station)

    def started_with(self, words: str) -> bool:
        lines = self.notes.read_text().splitlines() if self.notes.exists() else []
        return any(line.startswith(words) for line in lines)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(tmp_path)
    yield opened
    opened.processes.close()
    opened.processes.wait_until_closed()


def test_phones_are_served_only_when_asked_for_and_beyond_this_machine_only_when_asked_again(
    opened: Opened,
):
    folder = f"--session {opened.session.folder}"
    wait_until(lambda: opened.started_with(f"worker station {folder} --station simulated"))
    assert not opened.processes.status(ProcessName.PHONE).is_running

    opened.processes.open_phone(in_network=False)
    wait_until(lambda: opened.started_with(f"worker phone {folder}"))
    assert not opened.started_with(f"worker phone {folder} --host")

    opened.processes.open_phone(in_network=True)
    wait_until(lambda: opened.started_with(f"worker phone {folder} --host 0.0.0.0"))

    opened.processes.close_phone()
    wait_until(lambda: not opened.processes.status(ProcessName.PHONE).is_running)


def test_the_link_of_phones_that_were_served_before_is_forgotten(opened: Opened):
    access = PhoneAccess("https://127.0.0.1:8443/#00", "AA", ("1",))
    access.write(opened.session.phone_file)
    assert opened.processes.phone_access() == access

    opened.processes.open_phone(in_network=False)

    assert opened.processes.phone_access() is None


def test_a_station_on_another_machine_is_stood_in_for_and_its_cameras_are_left_to_it(
    tmp_path: Path,
):
    opened = Opened(tmp_path, "paired:lab")
    folder = f"--session {opened.session.folder}"

    wait_until(lambda: opened.started_with(f"worker gateway {folder} --station lab"))
    wait_until(lambda: opened.started_with(f"worker stop {folder}"))
    wait_until(lambda: opened.started_with(f"worker writer {folder}"))

    assert not opened.processes.status(ProcessName.RENDERER).is_running
    assert not opened.started_with("worker station")
    opened.processes.close()
    opened.processes.wait_until_closed()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(CameraKind.GENICAM, "worker cameras"), (CameraKind.SIMULATED, "worker renderer")],
)
def test_pictures_are_grabbed_where_cameras_are_real_and_drawn_where_they_are_not(
    tmp_path: Path, kind: CameraKind, expected: str
):
    file = make_station_file()
    cameras = tuple(replace(camera, kind=kind) for camera in file.cameras)
    path = tmp_path / "bench.toml"
    write_station_file(path, replace(file, cameras=cameras))

    names = moving_processes(str(path))

    assert names[:2] == (ProcessName.STOP, ProcessName.STATION)
    session = Session(tmp_path / "s")
    words = " ".join(station_arguments(names[2], session, str(path)))
    assert words.startswith(f"{expected} --session {session.folder}")
    assert words.endswith(f"--station {path}") == (kind is CameraKind.GENICAM)
