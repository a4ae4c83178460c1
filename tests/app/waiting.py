"""Waiting for child processes in tests: by looking, with a limit."""

import threading
import time
from collections.abc import Callable

LIMIT_S = 20.0


def wait_until(is_true: Callable[[], object], limit_s: float = LIMIT_S) -> None:
    """Return once ``is_true``; fail when it takes too long."""
    pause = threading.Event()
    deadline_s = time.monotonic() + limit_s
    while not is_true():
        assert time.monotonic() < deadline_s, "it took too long"
        pause.wait(0.01)
