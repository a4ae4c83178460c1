"""The session folder: private, with short paths, and aware of who is running."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lbm_studio.core.errors import StudioError
from lbm_studio.link.process import ProcessIdentity
from lbm_studio.link.session import MAX_SOCKET_PATH_BYTES, Session


def test_only_the_owner_may_enter_the_folder(tmp_path: Path) -> None:
    session = Session(tmp_path / "s")

    assert stat.S_IMODE(session.folder.stat().st_mode) == 0o700


def test_a_path_too_long_for_a_socket_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="too long a path"):
        Session(tmp_path / ("x" * MAX_SOCKET_PATH_BYTES))


def test_a_file_in_the_place_of_the_folder_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("")

    with pytest.raises(StudioError, match="is not a folder"):
        Session(tmp_path / "s")


def test_two_sessions_share_no_address_and_no_memory(tmp_path: Path) -> None:
    first, second = Session(tmp_path / "a"), Session(tmp_path / "b")

    assert first.ring_name != second.ring_name
    assert first.station_commands != second.station_commands
    assert Session(tmp_path / "a").ring_name == first.ring_name


def test_a_role_is_held_by_one_living_process(tmp_path: Path) -> None:
    session = Session(tmp_path)
    session.claim("station")

    with pytest.raises(StudioError, match="running already"):
        session.claim("station")
    session.release("station")

    assert not session.is_running("station")


def test_the_role_of_a_dead_process_is_free(tmp_path: Path) -> None:
    claim = f"""from pathlib import Path; from lbm_studio.link.session import Session
Session(Path({str(tmp_path)!r})).claim("station")"""
    subprocess.run([sys.executable, "-c", claim], check=True)
    session = Session(tmp_path)

    assert session.process("station") is not None
    session.claim("station")

    assert session.process("station") == ProcessIdentity.current()


def test_a_process_number_given_away_again_is_another_process() -> None:
    later = ProcessIdentity(os.getpid(), started=1)

    assert not later.is_alive()
    assert ProcessIdentity.current().is_alive()


MAKER = """
import subprocess, sys
from lbm_studio.link.session import Session

session = Session.create()
command = [sys.executable, "-c", sys.argv[1], str(session.folder)]
child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
while not session.is_running("writer"):
    assert child.poll() is None
print(session.folder)
"""
STUBBORN = """
import signal, sys, time
from pathlib import Path
from lbm_studio.link.session import Session

signal.signal(signal.SIGTERM, signal.SIG_IGN)
Session(Path(sys.argv[1])).claim("writer")
time.sleep(60)
"""


def test_a_session_whose_maker_has_died_is_swept_away_with_what_it_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr("lbm_studio.link.session._ORPHANS_END_WITHIN_S", 0.05)
    made = subprocess.run(
        [sys.executable, "-c", MAKER, STUBBORN], stdout=subprocess.PIPE, text=True, check=True
    )
    abandoned = Session(Path(made.stdout.strip()))
    orphan = abandoned.process("writer")
    assert orphan is not None
    assert orphan.is_alive()

    session = Session.create()

    assert not orphan.is_alive()
    assert not abandoned.folder.exists()
    session.remove()


def test_sessions_in_use_and_strange_folders_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    strange = tmp_path / "lbm-studio-run-7"
    strange.mkdir()
    (strange / "log").write_text("kept")
    in_use = Session.create()

    Session.create()

    assert in_use.folder.is_dir()
    assert (strange / "log").exists()
