"""The simulated stations: two FR3 arms with six cameras, and one arm with two cameras.

Their bodies are described in files that ship, ``resources/stations``.
"""

from collections.abc import Callable, Mapping

from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import UnknownNameError
from lbm_studio.core.station_file import built_in_station_file


def dual_fr3() -> StationDescription:
    """Return the two-armed station with six cameras."""
    return built_in_station_file("simulated").description


def single_fr3() -> StationDescription:
    """Return the one-armed station with two cameras."""
    return built_in_station_file("simulated-single").description


STATIONS: Mapping[str, Callable[[], StationDescription]] = {
    "simulated": dual_fr3,
    "simulated-single": single_fr3,
}
"""The stations by name."""


def find_station(name: str) -> StationDescription:
    """Return the description of a simulated station.

    Raises:
        UnknownNameError: there is no such station.
    """
    if name not in STATIONS:
        raise UnknownNameError("station", name, STATIONS)
    return STATIONS[name]()
