"""Snapshots of the Train panel."""

from dataclasses import dataclass
from enum import StrEnum

from lbm_studio.core.runs import JobStatus


class TrainState(StrEnum):
    """What the panel offers."""

    EMPTY = "empty"
    READY = "ready"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"


@dataclass(frozen=True)
class DatasetChoice:
    """A dataset that can be trained on; ``problem`` says in a sentence why it cannot."""

    path: str
    name: str
    episodes: int
    chosen: bool
    problem: str = ""


@dataclass(frozen=True)
class StartChoice:
    """What training starts from.

    ``checkpoint`` is a folder, or the short name of the policy that ships; empty for from scratch.
    """

    checkpoint: str
    title: str


@dataclass(frozen=True)
class Curve:
    """One measured quantity over training steps.

    Attributes:
        name: e.g. ``"loss"``, ``"localisation_median_cm"``.
        title: what people read, with unit.
        steps: x values.
        values: y values.
    """

    name: str
    title: str
    steps: tuple[float, ...]
    values: tuple[float, ...]


@dataclass(frozen=True)
class RolloutPoint:
    """Success in simulation after some steps, with its exact 95 % interval as fractions."""

    step: float
    successes: int
    trials: int
    low: float
    high: float


@dataclass(frozen=True)
class RunRow:
    """One run in the list.

    Attributes:
        folder: the run folder, identifies it.
        title: e.g. ``"put cube in tray, 30 episodes"``.
        status: where it is in its life.
        sentence: e.g. ``"done: 17 of 20, between 62 and 97 %"``.
        started_unix_s: when it was made [s].
        can_resume: whether it can go on after a stop or a kill.
        has_checkpoint: whether a checkpoint can be used.
    """

    folder: str
    title: str
    status: JobStatus
    sentence: str
    started_unix_s: float
    can_resume: bool
    has_checkpoint: bool


@dataclass(frozen=True)
class TrainView:
    """What the Train panel shows.

    Attributes:
        state: decides what is enabled.
        sentence: what to do next, or what is going on.
        datasets: what can be trained on.
        starts: what can be started from; ``start`` is the checkpoint of one of them.
        start: see ``starts``.
        start_problem: why it is not the one that was wanted, a sentence; empty otherwise.
        minutes: how long the training may take [min].
        estimate_sentence: what will happen when Train is pressed.
        runs: newest first.
        selected: folder of the run that the rest describes; empty when there is none.
        status: its status; None when there is none.
        stage: what it does now.
        progress: 0 to 1.
        remaining_s: time left; None when unknown [s].
        curves: its measured quantities.
        rollouts: success points.
        messages: its messages, newest last.
        failure: why it failed, a sentence; empty otherwise.
        published: whether its checkpoint is in the skill library.
        can_publish: whether it has a checkpoint that could be.
        can_try_out: whether its checkpoint can be tried out in simulation now.
        try_out_sentence: what trying it out showed, or that it is under way; empty before.
    """

    state: TrainState = TrainState.EMPTY
    sentence: str = "There is nothing to train on yet. Record some takes on the panel Teach."
    datasets: tuple[DatasetChoice, ...] = ()
    starts: tuple[StartChoice, ...] = (StartChoice("", "From scratch"),)
    start: str = ""
    start_problem: str = ""
    minutes: float = 15.0
    estimate_sentence: str = ""
    runs: tuple[RunRow, ...] = ()
    selected: str = ""
    status: JobStatus | None = None
    stage: str = ""
    progress: float = 0.0
    remaining_s: float | None = None
    curves: tuple[Curve, ...] = ()
    rollouts: tuple[RolloutPoint, ...] = ()
    messages: tuple[str, ...] = ()
    failure: str = ""
    published: bool = False
    can_publish: bool = False
    can_try_out: bool = False
    try_out_sentence: str = ""
