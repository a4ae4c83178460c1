"""The application as one object: what the window is given."""

from dataclasses import dataclass

from lbm_studio.app.cameras import CameraWall
from lbm_studio.app.notices import Notices
from lbm_studio.app.review_panel import ReviewPanel
from lbm_studio.app.run_panel import RunPanel
from lbm_studio.app.settings import SettingsStore
from lbm_studio.app.station_panel import StationPanel
from lbm_studio.app.teach_panel import TeachPanel
from lbm_studio.app.train_panel import TrainPanel
from lbm_studio.app.window import WindowModel


@dataclass(frozen=True)
class Application:
    """All view-models, and the two calls that keep them alive."""

    settings: SettingsStore
    notices: Notices
    window: WindowModel
    cameras: CameraWall
    station: StationPanel
    teach: TeachPanel
    review: ReviewPanel
    train: TrainPanel
    run: RunPanel

    def start(self) -> None:
        """Read what is on disk and, if the settings say so, connect the station."""

    def alive(self) -> None:
        """Say that the window's thread is alive; the heartbeat ceases 400 ms after the last call."""

    def poll(self, now_ns: int) -> None:
        """Let every view-model look at the world; never blocks. Call it at about 30 Hz."""

    def close(self) -> None:
        """Hold still, end all processes of the station, write the settings. Training goes on."""
