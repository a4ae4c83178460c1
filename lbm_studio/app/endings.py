"""Ending things that take their time, without keeping the window waiting."""

import threading
from collections.abc import Callable


class Endings:
    """Ends each thing in a thread of its own."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []

    def begin(self, end: Callable[[], object], name: str) -> None:
        """Call ``end`` in a thread of that name, and return at once."""
        thread = threading.Thread(target=end, name=name)
        self._threads = [other for other in self._threads if other.is_alive()]
        self._threads.append(thread)
        thread.start()

    def wait(self) -> None:
        """Return when all that has begun to end has ended."""
        for thread in self._threads:
            thread.join()
