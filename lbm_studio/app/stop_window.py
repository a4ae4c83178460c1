"""What the STOP window knows: whether the stop is latched, and whether the station is there.

It sends no heartbeat: the STOP window must not keep arms moving for a main window that hangs.
"""

from pathlib import Path
from queue import Empty, SimpleQueue

from lbm_studio.app.arm_words import HARDWARE_STOP_WORDS, is_silent
from lbm_studio.app.notices import Notices
from lbm_studio.app.stop import StopButton
from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.window import StopView
from lbm_studio.link.bus import HEALTH_TOPIC, TICK_TOPIC, Subscriber
from lbm_studio.link.messages import Health, Tick
from lbm_studio.link.session import Session


class StopWindowModel(ViewModel[StopView]):
    """Follows the ticks of one session and presses its stop. Close it after use.

    Args:
        folder: of the session.
        notices: where view-models refuse things.
        told: sentences on what became of presses elsewhere in this process, e.g. of a gamepad.
    """

    def __init__(
        self, folder: Path, notices: Notices, told: SimpleQueue[str] | None = None
    ) -> None:
        super().__init__(StopView(), notices)
        session = Session(folder)
        self._ticks = Subscriber(session.station_events, TICK_TOPIC)
        self._health = Subscriber(session.station_events, HEALTH_TOPIC)
        self._told: SimpleQueue[str] = told or SimpleQueue()
        self._stop = StopButton()
        self._stop.attach(session)
        self._stop.reported.connect(self._told.put)
        self._tick: Tick | None = None
        self._report = ""
        self._reported_ns = 0

    def press(self, source: str) -> None:
        """Stop the arms now; never blocks."""
        self._stop.press(source)

    def poll(self, now_ns: int) -> None:
        """Take in what the station says; called at about 20 Hz."""
        self._stop.poll()
        newest = self._ticks.latest()
        if isinstance(newest, Tick):
            self._tick = newest
        self._follow_reports(now_ns)
        tick = self._tick
        reason = tick.stop_reason if tick is not None else ""
        is_there = tick is not None and not is_silent(tick, now_ns)
        health = self._health.latest()
        hardware_stop = self.view.hardware_stop
        if isinstance(health, Health):
            hardware_stop = HARDWARE_STOP_WORDS[health.hardware_stop]
        self.publish(
            StopView(
                bool(reason),
                reason,
                reachable=is_there,
                report=self._report,
                hardware_stop=hardware_stop if is_there else "",
            )
        )

    def close(self) -> None:
        """Follow the station no more."""
        self._ticks.close()
        self._health.close()
        self._stop.detach()

    def _follow_reports(self, now_ns: int) -> None:
        """Show what became of a press until the station speaks again."""
        try:
            self._report = self._told.get_nowait() or self._report
            self._reported_ns = now_ns
        except Empty:
            if self._tick is not None and self._tick.captured_ns > self._reported_ns:
                self._report = ""
