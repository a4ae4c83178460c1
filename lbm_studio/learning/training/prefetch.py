"""Batches made ahead of time, in a thread beside the one that learns."""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

T = TypeVar("T")

AHEAD = 2
"""Items that are ready while one is in use."""
POLL_S = 0.1


@dataclass(frozen=True)
class _Failure:
    error: Exception


class Prefetcher(Generic[T]):
    """Keeps a few items ready. A context manager: leaving it ends the thread.

    Items come in the order they were made, by one thread, so that a seeded maker makes the same
    ones whatever the timing.

    Args:
        make: makes the next item; called by the thread alone.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._ready: queue.Queue[T | _Failure] = queue.Queue(AHEAD)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="prefetch", daemon=True)
        self.waited_s = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._thread.join()

    def take(self) -> T:
        """Return the next item; what broke its making is raised here.

        The time it was waited for is added to ``waited_s`` [s].
        """
        begin_s = time.perf_counter()
        item = self._ready.get()
        self.waited_s += time.perf_counter() - begin_s
        if isinstance(item, _Failure):
            raise item.error
        return item

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                item: T | _Failure = self._make()
            except Exception as error:  # noqa: BLE001 - raised where the item is taken
                item = _Failure(error)
            self._offer(item)
            if isinstance(item, _Failure):
                return

    def _offer(self, item: T | _Failure) -> None:
        while not self._closed.is_set():
            try:
                self._ready.put(item, timeout=POLL_S)
            except queue.Full:
                continue
            return
