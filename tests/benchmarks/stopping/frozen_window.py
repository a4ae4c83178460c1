"""A window that keeps a station alive as the application's does, and freezes when it is told to.

Run as ``python -m tests.benchmarks.stopping.frozen_window SESSION``. Says “ready”; takes orders
like ``python 0.3`` or ``c 0.3``, a line each, says “frozen” as its thread begins to compute for so
long without a pause, and “free” afterwards. “python” is a loop; “c” a single call that keeps the
interpreter's lock, so that not even the other threads of the process go on.
"""

import sys
import threading
from itertools import repeat
from pathlib import Path
from queue import Empty, SimpleQueue

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel

from lbm_studio.app.live import LiveStation
from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, MonotonicClock, seconds_between
from lbm_studio.link.session import Session

POLL_EVERY_MS = 5
CLOCK = MonotonicClock()
SAMPLE = 2_000_000


def say(line: str) -> None:
    """Tell the benchmark something."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def additions_a_second() -> float:
    """Return how fast this machine counts in C."""
    begun_ns = CLOCK.now_ns()
    sum(repeat(1, SAMPLE))
    return SAMPLE / seconds_between(begun_ns, CLOCK.now_ns())


def freeze(kind: str, seconds: float, speed: float) -> None:
    """Compute for so long, and let nobody else."""
    say("frozen")
    if kind == "c":
        sum(repeat(1, round(speed * seconds)))
    else:
        end_ns = CLOCK.now_ns() + round(seconds * NANOSECONDS_PER_SECOND)
        while CLOCK.now_ns() < end_ns:
            pass
    say("free")


def main(folder: Path) -> int:
    """Show the window until the standard input ends."""
    qt = QApplication(["frozen-window"])
    orders: SimpleQueue[str] = SimpleQueue()
    live = LiveStation(CLOCK)
    live.attach(Session(folder))
    speed = additions_a_second()

    def poll() -> None:
        live.alive()
        live.poll(CLOCK.now_ns())
        try:
            order = orders.get_nowait().split()
        except Empty:
            return
        if order:
            freeze(order[0], float(order[1]), speed)
        else:
            qt.quit()

    def listen() -> None:
        for line in sys.stdin:
            orders.put(line)
        orders.put("")

    label = QLabel("A window")
    label.show()
    timer = QTimer()
    timer.timeout.connect(poll)
    timer.start(POLL_EVERY_MS)
    threading.Thread(target=listen, name="orders", daemon=True).start()
    say("ready")
    try:
        return qt.exec()
    finally:
        live.detach()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
