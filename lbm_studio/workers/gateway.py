"""The gateway process: one of the two ends of a link between a workstation and its station.

With ``--host`` it lets a paired workstation in to the station of its session. With ``--station`` it
stands in a session where the station process would, and brings the pictures there as well.
"""

import argparse
import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from lbm_studio.core.errors import StudioError
from lbm_studio.core.network import STATION_PORT
from lbm_studio.link.remote.key_exchange import require_reachable
from lbm_studio.link.remote.keys import KeyRing
from lbm_studio.link.remote.picture_line import PictureLine
from lbm_studio.link.remote.station_end import StationEnd
from lbm_studio.link.remote.window_end import WindowEnd
from lbm_studio.link.session import Session
from lbm_studio.workers.introduction import await_description
from lbm_studio.workers.lifetime import Lifetime

GATEWAY = "gateway"

_PRIORITY = -10  # as the station's: what stops the arms passes here

_LOG = logging.getLogger(__name__)


def serve_station(session: Session, keys: KeyRing, host: str, port: int) -> None:
    """Let a paired workstation in until the process is asked to end.

    Raises:
        StudioError: nothing can be served there.
    """
    with Lifetime(session, GATEWAY) as lifetime:
        end = StationEnd(session, keys, host, port)
        _LOG.info("The station is served at %s, port %d.", host, end.port)
        try:
            end.serve(lifetime.is_over)
        finally:
            end.close()


def stand_in(session: Session, keys: KeyRing, name: str) -> None:
    """Stand in for the station process of another machine until the process is asked to end.

    Raises:
        StudioError: the other machine is not paired, not there, or does not let this one in.
    """
    station, own = keys.station(name), keys.own()
    require_reachable(station.host, station.port)
    with Lifetime(session, GATEWAY) as lifetime:
        end = WindowEnd(session, station, own)
        pictures = PictureLine(session, station, own, run=end.run, bridge=end.bridge)
        bringing = threading.Thread(
            target=_bring_pictures, args=(pictures, session, lifetime.is_over), name="pictures"
        )
        bringing.start()
        try:
            end.serve(lifetime.is_over)
        finally:
            lifetime.end()
            bringing.join()
            end.close()


def _bring_pictures(pictures: PictureLine, session: Session, is_over: Callable[[], bool]) -> None:
    """Bring pictures of the cameras that the station has; it may be another one after a while."""
    while not is_over():
        description = await_description(session, is_over)
        if description is not None:
            try:
                pictures.serve(description.embodiment.cameras, is_over)
            except StudioError as error:
                _LOG.warning("%s The station is asked anew what it is.", error)


def main(arguments: list[str]) -> int:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(prog="lbm-studio worker gateway", description=__doc__)
    parser.add_argument("--session", type=Path, required=True, metavar="DIR")
    end = parser.add_mutually_exclusive_group(required=True)
    end.add_argument("--host", help="where to let workstations in")
    end.add_argument("--station", metavar="NAME", help="the paired station to stand in for")
    help_ = "with --host; default: %(default)s"
    parser.add_argument("--port", type=int, default=STATION_PORT, help=help_)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO)
    with suppress(PermissionError):  # helps on a busy machine, where it is allowed
        os.setpriority(os.PRIO_PROCESS, 0, _PRIORITY)
    session, keys = Session(options.session), KeyRing()
    if options.station:
        stand_in(session, keys, options.station)
    else:
        serve_station(session, keys, options.host, options.port)
    return 0
