"""Snapshots of the Station panel."""

from dataclasses import dataclass
from enum import StrEnum

from lbm_studio.app.notices import Level


class StationPanelState(StrEnum):
    """What the panel is doing."""

    DISCONNECTED = "disconnected"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    FAILED = "failed"


@dataclass(frozen=True)
class StationChoice:
    """A station that can be chosen.

    Attributes:
        name: e.g. ``"simulated"``.
        title: e.g. ``"Simulated station"``.
        description: one sentence.
    """

    name: str
    title: str
    description: str


@dataclass(frozen=True)
class HealthRow:
    """One line of the health list: word first, then the sentence.

    Attributes:
        subject: e.g. ``"Right arm"``, ``"Cameras"``, ``"Loop"``, ``"Stop"``, ``"Inference"``.
        level: how it is shown.
        sentence: what is the matter, and what to do about it.
        restart: name of the process the row offers to restart; empty when it offers nothing.
    """

    subject: str
    level: Level
    sentence: str
    restart: str = ""


@dataclass(frozen=True)
class StationView:
    """What the Station panel shows.

    Attributes:
        state: decides which buttons are enabled.
        choices: the stations; ``chosen`` is the name of one of them.
        chosen: see ``choices``.
        progress: how far connecting has come, 0 to 1.
        progress_sentence: what is being done, or why it failed.
        health: empty while disconnected.
        stop_test_sentence: result of the last self-test of the stop; empty before.
        can_test_stop: whether the self-test may be started now.
        log_folder: where the logs of the processes are.
    """

    state: StationPanelState
    choices: tuple[StationChoice, ...]
    chosen: str
    progress: float = 0.0
    progress_sentence: str = ""
    health: tuple[HealthRow, ...] = ()
    stop_test_sentence: str = ""
    can_test_stop: bool = False
    log_folder: str = ""
