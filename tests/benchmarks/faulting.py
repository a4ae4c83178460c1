"""Faults of a running station that are really caused, and what became of each."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lbm_studio.app.notices import Notices
from lbm_studio.app.stop_window import StopWindowModel
from lbm_studio.core.action import pose_slice
from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, MonotonicClock, seconds_between
from lbm_studio.core.pose import FloatArray
from lbm_studio.link.bus import FRAMES_TOPIC, Requester, Subscriber
from lbm_studio.link.messages import (
    Accepted,
    Halt,
    LoadPolicy,
    LoadScene,
    Mode,
    Tick,
)
from lbm_studio.link.session import Session
from lbm_studio.station.simulation.embodiments import find_station
from tests.benchmarks.stopping.bench import READY_WITHIN_S, TRIES, Bench
from tests.benchmarks.stopping.robots import Rest, Robots, come_to_rest
from tests.workers.checkpoints import save_raising_policy
from tests.workers.processes import WorkerProcess

SKILL = "put_cube_in_tray"
AT_SPEED_S = 0.5
SAFE_WITHIN_S = 3.0
LONGEST_S = 30.0
SHOWN_WITHIN_S = 5
REPEATS = 3
WINDOW_SILENT = "The window has stopped answering"
STATION_KILLED = "the station did not answer a stop and was killed"
OF_A_BUSY_MACHINE = (WINDOW_SILENT, "loop stood still", "camera pictures are", STATION_KILLED)
AFTERWARDS_TICKS = 8
JUMPING_STATION = (sys.executable, "-m", "tests.workers.jumping_station", "--session")


@dataclass(frozen=True)
class Outcome:
    """What became of one fault.

    Attributes:
        fault: which.
        rest: how the arms came to rest; None where they rightly went on.
        is_latched: whether nothing moves until somebody resets the stop.
        sentence: what the operator sees.
        trouble: what is wrong with that; empty when it ended as it should.
        repeats: how often it was caused before on a machine that was too busy for it.
    """

    fault: str
    rest: Rest | None
    is_latched: bool
    sentence: str
    trouble: str
    repeats: int = 0


class LearnedBench(Bench):
    """A simulated station whose clock can jump, moved by a policy that goes by its cameras.

    Args:
        folder: for everything; its path must be short.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(Session(folder / "s"), JUMPING_STATION)
        self.folder = folder
        self.seed = 0

    def _start_policy(self, stack: ExitStack) -> subprocess.Popen[bytes]:
        self.lay_out()
        with Subscriber(self.session.frame_events, FRAMES_TOPIC) as frames:
            self.cameras = stack.enter_context(WorkerProcess("renderer", self.session))
            goal = self.live.newest_tick().goal
            embodiment = find_station("simulated").embodiment
            self._checkpoint = save_raising_policy(self.folder / "run", embodiment, goal)
            assert frames.receive(READY_WITHIN_S)
        self.goals = [goal, goal]
        self._inference = stack.enter_context(ExitStack())
        return self._started_inference()

    def start_policy_again(self) -> None:
        """Start the process of the policy anew, in the place of the one before."""
        self._inference.close()
        self.policy = self._started_inference()

    def _started_inference(self) -> subprocess.Popen[bytes]:
        worker = self._inference.enter_context(WorkerProcess("inference", self.session))
        with Requester(self.session.inference_commands) as requester:
            request = LoadPolicy(checkpoint=str(self._checkpoint))
            requester.ask_for(Accepted, request, READY_WITHIN_S)
        return worker.process

    def lay_out(self) -> None:
        """Bring everything to rest, the arms home, and a fresh scene before them."""
        self.seed += 1
        scene = LoadScene(skill=SKILL, seed=self.seed)
        for _ in range(TRIES):  # a machine that is too busy for the window stops it in between
            self.release()
            self.live.order(Halt())
            if self.live.ask(scene) == Accepted():
                return
        raise SystemExit("The scene is not laid out.")


class Seen:
    """What the STOP window shows, and how the hands move meanwhile."""

    def __init__(self, bench: Bench) -> None:
        self._live = bench.live
        self._clock = MonotonicClock()
        self._model = StopWindowModel(bench.session.folder, Notices(time.time))
        self._arms = len(find_station("simulated").embodiment.arms)
        self._live.newest_tick()
        self._note(self._live.tick())

    def __enter__(self) -> "Seen":
        return self

    def __exit__(self, *_: object) -> None:
        self._model.close()

    def follow(self, happened_ns: int) -> Rest:
        """Watch until the stop has latched and a little longer; return how the hands came to rest.

        Args:
            happened_ns: when the fault came about [ns].
        """
        path = [self._last]
        tick = self._next()
        while tick.mode is not Mode.STOPPED:
            path.append(self._last)
            if seconds_between(happened_ns, self._clock.now_ns()) > LONGEST_S:
                break
            tick = self._next()
        for _ in range(AFTERWARDS_TICKS):
            path.append(self._last)
            self._next()
        times_s = [seconds_between(happened_ns, arrived_ns) for arrived_ns, _ in path]
        return come_to_rest(times_s, np.stack([hands for _, hands in path]))

    @property
    def sentence(self) -> str:
        """What stands in the STOP window while the stop is latched; empty otherwise."""
        deadline_ns = self._clock.now_ns() + SHOWN_WITHIN_S * NANOSECONDS_PER_SECOND
        while not self._model.view.latched and self._clock.now_ns() < deadline_ns:
            self._next()
            self._model.poll(self._clock.now_ns())
        return self._model.view.reason

    def _next(self) -> Tick:
        tick = self._live.tick()
        self._note(tick)
        return tick

    def _note(self, tick: Tick) -> None:
        hands = [tick.state[pose_slice(arm)][:3] for arm in range(self._arms)]
        self._last: tuple[int, FloatArray] = (self._clock.now_ns(), np.array(hands))


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong.

    Attributes:
        title: in a few words.
        cause: brings it about.
        words: what the operator must be told, a pattern.
        end: undoes it.
    """

    title: str
    cause: Callable[[LearnedBench], object]
    words: str
    end: Callable[[LearnedBench], object] = lambda bench: None

    def run(self, bench: LearnedBench) -> Outcome:
        """Cause it in mid motion, and return what became of it."""
        return undisturbed(bench, self.title, lambda: self._run(bench))

    def _run(self, bench: LearnedBench) -> Outcome:
        bench.lay_out()
        bench.move(AT_SPEED_S)
        with Seen(bench) as seen:
            happened_ns = MonotonicClock().now_ns()
            self.cause(bench)
            rest = seen.follow(happened_ns)
            sentence, is_latched = seen.sentence, bench.is_latched()
        self.end(bench)
        return judged(self.title, rest, sentence, self.words, is_latched=is_latched)


@dataclass(frozen=True)
class RobotFault:
    """Something that goes wrong with the right one of two arms that are driven as real ones are.

    Attributes:
        title: in a few words.
        do: what its controller does.
        words: what the operator must be told, a pattern.
        flags: of a reflex.
        undo: what its controller does afterwards.
    """

    title: str
    do: str
    words: str
    flags: tuple[str, ...] = ()
    undo: str = "release"

    def run(self, bench: Bench, robots: Robots) -> Outcome:
        """Cause it in mid motion, and return what became of it."""
        return undisturbed(bench, self.title, lambda: self._run(bench, robots))

    def _run(self, bench: Bench, robots: Robots) -> Outcome:
        bench.move(AT_SPEED_S)
        with Seen(bench) as seen:
            robots.watch()
            happened_ns = MonotonicClock().now_ns()
            robots.order("right", self.do, self.flags)
            rest = robots.rest_since(happened_ns)
            sentence, is_latched = seen.sentence, bench.is_latched()
        robots.order("right", self.undo)
        bench.start_station()
        return judged(self.title, rest, sentence, self.words, is_latched=is_latched)


def judged(fault: str, rest: Rest, sentence: str, words: str, *, is_latched: bool) -> Outcome:
    """Return the outcome of a fault upon which the arms must stand still."""
    troubles = {
        "the arms moved on for too long": rest.after_ms > 1e3 * SAFE_WITHIN_S,
        "nothing latched": not is_latched,
        "it is not explained": re.search(words, sentence) is None,
    }
    trouble = ", ".join(words for words, is_so in troubles.items() if is_so)
    return Outcome(fault, rest, is_latched, sentence, trouble)


def undisturbed(bench: Bench, fault: str, run: Callable[[], Outcome]) -> Outcome:
    """Return what became of a fault, once the machine was not too busy for anything else."""
    outcome = _outcome_of(bench, fault, run)
    for repeats in range(1, REPEATS + 1):
        seen = outcome.sentence + outcome.trouble
        if not outcome.trouble or not any(words in seen for words in OF_A_BUSY_MACHINE):
            break
        outcome = replace(_outcome_of(bench, fault, run), repeats=repeats)
    return outcome


def _outcome_of(bench: Bench, fault: str, run: Callable[[], Outcome]) -> Outcome:
    try:
        return run()
    except AssertionError:
        if bench.live.process.poll() is None:
            raise
    bench.start_station()
    return Outcome(fault, None, is_latched=False, sentence="", trouble=STATION_KILLED)


def _signal_station(number: signal.Signals) -> Callable[[LearnedBench], object]:
    return lambda bench: os.kill(bench.live.process.pid, number)


def _hang_window(bench: LearnedBench) -> None:
    bench.window.say("c 3.0")
    assert bench.window.hear(READY_WITHIN_S) == "frozen"


FAULTS = (
    Fault(
        "window hung",
        _hang_window,
        WINDOW_SILENT,
        lambda bench: bench.window.hear(READY_WITHIN_S),
    ),
    Fault(
        "cameras frozen",
        lambda bench: os.kill(bench.cameras.process.pid, signal.SIGSTOP),
        "camera pictures are [0-9.]+ s old",
        lambda bench: os.kill(bench.cameras.process.pid, signal.SIGCONT),
    ),
    Fault("clock jumps ahead", _signal_station(signal.SIGUSR1), "its clock jumped, by"),
    Fault("clock jumps back", _signal_station(signal.SIGUSR2), "the station fell silent"),
    Fault(
        "policy hung",
        lambda bench: os.kill(bench.policy.pid, signal.SIGSTOP),
        "The policy has stopped answering",
        lambda bench: os.kill(bench.policy.pid, signal.SIGCONT),
    ),
    Fault(
        "policy dead",
        lambda bench: bench.policy.kill(),
        "The policy has stopped answering",
        LearnedBench.start_policy_again,
    ),
)
"""Those of a simulated station."""

ROBOT_FAULTS = (
    RobotFault(
        "reflex of one arm", "reflex", "right arm stopped by its own reflex: .+", ("joint_reflex",)
    ),
    RobotFault("hardware stop pressed", "press", "hardware stop of the right arm is pressed"),
    RobotFault(
        "network cut",
        "mute",
        "right arm (at|has sent nothing)|The connection to the right arm",
        undo="speak",
    ),
)
"""Those of arms that are driven as real ones are."""
