"""Pairing two machines as people do it, with the sentences they read."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lbm_studio.app.machines import (
    forget,
    own_name,
    pair_a_workstation,
    pair_with_station,
    serve_station,
)
from lbm_studio.app.stations import Stations
from lbm_studio.core.clock import ManualClock
from lbm_studio.core.errors import StudioError, UnknownNameError
from lbm_studio.core.network import LOOPBACK
from lbm_studio.link.remote.keys import KeyRing
from tests.app.waiting import wait_until


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LBM_STUDIO_HOME", str(tmp_path / "desk"))
    return tmp_path / "desk"


@pytest.fixture
def port() -> int:
    with socket.create_server((LOOPBACK, 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def waiting(keys: KeyRing, port: int) -> Iterator[list[str]]:
    """Wait to be paired in the background; gives what is said."""
    said, is_over = list[str](), threading.Event()
    thread = threading.Thread(
        target=lambda: pair_a_workstation(
            keys, LOOPBACK, port, say=said.append, is_over=is_over.is_set
        )
    )
    thread.start()
    try:
        wait_until(lambda: len(said) >= 3)
        yield said
    finally:
        is_over.set()
        thread.join()


def command_in(said: list[str]) -> list[str]:
    """Return host, code, and port of the command that is shown."""
    line = next(line for line in said if "lbm-studio pair" in line)
    _, _, host, code, _, port = line.split()
    return [host, code, port]


def test_the_command_that_is_shown_pairs_the_machine_it_is_typed_on(
    home: Path, tmp_path: Path, port: int
):
    far, told = KeyRing(tmp_path / "lab"), list[str]()
    with waiting(far, port) as said:
        host, code, shown_port = command_in(said)
        pair_with_station(host, code, int(shown_port), "lab", told.append)

    assert told[0].startswith("Paired with “lab”, fingerprint ")
    assert told[0].rstrip(".").split()[-1] == said[2].split()[-1]
    assert said[-1].startswith(f"Paired with “{own_name()}”")
    assert list(far.workstations()) == [own_name()]
    choices = {choice.name: choice for choice in Stations(home / "stations").choices}
    assert choices["paired:lab"].title == "Station of “lab”"
    assert Stations(home / "stations").argument("paired:lab") == "paired:lab"
    with pytest.raises(StudioError, match="on another machine"):
        Stations(home / "stations").read("paired:lab")

    forget("paired:lab", told.append)
    assert "forgotten" in told[-1]
    assert KeyRing().stations() == {}


def test_a_wrong_code_and_a_code_that_is_none_are_told_apart(home: Path, tmp_path: Path, port: int):
    with waiting(KeyRing(tmp_path / "lab"), port):
        with pytest.raises(StudioError, match="The code is wrong"):
            pair_with_station(LOOPBACK, "0000-0000-0000-0000", port, "", print)
        with pytest.raises(StudioError, match="That is no pairing code"):
            pair_with_station(LOOPBACK, "12345", port, "", print)


def test_nobody_coming_in_time_is_told(tmp_path: Path):
    class Hasty(ManualClock):
        def now_ns(self) -> int:
            self.advance_s(1000.0)
            return super().now_ns()

    with pytest.raises(StudioError, match="Nobody used the code in time"):
        pair_a_workstation(
            KeyRing(tmp_path),
            LOOPBACK,
            0,
            say=lambda _: None,
            is_over=lambda: False,
            clock=Hasty(),
        )


@pytest.mark.parametrize(
    ("station", "host", "sentence"),
    [
        ("nowhere", LOOPBACK, "There is no station called “nowhere”"),
        ("paired:lab", LOOPBACK, "on another machine: serve it there"),
        ("simulated", "0.0.0.0", "No workstation is paired.*Add --pair"),
        ("simulated", "no-such-machine.invalid", "There is no machine called"),
    ],
)
def test_what_cannot_be_served_is_told_before_anything_is_started(
    home: Path, station: str, host: str, sentence: str
):
    with pytest.raises(StudioError, match=sentence):
        serve_station(station, host, 4711, pairs=False, say=lambda _: None, is_over=lambda: False)


def test_forgetting_an_unknown_machine_lists_the_known_ones(home: Path):
    with pytest.raises(UnknownNameError, match="There is no paired machine called “lab”"):
        forget("lab", print)
