"""A station process whose simulation fails while there is a file ``fail`` in its session."""

import logging
import sys
from pathlib import Path

from lbm_studio.core.clock import MonotonicClock
from lbm_studio.link.session import Session
from lbm_studio.station.live import SimulatedScene
from lbm_studio.station.simulation.embodiments import find_station
from lbm_studio.station.simulation.station import SimulatedStation
from lbm_studio.workers.station import StationProcess

FOLDER = Path(sys.argv[1])


class FailingStation(SimulatedStation):
    """Notes each stop as a letter in the file ``stops``."""

    def advance(self, seconds: float) -> None:
        if (FOLDER / "fail").exists():
            raise RuntimeError("a bearing broke")
        super().advance(seconds)

    def stop(self) -> None:
        super().stop()
        with (FOLDER / "stops").open("a") as file:
            file.write("x")


if __name__ == "__main__":
    logging.basicConfig(filename=FOLDER / "station.log")
    clock = MonotonicClock()
    station = FailingStation(find_station("simulated-single"), clock=clock)
    StationProcess(Session(FOLDER), station, clock, simulation=SimulatedScene(station)).run()
