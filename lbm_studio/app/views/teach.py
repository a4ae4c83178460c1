"""Snapshots of the Teach panel."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from lbm_studio.app.notices import Level
from lbm_studio.core.cues import Cue


class TeachState(StrEnum):
    """Where the teaching of a skill is."""

    OFFLINE = "offline"
    NEEDS_GOAL = "needs goal"
    READY = "ready"
    COUNTING = "counting"
    STARTING = "starting"
    RECORDING = "recording"
    DECIDING = "deciding"
    SAVING = "saving"


GOAL_FREE = (TeachState.NEEDS_GOAL, TeachState.READY, TeachState.OFFLINE)
"""The goal can be changed: no take is under way."""


class MotionSource(StrEnum):
    """Who moves the arms while a take is recorded."""

    COLLEAGUE = "colleague"
    KEYBOARD = "keyboard"
    GAMEPAD = "gamepad"
    SPACEMOUSE = "spacemouse"
    PHONE = "phone"


@dataclass(frozen=True)
class SourceChoice:
    """Somebody or something that can move the arms; ``title`` is what people read."""

    source: MotionSource
    title: str


SOURCES = (
    SourceChoice(MotionSource.COLLEAGUE, "Colleague, by itself"),
    SourceChoice(MotionSource.KEYBOARD, "I, with the keys"),
    SourceChoice(MotionSource.GAMEPAD, "I, with the gamepad"),
    SourceChoice(MotionSource.SPACEMOUSE, "I, with the SpaceMouse"),
    SourceChoice(MotionSource.PHONE, "I, with the phone"),
)


@dataclass(frozen=True)
class SceneChoice:
    """A scene of the simulated station that can be laid out.

    Attributes:
        name: name of the skill.
        title: what people read.
    """

    name: str
    title: str


@dataclass(frozen=True)
class VerdictLine:
    """One line of the verdict of a take, e.g. GOOD, "The goal was reached."."""

    level: Level
    text: str


@dataclass(frozen=True)
class Take:
    """One kept take on the film strip.

    Attributes:
        number: its episode index in the dataset.
        title: e.g. ``"take 12"``.
        duration_s: how long it is [s].
        success: whether the goal was reached; None when nobody judged it.
        deleted: taken back with Undo last.
        thumbnail: (H, W, 3) uint8 RGB of its end; None when there is none.
    """

    number: int
    title: str
    duration_s: float
    success: bool | None
    deleted: bool = False
    thumbnail: NDArray[np.uint8] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class TeachView:
    """What the Teach panel shows.

    Attributes:
        state: decides which buttons are enabled and which one is filled.
        sentence: what to do next, in one sentence.
        goal: the prompt that the next take is recorded under.
        is_goal_spoken: whether another one is being spoken, or waits to be confirmed or dropped.
        dataset: name of the dataset the takes go to.
        scenes: scenes of the simulated station; empty on hardware.
        scene: name of the chosen scene; empty when none is chosen.
        seed: seed of the layout on the table; -1 when there is none.
        source: who moves the arms.
        sources: what ``source`` may be.
        kept: takes kept in the dataset, deleted ones not counted.
        wanted: how many are wanted.
        advice: how many are advisable, as runs of before tell it, a sentence.
        countdown: seconds until the take begins; 0 while nothing is counted [s].
        cue: what was said last with a sound; None before anything was.
        elapsed_s: length of the running take, rounded to 0.1 s [s].
        dropped_ticks: dropped in the last take.
        verdict: of the take that is to be kept or discarded, or else of the last one.
        is_doubtful: whether the take had better be shown again.
        takes: the last five, newest last.
        is_series: whether the colleague records the rest by itself.
        can_undo: whether the last take can be taken back.
        arm: the arm that the keyboard moves.
        key_help: what the keys do, as (keys, meaning); empty unless the source is the keyboard.
    """

    state: TeachState = TeachState.OFFLINE
    sentence: str = "Connect a station first."
    goal: str = ""
    is_goal_spoken: bool = False
    dataset: str = ""
    scenes: tuple[SceneChoice, ...] = ()
    scene: str = ""
    seed: int = -1
    source: MotionSource = MotionSource.COLLEAGUE
    sources: tuple[SourceChoice, ...] = SOURCES
    kept: int = 0
    wanted: int = 30
    advice: str = ""
    countdown: int = 0
    cue: Cue | None = None
    elapsed_s: float = 0.0
    dropped_ticks: int = 0
    verdict: tuple[VerdictLine, ...] = ()
    is_doubtful: bool = False
    takes: tuple[Take, ...] = ()
    is_series: bool = False
    can_undo: bool = False
    arm: str = ""
    key_help: tuple[tuple[str, str], ...] = ()
