"""The STOP window with somebody at its key: Escape goes down for every line on standard input.

Run as ``python -m tests.benchmarks.stopping.stop_key SESSION``. Says “ready”, then what became of
each press: its outcome, and the time from the key to the arms having been told [ms].
"""

import sys
import threading
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from lbm_studio.cli import main as run_program
from lbm_studio.core.clock import MonotonicClock, seconds_between
from lbm_studio.link.stop import StopReport, StopSupervisor

CLOCK = MonotonicClock()


def say(line: str) -> None:
    """Tell the benchmark something."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class TellingSupervisor(StopSupervisor):
    """Tells what became of every press by a key, counted from when the key went down."""

    key_down_ns = 0
    _press = StopSupervisor.press

    def press(self, source: str, pressed_ns: int | None = None) -> StopReport:
        """As it is, and told."""
        pressed_ns = CLOCK.now_ns() if pressed_ns is None else pressed_ns
        report = TellingSupervisor._press(self, source, pressed_ns)
        on_the_way_s = seconds_between(TellingSupervisor.key_down_ns, pressed_ns)
        if source == "STOP window key":
            say(f"{report.outcome.name} {1e3 * (on_the_way_s + report.after_s):.3f}")
        return report


def press_keys(application: QApplication) -> None:
    """Press the key for every line, in a thread that Qt does not own, as a keyboard is."""
    for _ in sys.stdin:
        TellingSupervisor.key_down_ns = CLOCK.now_ns()
        escape, none = Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier
        event = QKeyEvent(QEvent.Type.KeyPress, escape, none)
        QCoreApplication.postEvent(application, event)


def begin(application: QApplication) -> None:
    """Listen from now on."""
    keyboard = threading.Thread(target=press_keys, args=(application,), daemon=True)
    keyboard.start()
    say("ready")


if __name__ == "__main__":
    StopSupervisor.press = TellingSupervisor.press  # type: ignore[method-assign]
    qt = QApplication(["lbm-studio-stop"])
    QTimer.singleShot(0, partial(begin, qt))
    sys.exit(run_program(["stop-window", "--session", sys.argv[1]]))
