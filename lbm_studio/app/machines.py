"""Working on two machines: pairing them, forgetting that, and serving a station to the other."""

import re
import socket
from collections.abc import Callable

from lbm_studio.app.station_host import StationHost
from lbm_studio.app.stations import Stations
from lbm_studio.core.clock import Clock, MonotonicClock
from lbm_studio.core.errors import StudioError
from lbm_studio.core.network import STATION_PORT
from lbm_studio.core.paths import user_data
from lbm_studio.core.station_file import STATIONS_FOLDER
from lbm_studio.link.remote.curve import is_loopback, require_curve
from lbm_studio.link.remote.key_exchange import (
    CODE_VALID_S,
    PairingDesk,
    PairingLine,
    PairingListener,
    require_reachable,
)
from lbm_studio.link.remote.keys import ELSEWHERE, KeyRing, fingerprint
from lbm_studio.link.remote.pairing_code import PairingCode

LOGS_FOLDER = "logs/served"

Say = Callable[[str], object]

_EVERYWHERE = "0.0.0.0"
_LONGEST_NAME = 63


def serve_station(
    station: str, host: str, port: int, *, pairs: bool, say: Say, is_over: Callable[[], bool]
) -> None:
    """Serve a station to paired workstations until it is over.

    Args:
        station: by its name, or by the path of its file.
        host: where to listen.
        port: where to listen.
        pairs: whether a workstation is paired first.
        say: tells people what happens.
        is_over: asked again and again.

    Raises:
        StudioError: it cannot be served; the sentence says why.
    """
    require_curve()
    argument = _argument(station)
    keys = KeyRing()
    if pairs:
        pair_a_workstation(keys, host, port, say=say, is_over=is_over)
    known = sorted(keys.workstations())
    if not known and not is_loopback(host):
        raise StudioError(
            f"No workstation is paired, so nobody could use the station at “{host}”. Add --pair."
        )
    if is_over():
        return
    who = ", ".join(f"“{name}”" for name in known) or "nobody yet: pair one with --pair"
    say(f"Serving “{station}” at {host}, port {port}, to {who}. Ctrl-C ends it.")
    say("The stop over a network is no safety function: keep the hardware stop within reach.")
    StationHost(argument, host, port, log_folder=user_data() / LOGS_FOLDER).serve(is_over)


def pair_a_workstation(
    keys: KeyRing,
    host: str,
    port: int,
    *,
    say: Say,
    is_over: Callable[[], bool],
    clock: Clock | None = None,
) -> None:
    """Show a code, and wait for a workstation that knows it.

    Raises:
        StudioError: the address cannot be used, or nobody came in time.
    """
    code = PairingCode.make()
    desk = PairingDesk(keys, own_name(), code, clock or MonotonicClock())
    with PairingListener(host, port) as listener:
        shown = own_name() if host == _EVERYWHERE else host
        at = "" if port == STATION_PORT else f" --port {listener.port}"
        say(f"On the workstation, within {CODE_VALID_S / 60:.0f} minutes:")
        say(f"  lbm-studio pair {shown} {code.shown()}{at}")
        say(f"This machine's fingerprint: {fingerprint(keys.own().public)}")
        workstation = listener.await_workstation(desk, is_over)
    if workstation is not None:
        say(f"Paired with “{workstation.name}”, fingerprint {fingerprint(workstation.public)}.")
    elif not is_over():
        raise StudioError("Nobody used the code in time. Start again for a new one.")


def pair_with_station(host: str, code: str, port: int, name: str, say: Say) -> None:
    """Exchange keys with the machine of a station.

    Args:
        host: name or address of the machine.
        code: as somebody typed it.
        port: where it listens.
        name: what to call the station here; its own name when empty.
        say: tells what came of it.

    Raises:
        StudioError: it was not paired; the sentence says why.
    """
    require_curve()
    parsed = PairingCode.parse(code)
    require_reachable(host, port)
    with PairingLine(host, port) as line:
        pairing = line.pair(KeyRing(), own_name(), parsed, name)
    station = pairing.station
    again = " It was paired already." if pairing.was_known else ""
    say(f"Paired with “{station.name}”, fingerprint {fingerprint(station.public)}.{again}")
    say(f"The window calls it “Station of {station.name}”: --station {ELSEWHERE}{station.name}")
    if warning := pairing.warning():
        say(warning)


def forget(name: str, say: Say) -> None:
    """Be paired with a machine no more.

    Raises:
        UnknownNameError: there is none of that name.
    """
    KeyRing().forget(name.removeprefix(ELSEWHERE))
    say(f"“{name}” is forgotten on this machine. Forget this one there as well.")


def own_name() -> str:
    """Return what this machine is called, as far as such a name may be used."""
    name = re.sub(r"[^A-Za-z0-9._-]", "-", socket.gethostname()).lstrip("._-")
    return name[:_LONGEST_NAME] or "machine"


def _argument(station: str) -> str:
    stations = Stations(user_data() / STATIONS_FOLDER)
    if station.startswith(ELSEWHERE):
        raise StudioError("That station is on another machine: serve it there.")
    return stations.argument(stations.adopt(station))
