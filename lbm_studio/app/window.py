"""The frame around the panels: which one is in front, status bar, notices, stop and its reset."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from lbm_studio.app.arm_words import MODE_WORDS, is_silent
from lbm_studio.app.cameras import stale_reason
from lbm_studio.app.health import hardware_stop_words, p99
from lbm_studio.app.jobs import Jobs
from lbm_studio.app.live import StationLink
from lbm_studio.app.notices import Level, Notice, Notices
from lbm_studio.app.settings import SettingsStore
from lbm_studio.app.stop import StopButton
from lbm_studio.app.stop_test import SELF_TEST_REASON
from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.window import PanelName, StatusPart, StopView, WindowView
from lbm_studio.app.words import job_words
from lbm_studio.core.clock import seconds_between
from lbm_studio.core.runs import JobStatus
from lbm_studio.link.messages import Message, Mode, Refused, ResetStop, Tick

RESET_HOLD_S = 1.0
SLOW_EVERY_S = 2.0
LITTLE_DISK_BYTES = 5_000_000_000
GIGABYTE = 1_000_000_000
WORKING = (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.STOPPING)


class WindowModel(ViewModel[WindowView]):
    """What is true whatever panel is in front."""

    def __init__(
        self,
        live: StationLink,
        stop: StopButton,
        jobs: Jobs,
        settings: SettingsStore,
        notices: Notices,
        *,
        data_folder: Path,
        free_bytes: Callable[[Path], int] | None = None,
        is_connecting: Callable[[], bool] = lambda: False,
    ) -> None:
        panel = settings.current.panel
        names = [name.value for name in PanelName]
        front = PanelName(panel) if panel in names else PanelName.STATION
        super().__init__(WindowView(panel=front), notices)
        self._live = live
        self._stop = stop
        self._jobs = jobs
        self._settings = settings
        self._data_folder = data_folder
        self._free_bytes = free_bytes or free_bytes_of
        self._is_connecting = is_connecting
        self._held_since_ns: int | None = None
        self._slow_at_ns: int | None = None
        notices.changed.connect(self._show_notices)
        stop.reported.connect(lambda sentence: notices.add(sentence, Level.BAD))

    def show_panel(self, name: PanelName) -> None:
        """Bring a panel to the front; it is remembered."""
        self._settings.update(panel=name.value)
        self.publish(replace(self.view, panel=name))

    def press_stop(self, source: str) -> None:
        """Stop the arms now.

        Args:
            source: what was pressed, e.g. ``"window button"``, ``"Esc"``, ``"Space"``.
        """
        self._stop.press(source)

    def reset_pressed(self, now_ns: int) -> None:
        """The Reset button went down; held for a second it releases the stop."""
        if self.view.stop.can_reset and self._held_since_ns is None:
            self._held_since_ns = now_ns

    def reset_released(self) -> None:
        """The Reset button went up."""
        self._held_since_ns = None
        self.publish(replace(self.view, stop=replace(self.view.stop, hold_fraction=0.0)))

    def dismiss_notice(self, number: int) -> None:
        """Take a notice off the list."""
        self._notices.dismiss(number)

    def poll(self, now_ns: int) -> None:
        """Follow everything; called at about 30 Hz."""
        self._stop.poll()
        tick = self._live.tick
        view = replace(
            self.view,
            goal=tick.goal if tick else "",
            arms=arms_part(tick, now_ns),
            loop=loop_part(self._live, now_ns),
            cameras=cameras_part(self._live, now_ns),
            hardware_stop=hardware_stop_words(self._live),
            stop=self._stop_view(tick, now_ns),
        )
        self.publish(self._with_slow_parts(self._with_station(view, tick, now_ns), now_ns))

    def _show_notices(self, notices: tuple[Notice, ...]) -> None:
        self.publish(replace(self.view, notices=notices))

    def _with_station(self, view: WindowView, tick: Tick | None, now_ns: int) -> WindowView:
        description = self._live.description
        if description is None:
            return replace(view, station="no station", station_level=Level.QUIET)
        if is_silent(tick, now_ns):
            words, level = "does not answer", Level.BAD
        elif tick is not None and self._stop_reason(tick):
            words, level = "stopped", Level.WARN
        else:
            words, level = "ready", Level.GOOD
        return replace(view, station=f"{description.title}, {words}", station_level=level)

    def _stop_view(self, tick: Tick | None, now_ns: int) -> StopView:
        reason = self._stop_reason(tick) if tick else ""
        latched = bool(reason)
        fraction = 0.0
        if not latched:
            self._held_since_ns = None
        elif self._held_since_ns is not None:
            fraction = min(1.0, seconds_between(self._held_since_ns, now_ns) / RESET_HOLD_S)
            if fraction >= 1.0:
                reset = ResetStop(decided_ns=self._held_since_ns)
                self._held_since_ns = None
                fraction = 0.0
                self._live.ask(reset, self._reset_answered)
        return StopView(
            latched=latched,
            reason=reason,
            can_reset=latched,
            hold_fraction=fraction,
            reachable=self._stop.is_reachable,
        )

    def _stop_reason(self, tick: Tick) -> str:
        """Return why nothing moves; what a station tests of itself while it connects is not told.

        It is released again without anybody's doing, and alarms nobody.
        """
        is_tested = self._is_connecting() and tick.stop_reason == SELF_TEST_REASON
        return "" if is_tested else tick.stop_reason

    def _reset_answered(self, answer: Message) -> None:
        if isinstance(answer, Refused):
            self._refuse(answer.reason)

    def _with_slow_parts(self, view: WindowView, now_ns: int) -> WindowView:
        last = self._slow_at_ns
        if last is not None and seconds_between(last, now_ns) < SLOW_EVERY_S:
            return view
        self._slow_at_ns = now_ns
        return replace(view, disk=self._disk_part(), training=self._training_part())

    def _disk_part(self) -> StatusPart:
        try:
            free = self._free_bytes(self._data_folder)
        except OSError:
            return StatusPart("disk: unknown", Level.WARN)
        level = Level.WARN if free < LITTLE_DISK_BYTES else Level.QUIET
        return StatusPart(f"disk {free / GIGABYTE:.0f} GB free", level)

    def _training_part(self) -> StatusPart:
        for run in self._jobs.runs():
            if self._jobs.status(run) in WORKING:
                return StatusPart(job_words(run))
        return StatusPart("")


def free_bytes_of(folder: Path) -> int:
    """Return the room left where a folder is or will be [bytes]."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(existing).free


def arms_part(tick: Tick | None, now_ns: int) -> StatusPart:
    """Return what the arms do."""
    if tick is None:
        return StatusPart("arms: not connected")
    if is_silent(tick, now_ns):
        return StatusPart("arms: no answer", Level.BAD)
    level = Level.WARN if tick.mode is Mode.STOPPED else Level.QUIET
    return StatusPart(f"arms: {MODE_WORDS[tick.mode]}", level)


def loop_part(live: StationLink, now_ns: int) -> StatusPart:
    """Return how the control loop keeps time."""
    if live.tick is None or is_silent(live.tick, now_ns):
        return StatusPart("loop: off")
    return StatusPart(f"loop {live.rate_hz:.0f} Hz, late p99 {p99(live.late_ms):.0f} ms")


def cameras_part(live: StationLink, now_ns: int) -> StatusPart:
    """Return how many cameras are live."""
    if live.description is None:
        return StatusPart("cameras: off")
    embodiment = live.description.embodiment
    fresh = [
        name
        for name in embodiment.camera_names
        if not stale_reason(live.frames.get(name), now_ns, embodiment.chunk.period_s)
    ]
    level = Level.QUIET if len(fresh) == len(embodiment.cameras) else Level.WARN
    return StatusPart(f"cameras {len(fresh)}/{len(embodiment.cameras)}", level)
