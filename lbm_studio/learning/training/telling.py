"""What a training run says of itself while it runs: how far it is, and how well it learns."""

import time
from collections.abc import Mapping

import numpy as np

from lbm_studio.core.runs import EventKind, EventLog
from lbm_studio.learning.training.learner import Learner

PROGRESS_EVERY_S = 2.0
STAGE_EVERY_S = 1.0


class StageProgress:
    """Tells how far a stage is, once a second."""

    def __init__(self, events: EventLog, stage: str) -> None:
        self._events = events
        self._stage = stage
        self._told_s = 0.0

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self._told_s > STAGE_EVERY_S or done == total:
            self._told_s = time.monotonic()
            self._events.emit(EventKind.PROGRESS, stage=self._stage, done=done, total=total)


class Teller:
    """Gathers the losses of the steps and tells of them from time to time.

    Args:
        events: where it tells.
        learner: of whom.
        report_every_s: seconds between two reports [s].
    """

    def __init__(self, events: EventLog, learner: Learner, report_every_s: float) -> None:
        self._events = events
        self._learner = learner
        self._report_every_s = report_every_s
        self._losses: list[dict[str, float]] = []
        self._told_s = 0.0
        self._reported_s = time.monotonic()
        self._before = (learner.seconds, learner.waited_s)

    @property
    def is_report_due(self) -> bool:
        """Whether a report is due."""
        return time.monotonic() - self._reported_s > self._report_every_s

    def tell(self, losses: dict[str, float], progress: float) -> None:
        """Take in the losses of a step, and tell how far the run is, every few seconds."""
        self._losses.append(losses)
        now_s, progress = time.monotonic(), min(1.0, progress)
        if now_s - self._told_s < PROGRESS_EVERY_S and progress < 1.0:
            return
        self._told_s = now_s
        learner = self._learner
        self._events.emit(
            EventKind.PROGRESS,
            stage="training",
            done=learner.step,
            total=round(learner.step / max(progress, 1e-9)),
            remaining_s=learner.seconds * (1 / max(progress, 1e-9) - 1),
        )

    def report(self, measured: Mapping[str, float]) -> None:
        """Tell the mean losses and the waiting since the last report, and what was measured."""
        losses, self._losses = self._losses, []
        means = {k: float(np.mean([one[k] for one in losses])) for k in losses[0]} if losses else {}
        step = self._learner.step
        told = {**means, **self._waiting(), **measured}
        self._events.emit(EventKind.METRICS, step=step, **told)
        self._reported_s = time.monotonic()

    def _waiting(self) -> dict[str, float]:
        """Return the share of the time in which the learner waited for data."""
        seconds, waited_s = self._learner.seconds, self._learner.waited_s
        spent_s, idle_s = seconds - self._before[0], waited_s - self._before[1]
        self._before = (seconds, waited_s)
        return {"waiting_share": idle_s / spent_s} if spent_s > 0 else {}
