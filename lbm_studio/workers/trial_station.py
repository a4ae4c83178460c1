"""Which arms a task is tried on: those of the simulated station, or others through their driver."""

from lbm_studio.core.station_file import Driver
from lbm_studio.station.choice import find_simulated_station
from lbm_studio.station.simulation.robot.rehearsal import RehearsalStation
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.station.simulation.trials import OfflineStation, TrialStation


def open_trial_station(station: str, skill: Skill, driver: Driver) -> TrialStation:
    """Return a station that is ready for one skill; it has to be closed.

    Args:
        station: by name.
        skill: what it is to be tried on.
        driver: what moves the arms; real ones are simulated down to their network protocol.

    Raises:
        UnknownNameError: there is no such station.
        StationError: its arms are real, or they cannot be simulated on this machine.
    """
    description = find_simulated_station(station)
    if driver is Driver.SIMULATED:
        opened: TrialStation = OfflineStation(description)
    else:
        opened = RehearsalStation(description, station, skill)
    opened.connect()
    return opened
