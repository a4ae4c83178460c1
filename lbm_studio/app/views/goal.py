"""Snapshots of a goal that is spoken or typed."""

from dataclasses import dataclass
from enum import StrEnum

from lbm_studio.app.notices import Level
from lbm_studio.core.sound import SILENCE_DBFS


class SpokenGoalState(StrEnum):
    """How far a spoken goal is. Only what a person confirms counts."""

    IDLE = "idle"
    STARTING = "starting"
    LISTENING = "listening"
    RECOGNISING = "recognising"
    OFFERED = "offered"
    CANCELLED = "cancelled"
    FAILED = "failed"


UNDER_WAY = (
    SpokenGoalState.STARTING,
    SpokenGoalState.LISTENING,
    SpokenGoalState.RECOGNISING,
    SpokenGoalState.OFFERED,
)
"""Something is to be finished or dropped."""

GOAL_SPOKEN = "Confirm or drop the spoken goal first."
"""Why nothing begins meanwhile: it would be towards another goal than the one that is shown."""


@dataclass(frozen=True)
class SpokenGoalView:
    """What a field for a goal shows beside the goal itself.

    Attributes:
        state: how far a spoken goal is.
        sentence: what to do next, or what went wrong; empty when there is nothing to say.
        level: how the sentence is shown.
        loudness_dbfs: of the last moment while it listens, in whole steps [dBFS].
        transcript: what was heard, to be corrected and confirmed; only while it is offered.
        suggestions: goals that were asked for, taught or recorded before.
    """

    state: SpokenGoalState = SpokenGoalState.IDLE
    sentence: str = ""
    level: Level = Level.QUIET
    loudness_dbfs: float = SILENCE_DBFS
    transcript: str = ""
    suggestions: tuple[str, ...] = ()
