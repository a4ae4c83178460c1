"""A real station that is stopped again and again, as somebody at the STOP window would."""

import os
import random
import select
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Protocol, Self

from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, MonotonicClock
from lbm_studio.core.errors import StationError
from lbm_studio.link.messages import Accepted, Message, Refused, ResetStop, Resume, StartPolicy
from lbm_studio.link.session import Session
from lbm_studio.link.stop import StopOutcome
from tests.benchmarks.stopping.willing_policy import DOWN, UP
from tests.workers.live_station import LiveStation

READY_WITHIN_S = 60.0
REPORT_WITHIN_S = 5.0
FREEZE_S = 0.25
MOVING_MOST_S = 0.1
TRIES = 60

_HERE = "tests.benchmarks.stopping"


class Helper:
    """A process that takes orders, and tells things, a line each. A context manager.

    Args:
        module: what it runs, e.g. ``"stop_key"``.
        session: where it works.
        talks: whether it tells anything; it says “ready” first then.
    """

    def __init__(self, module: str, session: Session, *, talks: bool = True) -> None:
        self._talks = talks
        command = [sys.executable, "-m", f"{_HERE}.{module}", str(session.folder)]
        screen = {"QT_QPA_PLATFORM": "offscreen", "SDL_VIDEODRIVER": "dummy"}
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | screen,
            bufsize=0,
        )

    def __enter__(self) -> Self:
        if self._talks:
            assert self.hear(READY_WITHIN_S) == "ready"
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def say(self, order: str) -> None:
        """Give an order."""
        assert self.process.stdin is not None
        self.process.stdin.write(order.encode() + b"\n")

    def hear(self, within_s: float) -> str:
        """Return the next line; empty when none comes in time."""
        assert self.process.stdout is not None
        is_told, _, _ = select.select([self.process.stdout], [], [], within_s)
        return self.process.stdout.readline().decode().strip() if is_told else ""


class Condition(Protocol):
    """What makes it hard to stop."""

    def begin(self, bench: "Bench") -> ExitStack:
        """Bring it about; what is returned ends it."""
        ...

    def prepare(self) -> None:
        """Get ready for one more press, while the arms rest."""
        ...

    def provoke(self) -> None:
        """Let it happen: the arms move, and stop is pressed at once afterwards."""
        ...

    def is_over(self) -> None:
        """Return once what :meth:`provoke` began is over."""
        ...


@dataclass
class Row:
    """What became of the presses under one condition.

    Attributes:
        title: the condition.
        told_ms: from the key to the arms having been told, of the stops that were obeyed [ms].
        killed_ms: likewise, to the end of a station that did not answer [ms].
        missed: presses after which the station was neither stopped nor ended.
    """

    title: str
    told_ms: list[float] = field(default_factory=list[float])
    killed_ms: list[float] = field(default_factory=list[float])
    missed: int = 0

    @property
    def presses(self) -> int:
        """How many there were."""
        return len(self.told_ms) + len(self.killed_ms) + self.missed


class Bench:
    """The processes of one session: a station, its STOP window, a main window and a policy.

    The policy is asked for its goals in turn.

    Args:
        session: where they meet.
        command: what starts the station; the session folder is appended. None: the simulated one.
    """

    def __init__(self, session: Session, command: Sequence[str] | None = None) -> None:
        self.session = session
        self._command = command
        self._clock = MonotonicClock()
        self._random = random.Random(0)
        self._stack, self._station = ExitStack(), ExitStack()
        self.goals = [UP, DOWN]

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._stop = stack.enter_context(Helper("stop_key", self.session))
            self.window = stack.enter_context(Helper("frozen_window", self.session))
            stack.callback(lambda: self._station.close())
            self.start_station()
            self.policy = self._start_policy(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def press_often(self, title: str, condition: Condition, presses: int) -> Row:
        """Press so often, each time in mid motion."""
        row = Row(title)
        with condition.begin(self):
            for _ in range(presses):
                condition.prepare()
                self.move()
                condition.provoke()
                self._press(row)
                condition.is_over()
        return row

    def move(self, least_s: float = 0.0) -> None:
        """Let the policy move the arms, the other way than last; return in mid motion.

        Args:
            least_s: for how long they move at least, e.g. to have come to speed [s].
        """
        self.goals.reverse()
        self.start(StartPolicy(goal=self.goals[0]))
        into_s = least_s + MOVING_MOST_S * self._random.random()
        self._clock.sleep_until_ns(self._clock.now_ns() + round(into_s * NANOSECONDS_PER_SECOND))

    def start(self, motion: Message) -> None:
        """Ask for a motion, again if the machine is too busy for it; return once the arms move."""
        for _ in range(TRIES):
            self.release()
            if self.live.ask(motion) != Accepted():
                continue
            self.live.newest_tick()
            ticks = self.live.ticks_until(lambda tick: bool(tick.sent) or bool(tick.stop_reason))
            if not ticks[-1].stop_reason:
                return
        raise SystemExit(f"The arms do not begin to move: {self.live.newest_tick().stop_reason}")

    def kill_station(self) -> int:
        """End the station process without a warning; return when [ns]."""
        self.live.process.kill()
        return self._clock.now_ns()

    def start_station(self) -> None:
        """Start the station, in the place of the one before."""
        self._station.close()
        live = LiveStation(self.session, self._command, patience_s=READY_WITHIN_S)
        live.is_beating = False  # the window does
        self.live = self._station.enter_context(live)

    def _start_policy(self, stack: ExitStack) -> subprocess.Popen[bytes]:
        """Start what moves the arms, and return its process."""
        policy = Helper("willing_policy", self.session, talks=False)
        return stack.enter_context(policy).process

    def _press(self, row: Row) -> None:
        self._stop.say("")
        outcome, _, took_ms = self._stop.hear(REPORT_WITHIN_S).partition(" ")
        if outcome == StopOutcome.KILLED.name:
            row.killed_ms.append(float(took_ms))
            self.start_station()
        elif outcome == StopOutcome.STOPPED.name and self.is_latched():
            row.told_ms.append(float(took_ms))
        else:
            row.missed += 1

    def is_latched(self) -> bool:
        """Whether nothing moves until the stop is reset."""
        answer = self.live.ask(Resume())  # which moves nothing: nothing is paused
        return isinstance(answer, Refused) and "The station is stopped" in answer.reason

    def release(self) -> None:
        """Reset the stop, as often as it takes for its cause to be gone."""
        for _ in range(TRIES):
            if self._ask(ResetStop()) == Accepted():
                return
            self.live.newest_tick()

    def _ask(self, message: Message) -> Message | None:
        try:
            return self.live.ask(message)
        except StationError:
            return None  # the process is only starting
