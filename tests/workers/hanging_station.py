"""A station process whose control loop hangs while there is a file ``hang`` in its session."""

import sys
import threading
from pathlib import Path

from lbm_studio.core.clock import MonotonicClock
from lbm_studio.link.session import Session
from lbm_studio.workers.station import StationProcess
from tests.core.stations import make_station
from tests.station.kinematic_station import KinematicStation

FOLDER = Path(sys.argv[1])
NEVER = threading.Event()


def hang_if_asked() -> None:
    while (FOLDER / "hang").exists():
        (FOLDER / "hanging").touch()
        NEVER.wait(0.01)


if __name__ == "__main__":
    clock = MonotonicClock()
    station = KinematicStation(make_station("right", "left"), clock)
    station.before_command = hang_if_asked
    StationProcess(Session(FOLDER), station, clock).run()
