"""The application as one object: what the window is given."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lbm_studio.app.cameras import CameraWall
from lbm_studio.app.devices import InputDevicesModel
from lbm_studio.app.notices import Notices
from lbm_studio.app.review_panel import ReviewPanel
from lbm_studio.app.run_panel import RunPanel
from lbm_studio.app.settings import SettingsStore
from lbm_studio.app.spoken_goal import SpokenGoal
from lbm_studio.app.starts import Starts
from lbm_studio.app.station_panel import StationPanel
from lbm_studio.app.teach_panel import TeachPanel
from lbm_studio.app.train_panel import TrainPanel
from lbm_studio.app.window import WindowModel


def _nothing() -> None:
    """What an application without processes does when it lives or ends."""


def _no_poll(now_ns: int) -> None:
    """What an application without processes polls."""


@dataclass(frozen=True)
class Application:
    """All view-models, and the calls that keep them alive.

    Attributes:
        settings: the user's preferences.
        notices: sentences for the user.
        window: the frame around the panels.
        cameras: the wall of live views.
        station: the Station panel.
        teach: the Teach panel.
        review: the Review panel.
        train: the Train panel.
        run: the Run panel.
        teach_goal: the goal on the Teach panel, spoken or typed.
        run_goal: the same on the Run panel.
        devices: the input devices.
        starts: the start that is wanted next.
        on_alive: called by :meth:`alive`.
        on_poll: called by :meth:`poll` before the view-models.
        on_close: called by :meth:`close`.
    """

    settings: SettingsStore
    notices: Notices
    window: WindowModel
    cameras: CameraWall
    station: StationPanel
    teach: TeachPanel
    review: ReviewPanel
    train: TrainPanel
    run: RunPanel
    teach_goal: SpokenGoal
    run_goal: SpokenGoal
    devices: InputDevicesModel
    starts: Starts
    on_alive: Callable[[], object] = field(default=_nothing)
    on_poll: Callable[[int], object] = field(default=_no_poll)
    on_close: Callable[[], object] = field(default=_nothing)

    def start(self) -> None:
        """Read what is on disk and, if the settings say so, connect the station."""
        self.review.refresh()
        self.train.refresh()
        self.run.refresh()
        self.teach_goal.refresh()
        if self.settings.current.connect_at_start:
            self.station.connect()

    def alive(self) -> None:
        """Say that the window's thread is alive; the heartbeat ceases soon after the last call."""
        self.on_alive()

    def poll(self, now_ns: int) -> None:
        """Let every view-model look at the world; never blocks. Call it at about 30 Hz."""
        self.on_poll(now_ns)
        self.cameras.poll(now_ns)
        self.window.poll(now_ns)
        self.station.poll(now_ns)
        self.teach.poll(now_ns)
        self.review.poll(now_ns)
        self.train.poll(now_ns)
        self.run.poll(now_ns)
        self.teach_goal.poll(now_ns)
        self.run_goal.poll(now_ns)
        self.devices.poll(now_ns)

    def close(self) -> None:
        """Hold still and end all processes of the station; training goes on."""
        self.on_close()
