"""The STOP window: a process of its own, always on top, that works while the main window hangs."""

import logging
import time
from pathlib import Path
from queue import SimpleQueue

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from lbm_studio.app.notices import Level, Notices
from lbm_studio.app.place import STOP_WINDOW_FILE, Place, read_place, write_place
from lbm_studio.app.settings import SettingsStore
from lbm_studio.app.stop_window import StopWindowModel
from lbm_studio.app.views.window import StopView
from lbm_studio.core.clock import Clock, MonotonicClock
from lbm_studio.core.paths import user_data
from lbm_studio.ui.program import log_qt_messages, on_signals, report_exceptions
from lbm_studio.ui.theme import METRICS, Theme, load_fonts
from lbm_studio.ui.widgets.basics import Sentence, column, label
from lbm_studio.ui.widgets.stop_button import StopButton

POLL_EVERY_MS = 50
STOP_KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class StopWindow(QWidget):
    """One large button and one sentence.

    Args:
        theme: the colours.
        model: presses the stop and knows whether it is latched.
        folder: where it is remembered where the window was put.
        clock: tells the model how old things are.
    """

    def __init__(
        self, theme: Theme, model: StopWindowModel, folder: Path, clock: Clock | None = None
    ) -> None:
        flags = Qt.WindowType.WindowStaysOnTopHint | Qt.WindowType.CustomizeWindowHint
        super().__init__(None, flags | Qt.WindowType.WindowTitleHint)
        self._model = model
        self._place_file = folder / STOP_WINDOW_FILE
        self._clock = clock or MonotonicClock()
        self._may_close = False
        self._button = StopButton(theme)
        self._sentence = Sentence(theme, "stopState")
        self._hardware = label("", "quiet", name="hardwareStop")
        self._timer = QTimer(self)
        self.setObjectName("ground")
        self.setWindowTitle(self.tr("STOP"))
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._build()
        self._timer.timeout.connect(self._poll)
        self._button.pressed.connect(lambda: model.press("STOP window"))
        model.changed.connect(self._show)
        self._show(model.view)

    def start(self) -> None:
        """Show the window where it was put last and follow the station."""
        self.show()
        self.move(self._place())
        self._timer.start(POLL_EVERY_MS)

    def end(self) -> None:
        """Close the window; only the program that started it does."""
        if not self._may_close:
            write_place(self._place_file, Place(self.x(), self.y()))
        self._may_close = True
        self._timer.stop()
        self.close()
        QApplication.quit()

    def closeEvent(self, event: QCloseEvent) -> None:
        event.setAccepted(self._may_close)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() in STOP_KEYS and not event.isAutoRepeat():
            self._model.press("STOP window key")
        return True

    def _build(self) -> None:
        layout = column(spacing=METRICS.small, margin=METRICS.small)
        expanding = QSizePolicy.Policy.Expanding
        self._button.setSizePolicy(expanding, expanding)
        self._sentence.setMinimumHeight(METRICS.primary)
        layout.addWidget(self._button, 1)
        layout.addWidget(self._sentence)
        layout.addWidget(self._hardware)
        self.setLayout(layout)
        self.resize(METRICS.stop_window_width, METRICS.stop_window_height)

    def _place(self) -> QPoint:
        """Return where it was put last, otherwise the lower right, above a status bar."""
        last = read_place(self._place_file)
        frame = self.frameGeometry()
        if last is not None:
            wanted = QRect(QPoint(last.x, last.y), frame.size())
            if any(s.availableGeometry().contains(wanted) for s in QApplication.screens()):
                return wanted.topLeft()
        room = self.screen().availableGeometry()
        room.adjust(0, 0, -METRICS.small, -METRICS.status_bar - METRICS.small)
        frame.moveBottomRight(room.bottomRight())
        return frame.topLeft()

    def _poll(self) -> None:
        self._model.poll(self._clock.now_ns())

    def _show(self, view: StopView) -> None:
        self._button.show_latched(view.latched)
        hardware_stop = view.hardware_stop or self.tr("unknown")
        self._hardware.setText(self.tr("Hardware stop: {0}").format(hardware_stop))
        if view.report:
            self._sentence.show_sentence(view.report, Level.BAD)
        elif view.latched:
            self._sentence.show_sentence(view.reason, Level.BAD)
        elif view.reachable:
            self._sentence.show_sentence(self.tr("Ready. Press to stop all arms."), Level.GOOD)
        else:
            self._sentence.show_sentence(self.tr("The station does not answer."), Level.WARN)


def main(session: Path, told: SimpleQueue[str] | None = None) -> int:
    """Show the STOP window of a session until the program is asked to end; returns 0.

    Args:
        session: its folder.
        told: sentences on what became of presses elsewhere in this process.
    """
    logging.basicConfig(level=logging.INFO)
    notices = Notices(time.time)
    model = StopWindowModel(session, notices, told)
    settings = SettingsStore(user_data(), notices.add)
    qt = QApplication.instance() or QApplication(["lbm-studio-stop"])
    log_qt_messages()
    report_exceptions(notices.add)
    load_fonts()
    theme = Theme(settings.current.theme)
    theme.apply()
    window = StopWindow(theme, model, user_data())
    qt.installEventFilter(window)
    on_signals(window.end)
    window.start()
    try:
        return qt.exec()
    finally:
        model.close()
