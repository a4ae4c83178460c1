"""The safety envelope of a station: every limit of its card, applied to one action at a time.

Most limits change an action: what is sent is the nearest that is allowed, together with the names
of the limits that acted, so that a person can see why an arm does not go where it was sent. Others
stop the station. :data:`lbm_studio.core.safety.REACTIONS` says which does what.
"""

from dataclasses import dataclass

from lbm_studio.core.action import Action
from lbm_studio.core.embodiment import SafetyCard, StationDescription
from lbm_studio.core.observation import StationState
from lbm_studio.station.safety.bodies import BodyLimits
from lbm_studio.station.safety.hands import HandLimits
from lbm_studio.station.safety.watch import SafetyWatch


@dataclass(frozen=True)
class Clamped:
    """What may be sent.

    Attributes:
        action: the nearest allowed action.
        limits: what changed it, e.g. ``"right: linear speed"``; empty when the action was allowed
            as it was.
    """

    action: Action
    limits: tuple[str, ...]


class SafetyEnvelope:
    """The safety card of a station, ready to be applied.

    Args:
        description: its safety card, arms and grippers are used.

    Attributes:
        card: the limits in force.
        watch: says when the station must stop.
    """

    def __init__(self, description: StationDescription) -> None:
        self.card: SafetyCard = description.safety
        self.watch = SafetyWatch(description.safety)
        self._hands = HandLimits(description)
        self._bodies = BodyLimits(description)

    def clamp(
        self, action: Action, previous: Action, period_s: float, state: StationState
    ) -> Clamped:
        """Return the nearest action that may follow ``previous`` after ``period_s``.

        Args:
            action: what is asked for. An arm it does not name stays where it was sent last.
            previous: what was sent last, or what was measured before anything was sent.
            period_s: time between the two [s].
            state: how the arms stand now.
        """
        targets, limits = self._hands.clamp(action, previous, period_s)
        targets, shortened = self._bodies.shorten(targets, previous, period_s, state)
        return Clamped(Action(targets), tuple(dict.fromkeys((*limits, *shortened))))
