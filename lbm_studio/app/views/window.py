"""Snapshots of the frame around the panels: title bar, status bar, notices, stop."""

from dataclasses import dataclass
from enum import StrEnum

from lbm_studio.app.notices import Level, Notice


class PanelName(StrEnum):
    """The panels, in the order of the navigation."""

    STATION = "station"
    TEACH = "teach"
    REVIEW = "review"
    TRAIN = "train"
    RUN = "run"


@dataclass(frozen=True)
class StatusPart:
    """One part of the status bar: ``text`` such as ``"arms: holding"`` and how it is shown."""

    text: str
    level: Level = Level.QUIET


@dataclass(frozen=True)
class StopView:
    """What the STOP button shows. It is never disabled.

    Attributes:
        latched: whether nothing may move until a reset.
        reason: why, a sentence; empty while not latched.
        can_reset: whether press-and-hold on Reset does anything.
        hold_fraction: how much of the hold has passed, 0 to 1.
        reachable: whether a station listens for the stop now.
        report: what became of a press that was not simply obeyed, a sentence; empty otherwise.
        hardware_stop: the state of the hardware stop, in a word or two; empty when not known.
    """

    latched: bool = False
    reason: str = ""
    can_reset: bool = False
    hold_fraction: float = 0.0
    reachable: bool = False
    report: str = ""
    hardware_stop: str = ""


@dataclass(frozen=True)
class WindowView:
    """What the frame shows.

    Attributes:
        panel: the panel in front.
        station: e.g. ``"Simulated station, ready"``.
        station_level: how it is shown.
        goal: the prompt in force.
        arms: what the arms do.
        loop: rate and lateness.
        cameras: how many are live.
        disk: room left.
        training: progress of the running job; empty text when there is none.
        notices: newest last.
        stop: the STOP button.
        hardware_stop: the state of the hardware stop, in a word or two; empty without a station.
    """

    panel: PanelName = PanelName.STATION
    station: str = "no station"
    station_level: Level = Level.QUIET
    goal: str = ""
    arms: StatusPart = StatusPart("arms: not connected")
    loop: StatusPart = StatusPart("loop: off")
    cameras: StatusPart = StatusPart("cameras: off")
    disk: StatusPart = StatusPart("")
    training: StatusPart = StatusPart("")
    notices: tuple[Notice, ...] = ()
    stop: StopView = StopView()
    hardware_stop: str = ""
