"""Snapshots of the Station panel."""

from dataclasses import dataclass
from enum import StrEnum

from lbm_studio.app.notices import Level
from lbm_studio.app.views.safety import LimitRow


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
        is_file: whether it can be edited, renamed and deleted.
        is_real: whether its arms are real.
        trouble: why it cannot be connected, a sentence; empty when it can.
    """

    name: str
    title: str
    description: str
    is_file: bool = False
    is_real: bool = False
    trouble: str = ""


class StepState(StrEnum):
    """How far one step of connecting is."""

    AHEAD = "ahead"
    UNDER_WAY = "under way"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Step:
    """One step of connecting, in a sentence that tells how far it is."""

    sentence: str
    state: StepState


@dataclass(frozen=True)
class HealthRow:
    """One line of the health list: word first, then the sentence.

    Attributes:
        subject: e.g. ``"Right arm"``, ``"Cameras"``, ``"Loop"``, ``"Stop"``, ``"Inference"``.
        level: how it is shown.
        sentence: what is the matter, and what to do about it.
        restart: name of the process the row offers to restart; empty when it offers nothing.
        can_recover: whether the row offers to recover an arm that does not obey any more.
    """

    subject: str
    level: Level
    sentence: str
    restart: str = ""
    can_recover: bool = False


@dataclass(frozen=True)
class StationView:
    """What the Station panel shows.

    Attributes:
        state: decides which buttons are enabled.
        choices: the stations; ``chosen`` is the name of one of them.
        chosen: see ``choices``.
        steps: of connecting, in their order; empty unless it is under way or failed.
        progress: how far connecting has come, 0 to 1.
        progress_sentence: what is being done, or why it failed.
        health: empty while disconnected.
        stop_test_sentence: result of the last self-test of the stop; empty before.
        stop_test_level: how it is shown.
        hardware_stop: the state of the hardware stop, a sentence.
        can_test_stop: whether the self-test may be started now.
        log_folder: where the logs of the processes are.
        limits: the safety card; empty while disconnected.
        limits_sentence: how many steps they slowed; empty before anything moved.
        undo_sentence: which change to a station can be undone; empty when none can.
    """

    state: StationPanelState
    choices: tuple[StationChoice, ...]
    chosen: str
    steps: tuple[Step, ...] = ()
    progress: float = 0.0
    progress_sentence: str = ""
    health: tuple[HealthRow, ...] = ()
    stop_test_sentence: str = ""
    stop_test_level: Level = Level.QUIET
    hardware_stop: str = ""
    can_test_stop: bool = False
    log_folder: str = ""
    limits: tuple[LimitRow, ...] = ()
    limits_sentence: str = ""
    undo_sentence: str = ""

    @property
    def choice(self) -> StationChoice:
        """The station that is chosen."""
        return next(c for c in self.choices if c.name == self.chosen)
