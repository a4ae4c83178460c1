"""Opens the main window: shown first, then the processes are started."""

import asyncio
import logging
import os
import time
from pathlib import Path

import qasync
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QApplication

from lbm_studio.app.application import Application
from lbm_studio.app.notices import Level
from lbm_studio.app.project import build_application
from lbm_studio.core.keys import SHOWN_VARIABLE
from lbm_studio.ui.bridge import Bridge
from lbm_studio.ui.keys import KeyGuard
from lbm_studio.ui.program import log_qt_messages, on_signals, report_exceptions
from lbm_studio.ui.theme import Theme, load_fonts
from lbm_studio.ui.window import MainWindow

QUIT_VARIABLE = "LBM_STUDIO_QUIT_AFTER_S"
"""Environment variable: close the window after so many seconds, for tests [s]."""

SCALE_VARIABLE = "QT_SCALE_FACTOR"


def main(station: str | None = None) -> int:
    """Open the window and return the exit code once it is closed.

    Args:
        station: to be connected; None takes the one of last time.

    Raises:
        UnknownNameError: there is no such station.
    """
    logging.basicConfig(level=logging.INFO)
    is_offscreen = os.environ.get("QT_QPA_PLATFORM", "") == "offscreen"
    application = build_application(station=station, with_stop_window=not is_offscreen)
    settings = application.settings.current
    os.environ.setdefault(SCALE_VARIABLE, str(settings.scale))
    qt = QApplication.instance() or QApplication(["lbm-studio"])
    qt.setApplicationName("LBM Studio")
    log_qt_messages()
    report_exceptions(lambda text: application.notices.add(text, Level.BAD))
    load_fonts()
    theme = Theme(settings.theme)
    theme.apply()
    loop = qasync.QEventLoop(qt)
    asyncio.set_event_loop(loop)
    try:
        with loop:
            loop.run_until_complete(_show(application, theme, qt))
    finally:
        application.close()
    return 0


async def _show(application: Application, theme: Theme, qt: QCoreApplication) -> None:
    closed = asyncio.get_running_loop().create_future()
    window = MainWindow(theme, application)
    guard = KeyGuard(application, qt)
    qt.installEventFilter(guard)
    bridge = Bridge(application, parent=window)
    window.closed.connect(lambda: None if closed.done() else closed.set_result(None))
    window.first_painted.connect(lambda: QTimer.singleShot(0, lambda: _begin(application, bridge)))
    window.first_painted.connect(lambda: _report_shown(window))
    on_signals(window.close)
    _quit_in_time(window)
    window.show()
    await closed
    bridge.stop()
    qt.removeEventFilter(guard)


def _begin(application: Application, bridge: Bridge) -> None:
    bridge.start()
    application.start()


def _report_shown(window: MainWindow) -> None:
    path = os.environ.get(SHOWN_VARIABLE)
    if path:
        Path(path).write_text(str(time.monotonic_ns()))
        QTimer.singleShot(0, window.close)


def _quit_in_time(window: MainWindow) -> None:
    seconds = os.environ.get(QUIT_VARIABLE)
    if seconds:
        QTimer.singleShot(round(float(seconds) * 1000), window.close)
