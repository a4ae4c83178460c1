"""Which station a name means: one that is built in, or the station file of that name or path."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lbm_studio.core.clock import Clock
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError, UnknownNameError
from lbm_studio.core.station_file import Driver, find_station_file, station_names
from lbm_studio.station.arms.desk import ArmDesk, desks_of
from lbm_studio.station.arms.settings import ArmSettings
from lbm_studio.station.arms.station import FrankaStation
from lbm_studio.station.interface import Station
from lbm_studio.station.simulation.embodiments import STATIONS
from lbm_studio.station.simulation.station import SimulatedStation


def find_station(station: str) -> StationDescription:
    """Return the description of a station by its name, or by the path of its file.

    Raises:
        UnknownNameError: there is none; the built-in ones and those on file are listed.
        StudioError: its file cannot be read.
    """
    if station in STATIONS:
        return STATIONS[station]()
    file = find_station_file(station)
    if file is None:
        raise UnknownNameError("station", station, (*STATIONS, *station_names()))
    return file.description


def find_simulated_station(station: str) -> StationDescription:
    """As :func:`find_station`, for what is done in simulation alone.

    Raises:
        StationError: the arms of the station are real.
    """
    description = find_station(station)
    if not description.simulated:
        raise StationError(
            f"The arms of “{description.title}” are real, and this is done in simulation. "
            f"Choose one of: {', '.join(STATIONS)}."
        )
    return description


@dataclass(frozen=True)
class ChosenStation:
    """A station that is not connected yet.

    Attributes:
        station: what is moved.
        desks: the web interface of each arm whose password is known, by arm name.
    """

    station: Station
    desks: Mapping[str, ArmDesk] = field(default_factory=dict[str, ArmDesk])


def make_station(station: str, clock: Clock) -> ChosenStation:
    """Return the station of a name or path: here its driver is chosen.

    Raises:
        UnknownNameError: there is none.
        StudioError: its file cannot be read.
    """
    description = find_station(station)
    file = None if station in STATIONS else find_station_file(station)
    if file is None or file.driver is Driver.SIMULATED:
        return ChosenStation(SimulatedStation(description, clock=clock))
    addresses = {arm.name: arm.address for arm in file.arms}
    settings = ArmSettings(realtime=file.realtime)
    arms = FrankaStation(description, addresses, settings=settings, clock=clock)
    return ChosenStation(arms, desks_of({n: a for n, a in addresses.items() if a}))
