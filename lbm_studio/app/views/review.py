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
    PARTIAL = "partial"
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
    """One row of the table, with the edits applied: a recording, or a part of one.

    Attributes:
        index: its number among all rows; it changes when a recording before it is split.
        uuid: identity.
        goal: prompt.
        result: what is said about it.
        frames: length of what is kept.
        duration_s: length of what is kept [s].
        source: who moved the arms.
        findings: what is odd about it, one short sentence each.
        deleted: left out of training; can be restored.
        edited: whether something was changed after the recording.
        title: how people call it, e.g. ``"3"``, or ``"3.2"`` for the second part of a recording.
        recording: position of the recording in the dataset.
        paraphrases: other ways to ask for it.
        tags: words to find it by.
        note: whatever there is to say.
        milestones: how far it came, e.g. ``"1 of 3"``; empty where nobody counted.
        reached: the same in numbers: milestones reached, and all there are.
        is_trimmed: whether a trim cuts something off.
        is_part: whether the recording was split.
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
    title: str = ""
    recording: int = -1
    paraphrases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    note: str = ""
    milestones: str = ""
    reached: tuple[int, int] | None = None
    is_trimmed: bool = False
    is_part: bool = False


class RowOrder(StrEnum):
    """What the rows of the table are sorted by."""

    NUMBER = "number"
    GOAL = "goal"
    RESULT = "result"
    LENGTH = "length"
    FINDINGS = "findings"


@dataclass(frozen=True)
class RowFilter:
    """Which rows are shown.

    Attributes:
        text: in the goal, a paraphrase, a tag or the note; in any case.
        result: of the rows; None shows all.
        hides_deleted: whether deleted ones are left out.
        only_findings: whether only rows are shown that are odd in some way.
    """

    text: str = ""
    result: Result | None = None
    hides_deleted: bool = False
    only_findings: bool = False


@dataclass(frozen=True)
class PhaseRow:
    """A named part of the selected episode, in positions of the scrubber, both ends included."""

    name: str
    first: int
    last: int


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
        forces: (T,) how hard each hand is pushed [N], by arm; empty where nobody measured it.
    """

    names: tuple[str, ...]
    arms: tuple[str, ...]
    times_s: NDArray[np.float64]
    states: NDArray[np.float32]
    actions: NDArray[np.float32]
    forces: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class PlotLine:
    """One line of a plot.

    Attributes:
        arm: whose it is; empty where nobody knows.
        times_s: (T,) from the start of the episode [s].
        values: (T,) in the unit of the plot.
        is_command: whether it was commanded rather than measured.
    """

    arm: str
    times_s: NDArray[np.float64]
    values: NDArray[np.floating]
    is_command: bool = False


@dataclass(frozen=True, eq=False)
class Plot:
    """What can be plotted of an episode, e.g. the height of the grippers.

    Attributes:
        key: names it, e.g. ``"z_m"``.
        title: what people read, with unit.
        lines: of all arms.
    """

    key: str
    title: str
    lines: tuple[PlotLine, ...]


@dataclass(frozen=True)
class ExportView:
    """What can be written for other programs.

    Attributes:
        folder: where to, as proposed.
        is_running: whether episodes are being written.
        sentence: what is going on, or what came of it; empty before.
    """

    folder: str = ""
    is_running: bool = False
    sentence: str = ""


@dataclass(frozen=True)
class ReviewView:
    """What the Review panel shows.

    Attributes:
        state: decides what is enabled.
        sentence: what to do next, or what is going on.
        datasets: all that were found.
        dataset: path of the open one; empty when none is.
        rows: its episodes, filtered and in order.
        total: how many there are without the filter.
        order: what they are sorted by.
        descending: whether the last comes first.
        filter: which are shown.
        selected: index of the selected episode; -1 when none is.
        row: the selected one, also where the filter hides it; None when none is.
        chosen: indices of all that the next edit is about, the selected one included.
        position: frame under the scrubber.
        length: frames of the selected episode.
        rate_hz: frames a second.
        frames: (H, W, 3) uint8 RGB by camera at ``shown_position``.
        shown_position: which position they belong to; -1 for none.
        curves: of the selected episode.
        plots: what can be plotted of it.
        kept: first and last position that a trim keeps.
        proposal: what would be kept without the idle start; None where it is cut, or is none.
        phases: of the selected episode, in order.
        edits: of the open dataset, newest last.
        can_undo: whether there is an edit to undo.
        redo_text: what would be done again; empty when nothing was undone.
        remarks: one sentence for each edit that cannot be read or applied as it stands.
        replay_sentence: what the last replay on the simulated station showed; empty before.
        speed: of playing, as a multiple of the recorded speed.
        loops: whether playing begins again at the end of what is kept.
        can_merge: whether a part follows that the selected one can be joined with.
        can_compare: whether two episodes are chosen.
        compared: index of the episode that is shown beside the selected one; -1 for none.
        compared_frames: its pictures, at the same position or its last one.
        compared_position: which position they belong to; -1 for none.
        thumbnails: (H, W, 3) uint8 RGB by the name of the episode.
        thumbnail_count: how many there are by now.
        export: what can be written for other programs.
    """

    state: ReviewState = ReviewState.EMPTY
    sentence: str = "There are no recordings yet. Record some on the panel Teach."
    datasets: tuple[DatasetRow, ...] = ()
    dataset: str = ""
    rows: tuple[EpisodeRow, ...] = ()
    total: int = 0
    order: RowOrder = RowOrder.NUMBER
    descending: bool = False
    filter: RowFilter = RowFilter()
    selected: int = -1
    row: EpisodeRow | None = None
    chosen: tuple[int, ...] = ()
    position: int = 0
    length: int = 0
    rate_hz: float = 0.0
    frames: Mapping[str, NDArray[np.uint8]] = field(
        default_factory=lambda: MappingProxyType({}), compare=False
    )
    shown_position: int = -1
    curves: Curves | None = None
    plots: tuple[Plot, ...] = ()
    kept: tuple[int, int] = (0, 0)
    proposal: tuple[int, int] | None = None
    phases: tuple[PhaseRow, ...] = ()
    edits: tuple[EditRow, ...] = ()
    can_undo: bool = False
    redo_text: str = ""
    remarks: tuple[str, ...] = ()
    replay_sentence: str = ""
    speed: float = 1.0
    loops: bool = False
    can_merge: bool = False
    can_compare: bool = False
    compared: int = -1
    compared_frames: Mapping[str, NDArray[np.uint8]] = field(
        default_factory=lambda: MappingProxyType({}), compare=False
    )
    compared_position: int = -1
    thumbnails: Mapping[str, NDArray[np.uint8]] = field(
        default_factory=lambda: MappingProxyType({}), compare=False
    )
    thumbnail_count: int = 0
    export: ExportView = ExportView()
