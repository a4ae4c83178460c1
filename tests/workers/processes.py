"""Starting real worker processes, and standing in for the station process they listen to."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from lbm_studio.core.codec import to_json
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.link.bus import Publisher, Requester, Responder
from lbm_studio.link.messages import Describe, Description, Message, Mode, Refused, Tick
from lbm_studio.link.session import Session
from tests.link.ticks import AT_REST

PATIENCE_S = 30.0
"""A busy machine may take this long to start a process [s]."""


class WorkerProcess:
    """A worker in a process of its own; asked to end with the block, it must end in order.

    Args:
        name: of the worker.
        session: where it works.
        code: what to run instead of ``lbm-studio worker NAME``.
        arguments: further ones.
    """

    def __init__(
        self,
        name: str,
        session: Session,
        code: str | None = None,
        *,
        arguments: Sequence[str] = (),
    ) -> None:
        begin = ["-c", code] if code else ["-m", "lbm_studio", "worker", name]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
        command = [sys.executable, *begin, "--session", str(session.folder), *arguments]
        self.process = subprocess.Popen(command, env=environment)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.terminate()
        code = self.process.wait(PATIENCE_S)
        assert error is not None or code in (0, -9), f"ended with {code}"

    def kill(self) -> None:
        """End it without warning."""
        self.process.kill()
        self.process.wait()


class StandInStation:
    """Describes itself and publishes what a test tells it to, where the station process would."""

    def __init__(self, session: Session, description: StationDescription) -> None:
        self.events = Publisher(session.station_events)
        self._description = description
        self._responder = Responder(session.station_commands, Describe)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self.events.close()

    def _serve(self) -> None:
        with self._responder:
            self._responder.serve(self._answer, self._done.is_set, interval_s=0.02)

    def _answer(self, request: Message) -> Message:
        if isinstance(request, Describe):
            return Description(station=json.dumps(to_json(self._description)), skills=())
        return Refused(reason="Only a stand-in.")


def ask(address: str, message: Message) -> Message:
    """Return the answer of a process that may only be starting."""
    with Requester(address) as requester:
        return requester.ask(message, PATIENCE_S)


def make_tick(
    number: int,
    *,
    captured_ns: int,
    vector: Sequence[float],
    joints: Sequence[float],
    sent: Sequence[float] | None = None,
    clamped: tuple[str, ...] = (),
    seed: int = 3,
) -> Tick:
    """Return a tick of a demonstration; ``sent`` is the state itself unless given."""
    return msgspec.structs.replace(
        AT_REST,
        number=number,
        captured_ns=captured_ns,
        state=tuple(vector),
        joints=tuple(joints),
        sent=tuple(vector if sent is None else sent),
        clamped=clamped,
        mode=Mode.DEMONSTRATION,
        goal="Lift it.",
        skill="lift",
        seed=seed,
    )


def until(condition: Callable[[], bool], act: Callable[[], object]) -> None:
    """Repeat ``act`` until ``condition``; the test's own time-out is the limit."""
    while not condition():
        act()
