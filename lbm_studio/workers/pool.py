"""What every process of a pool does first."""

import os
import signal
import threading
from multiprocessing import parent_process


def join_pool() -> None:
    """Make the calling pool process ignore Ctrl-C and end with the process that began it.

    Ctrl-C reaches the whole group; the pool's owner ends its processes in order. Only an owner that
    was killed cannot, and then nobody must be left behind.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="parent watch", daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
