"""All that presses stop without a person clicking: gamepad, pedal, a station that falls silent.

Runs in the process of the STOP window, or in one of its own; never in the station's, which it
watches, nor in the main window's, which may freeze. It needs neither Qt nor the simulator.
"""

import argparse
import logging
import os
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

from lbm_studio.core.clock import Clock, MonotonicClock, seconds_between
from lbm_studio.core.errors import StationError
from lbm_studio.core.hands_free import TakeAction
from lbm_studio.link.bus import TICK_TOPIC, Subscriber
from lbm_studio.link.messages import Mode, Tick
from lbm_studio.link.session import Session
from lbm_studio.link.stop import StopReport, StopSupervisor
from lbm_studio.station.teleop.gamepad import GamepadStopWatcher
from lbm_studio.workers.inputs import InputWatch, InputWatcher
from lbm_studio.workers.lifetime import Lifetime

GAMEPAD = "gamepad"
SILENCE = "watchdog: the station fell silent"

SILENT_AFTER_S = 1.0
"""A station that moves and says nothing for so long is stopped [s]."""

_LOOK_EVERY_S = 0.005
_PRIORITY = -10  # as the station's: whatever computes in the background comes after it
_INTERVAL_NS = 100_000_000
_BROKEN = 1
_RESTING = frozenset({Mode.IDLE, Mode.PAUSED, Mode.STOPPED})

_LOG = logging.getLogger(__name__)


class StopWatcher:
    """Watches a session and presses stop. ``open``, ``poll`` and ``close`` belong to one thread.

    Args:
        session: whose station is stopped.
        clock: tells how long the station has been silent.
        on_report: told what became of every press.
        on_action: told what the other buttons of gamepads ask for.
    """

    def __init__(
        self,
        session: Session,
        clock: Clock | None = None,
        on_report: Callable[[StopReport], None] = lambda report: None,
        on_action: Callable[[TakeAction], None] = lambda action: None,
    ) -> None:
        self._session = session
        self._clock = clock or MonotonicClock()
        self._on_report = on_report
        self._on_action = on_action
        self._supervisor = StopSupervisor(session, self._clock)
        self._gamepad: GamepadStopWatcher | None = None
        self._heard_ns: int | None = None  # when a moving station was last heard [ns]
        self._pressed_ns = 0  # when the last press was over [ns]
        self._resources = ExitStack()

    @property
    def gamepads(self) -> tuple[str, ...]:
        """What the plugged-in gamepads are called. Any thread may ask."""
        gamepad = self._gamepad
        return gamepad.titles if gamepad is not None else ()

    def open(self) -> None:
        """Begin to listen. Without a library for gamepads the rest is watched all the same."""
        ticks = Subscriber(self._session.station_events, TICK_TOPIC)
        self.ticks = self._resources.enter_context(ticks)
        try:
            self._gamepad = self._resources.enter_context(GamepadStopWatcher())
        except StationError as error:
            _LOG.info("Gamepads are not watched: %s", error)

    def close(self) -> None:
        """Stop listening."""
        self._resources.close()
        self._gamepad = None

    def poll(self) -> None:
        """Look once, and press stop if there is a reason; waits for nothing else."""
        now_ns = self._clock.now_ns()
        if self._gamepad is not None:
            if self._gamepad.poll():
                self._press(GAMEPAD, now_ns)
            for action in self._gamepad.actions:
                self._on_action(action)
        tick = self.ticks.latest()
        if isinstance(tick, Tick):
            self._heard_ns = None if tick.mode in _RESTING else now_ns
            if self._is_reset_while_held(tick):
                self._press(GAMEPAD, now_ns)
        elif self._heard_ns and seconds_between(self._heard_ns, now_ns) > SILENT_AFTER_S:
            self._heard_ns = None
            self._press(SILENCE, now_ns)

    def _is_reset_while_held(self, tick: Tick) -> bool:
        """Whether somebody released the stop although the gamepad's button is still down."""
        is_held = self._gamepad is not None and self._gamepad.is_held
        return is_held and not tick.stop_reason and tick.captured_ns > self._pressed_ns

    def _press(self, source: str, pressed_ns: int) -> None:
        report = self._supervisor.press(source, pressed_ns)
        self._pressed_ns = self._clock.now_ns()
        _LOG.warning("Stop by %s: %s after %.3f s.", source, report.outcome, report.after_s)
        self._on_report(report)


class StopWatch:
    """Runs a :class:`StopWatcher` in a thread for the duration of a ``with`` block.

    A watch that breaks ends its process, which is missed at once; a silent one would not be. The
    pedals are watched beside it, in a thread of their own, since listing devices takes its time.

    Args:
        session: whose station is stopped.
        on_report: told what became of every press; called in that thread.
    """

    def __init__(
        self, session: Session, on_report: Callable[[StopReport], None] = lambda report: None
    ) -> None:
        supervisor = StopSupervisor(session)
        inputs = InputWatcher(
            session,
            lambda source, pressed_ns: on_report(supervisor.press(source, pressed_ns)),
            gamepads=lambda: self._watcher.gamepads,
        )
        self._watcher = StopWatcher(session, on_report=on_report, on_action=inputs.press)
        self._inputs = InputWatch(inputs)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stop watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._watch()
        except Exception:  # noqa: BLE001 - whatever breaks, nobody watches any more
            _LOG.exception("The stop watch broke; its process ends, so that it is missed.")
            os._exit(_BROKEN)

    def _watch(self) -> None:
        self._watcher.open()
        try:
            with self._inputs:
                while not self._is_over.wait(_LOOK_EVERY_S):
                    self._watcher.poll()
        finally:
            self._watcher.close()


def come_first() -> None:
    """Let no busy machine delay a press, where that is allowed; called before threads begin."""
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, _PRIORITY)


def main(arguments: list[str]) -> int:
    """Run the watch in a process of its own, without a window; returns the exit code."""
    parser = argparse.ArgumentParser(prog="lbm-studio worker stop", description=__doc__)
    parser.add_argument("--session", type=Path, required=True, metavar="DIR")
    session = Session(parser.parse_args(arguments).session)
    logging.basicConfig(level=logging.INFO)
    come_first()
    clock = MonotonicClock()
    with Lifetime(session, "stop") as lifetime, StopWatch(session):
        while not lifetime.is_over():
            clock.sleep_until_ns(clock.now_ns() + _INTERVAL_NS)
    return 0
