"""What makes it hard to stop: frozen windows, a starved policy, cameras that are gone."""

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import numpy as np
import psutil

from lbm_studio.link.bus import FRAMES_TOPIC, Subscriber
from lbm_studio.link.frames import remove_stale_rings
from tests.benchmarks.stopping.bench import FREEZE_S, READY_WITHIN_S, Bench
from tests.workers.processes import WorkerProcess

PRESSES_A_CAMERA = 25
LEAST_NICE, MOST_NICE = 0, 19


class Idle:
    """Nothing is the matter."""

    def begin(self, bench: Bench) -> ExitStack:
        self.bench = bench
        return ExitStack()

    def prepare(self) -> None:
        """Nothing."""

    def provoke(self) -> None:
        """Nothing."""

    def is_over(self) -> None:
        """At once."""


class FrozenWindow(Idle):
    """The window computes without a pause.

    Args:
        kind: ``"python"``, a loop, or ``"c"``, one call that keeps the interpreter's lock.
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def provoke(self) -> None:
        self.bench.window.say(f"{self._kind} {FREEZE_S}")
        assert self.bench.window.hear(READY_WITHIN_S) == "frozen"

    def is_over(self) -> None:
        assert self.bench.window.hear(READY_WITHIN_S) == "free"


class Starved(Idle):
    """Every core computes something else, and the policy has to give way to that."""

    def begin(self, bench: Bench) -> ExitStack:
        with ExitStack() as stack:
            policy = psutil.Process(bench.policy.pid)
            # Where a process may not be hurried on again it stays as it is: it ends with its row.
            stack.enter_context(suppress(psutil.AccessDenied))
            stack.callback(policy.nice, LEAST_NICE)
            policy.nice(MOST_NICE)
            stack.enter_context(busy_machine(os.cpu_count() or 1))
            return stack.pop_all()


class CameraGone(Idle):
    """The process that brings all pictures was killed, just now or a few presses ago."""

    def begin(self, bench: Bench) -> ExitStack:
        super().begin(bench)
        self._cameras: WorkerProcess | None = None
        self._left = 0
        stack = ExitStack()
        stack.callback(self.provoke)
        return stack

    def prepare(self) -> None:
        if self._left == 0:
            self._left = PRESSES_A_CAMERA
            with Subscriber(self.bench.session.frame_events, FRAMES_TOPIC) as frames:
                self._cameras = WorkerProcess("renderer", self.bench.session)
                assert frames.receive(READY_WITHIN_S)
        self._left -= 1

    def provoke(self) -> None:
        cameras, self._cameras = self._cameras, None
        if cameras is not None:
            cameras.kill()
            remove_stale_rings()


@contextmanager
def busy_machine(processes: int) -> Iterator[None]:
    """Keep some processor cores busy meanwhile."""
    context = multiprocessing.get_context("spawn")
    hogs = [context.Process(target=_hog, daemon=True) for _ in range(processes)]
    for hog in hogs:
        hog.start()
    try:
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.join()


def _hog() -> None:
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))  # however the benchmark is run
    while True:
        np.linalg.svd(np.ones((64, 64)))
