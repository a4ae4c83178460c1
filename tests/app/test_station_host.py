"""A station without a window: what is started for it, and nothing is left when one part ends."""

import sys
import threading
from pathlib import Path

import pytest

from lbm_studio.app.station_host import StationHost
from lbm_studio.core.errors import StationError
from lbm_studio.core.network import LOOPBACK
from lbm_studio.link.session import Session
from tests.app.waiting import wait_until

STAY = """
import sys, time
with open(sys.argv[1], "a") as notes:
    notes.write(" ".join(sys.argv[2:]) + chr(10))
time.sleep(60.0)
"""
FAIL_AS_GATEWAY = """
import sys, time
if "gateway" in sys.argv:
    sys.exit("The port is taken.")
time.sleep(60.0)
"""


def host(folder: Path, code: str) -> StationHost:
    return StationHost(
        "simulated",
        LOOPBACK,
        4711,
        log_folder=folder / "logs",
        command=[sys.executable, "-c", code, str(folder / "notes")],
        make_session=lambda: Session(folder / "s"),
    )


def test_a_served_station_has_its_own_stop_and_its_gateway_but_no_window(tmp_path: Path):
    notes, is_over = tmp_path / "notes", threading.Event()
    serving = threading.Thread(target=host(tmp_path, STAY).serve, args=(is_over.is_set,))
    serving.start()

    wait_until(lambda: notes.exists() and len(notes.read_text().splitlines()) == 4)
    is_over.set()
    serving.join()

    folder = f"--session {tmp_path / 's'}"
    assert set(notes.read_text().splitlines()) == {
        f"worker stop {folder}",
        f"worker station {folder} --station simulated",
        f"worker renderer {folder}",
        f"worker gateway {folder} --host {LOOPBACK} --port 4711",
    }
    assert not (tmp_path / "s").exists()


def test_when_one_part_ends_the_station_is_served_no_more_and_the_reason_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    with pytest.raises(StationError, match=r"The gateway process ended\. The port is taken\."):
        host(tmp_path, FAIL_AS_GATEWAY).serve(lambda: False)

    assert not (tmp_path / "s").exists()
    assert "gateway ended" in caplog.text
