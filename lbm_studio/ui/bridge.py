"""The one way from the world into the window: a timer that lets the application look."""

from PySide6.QtCore import QObject, Qt, QTimer

from lbm_studio.app.application import Application
from lbm_studio.core.clock import Clock, MonotonicClock

POLL_EVERY_MS = 33


class Bridge(QObject):
    """Polls the application and says that the window's thread is alive.

    A poll that takes long delays the next one; Qt never queues two, so a busy window falls behind
    in pictures and not in time.
    """

    def __init__(
        self, application: Application, clock: Clock | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._application = application
        self._clock = clock or MonotonicClock()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.setInterval(POLL_EVERY_MS)
        self._timer.timeout.connect(self._poll)

    def start(self) -> None:
        """Begin to poll."""
        self._timer.start()

    def stop(self) -> None:
        """Poll no more."""
        self._timer.stop()

    def _poll(self) -> None:
        self._application.alive()
        self._application.poll(self._clock.now_ns())
