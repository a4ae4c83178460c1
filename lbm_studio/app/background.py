"""Slow reading (datasets, video, run folders) kept off the thread of the window."""

import queue
import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from lbm_studio.core.errors import StudioError

R = TypeVar("R")
Outcome = Callable[[], None]


class Background(Protocol):
    """Does work elsewhere and brings the result back."""

    def submit(
        self, work: Callable[[], R], done: Callable[[R], None], failed: Callable[[str], None]
    ) -> None:
        """Do ``work``; then, during a later ``deliver``, call ``done`` or ``failed``."""
        ...

    def deliver(self) -> None:
        """Hand over what is finished, in the calling thread; never blocks."""
        ...

    def close(self) -> None:
        """Finish the work under way, forget the rest."""
        ...


class BackgroundThread:
    """One thread that works through submitted functions in order."""

    def __init__(self, name: str) -> None:
        self._work: queue.SimpleQueue[Callable[[], Outcome] | None] = queue.SimpleQueue()
        self._outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._is_closing = threading.Event()
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)
        self._thread.start()

    def submit(
        self, work: Callable[[], R], done: Callable[[R], None], failed: Callable[[str], None]
    ) -> None:
        self._work.put(lambda: outcome_of(work, done, failed))

    def deliver(self) -> None:
        while True:
            try:
                outcome = self._outcomes.get_nowait()
            except queue.Empty:
                return
            outcome()

    def close(self) -> None:
        self._is_closing.set()
        self._work.put(None)
        self._thread.join()

    def _loop(self) -> None:
        while (step := self._work.get()) is not None and not self._is_closing.is_set():
            self._outcomes.put(step())


def outcome_of(
    work: Callable[[], R], done: Callable[[R], None], failed: Callable[[str], None]
) -> Outcome:
    """Do ``work`` now and return what is to be called with its result, or with its sentence."""
    try:
        result = work()
    except StudioError as error:
        sentence = str(error)
        return lambda: failed(sentence)
    except OSError as error:
        sentence = f"A file could not be read: {error.strerror or error}."
        return lambda: failed(sentence)
    except Exception as error:  # noqa: BLE001 - a defect is raised where the window reports it
        defect = error

        def raise_defect() -> None:
            raise defect

        return raise_defect
    return lambda: done(result)
