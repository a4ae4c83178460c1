"""Snapshots of the Review panel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray


class ReviewState(StrEnum):
    """What the panel is doing."""

    EMPTY = "empty"
    CHOOSING = "choosing"
    LOADING = "loading"
    READY = "ready"
    PLAYING = "playing"
    REPLAYING = "replaying"


class Result(StrEnum):
    """What is said about an episode."""

    SUCCESS = "success"
    FAILURE = "failure"
    UNJUDGED = "not judged"


@dataclass(frozen=True)
class DatasetRow:
    """A dataset that can be opened.

    Attributes:
        path: its folder.
        name: what people read.
        episodes: how many it holds, deleted ones not counted.
        problem: why it cannot be read, a sentence; empty when it can.
    """

    path: str
    name: str
    episodes: int
    problem: str = ""


@dataclass(frozen=True)
class EpisodeRow:
    """One row of the table, with the edits applied.

    Attributes:
        index: position in the dataset.
        uuid: identity.
        goal: prompt.
        result: what is said about it.
        frames: length.
        duration_s: length [s].
        source: who moved the arms.
        findings: what is odd about it, one short sentence each.
        deleted: left out of training; can be restored.
        edited: whether something was changed after the recording.
    """

    index: int
    uuid: str
    goal: str
    result: Result
    frames: int
    duration_s: float
    source: str
    findings: tuple[str, ...] = ()
    deleted: bool = False
    edited: bool = False


@dataclass(frozen=True)
class EditRow:
    """One entry of the list of edits, e.g. ``"episode 3: marked as failure"``."""

    number: int
    text: str
    unix_time_s: float


@dataclass(frozen=True, eq=False)
class Curves:
    """The numbers of one episode.

    Attributes:
        names: one a column, with unit, e.g. ``"right.x_m"``.
        arms: the arm of each column.
        times_s: (T,) from the start [s].
        states: (T, A) measured.
        actions: (T, A) commanded.
    """

    names: tuple[str, ...]
    arms: tuple[str, ...]
    times_s: NDArray[np.float64]
    states: NDArray[np.float32]
    actions: NDArray[np.float32]


def _no_frames() -> Mapping[str, NDArray[np.uint8]]:
    return MappingProxyType({})


@dataclass(frozen=True)
class ReviewView:
    """What the Review panel shows.

    Attributes:
        state: decides what is enabled.
        sentence: what to do next, or what is going on.
        datasets: all that were found.
        dataset: path of the open one; empty when none is.
        rows: its episodes.
        selected: index of the selected episode; -1 when none is.
        position: frame under the scrubber.
        length: frames of the selected episode.
        rate_hz: frames a second.
        frames: (H, W, 3) uint8 RGB by camera at ``shown_position``.
    frames: Mapping[str, NDArray[np.uint8]] = field(default_factory=_no_frames, compare=False)
        curves: of the selected episode.
        edits: of the open dataset, newest last.
        can_undo: whether there is an edit to undo.
        replay_sentence: what the last replay on the simulated station showed; empty before.
    """

    state: ReviewState = ReviewState.EMPTY
    sentence: str = "There are no recordings yet. Record some on the panel Teach."
    datasets: tuple[DatasetRow, ...] = ()
    dataset: str = ""
    rows: tuple[EpisodeRow, ...] = ()
    selected: int = -1
    position: int = 0
    length: int = 0
    rate_hz: float = 0.0
    frames: Mapping[str, NDArray[np.uint8]] = field(
        default_factory=lambda: MappingProxyType({}), compare=False
    )
    shown_position: int = -1
    curves: Curves | None = None
    edits: tuple[EditRow, ...] = ()
    can_undo: bool = False
    replay_sentence: str = ""
