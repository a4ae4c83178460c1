"""How the other live processes learn from the station process what the station is."""

import json
from collections.abc import Callable

from lbm_studio.core.codec import from_json
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError
from lbm_studio.link.bus import Requester
from lbm_studio.link.messages import Describe, Description
from lbm_studio.link.session import Session

_TIMEOUT_S = 2.0


def ask_description(session: Session, timeout_s: float = _TIMEOUT_S) -> StationDescription:
    """Return what the station process says about itself.

    Raises:
        StationError: it does not answer.
    """
    with Requester(session.station_commands) as requester:
        answer = requester.ask_for(Description, Describe(), timeout_s)
    return from_json(StationDescription, json.loads(answer.station), where="station")


def await_description(
    session: Session, is_over: Callable[[], bool], interval_s: float = 0.2
) -> StationDescription | None:
    """Return what the station says about itself as soon as it does; None when over before."""
    while not is_over():
        try:
            return ask_description(session, interval_s)
        except StationError:
            continue  # it is only starting: ask again
    return None
