"""View-models that show what a test publishes and write down what they are asked to do."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from lbm_studio.app.application import Application
from lbm_studio.app.notices import Notices
from lbm_studio.app.settings import SettingsStore
from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.camera_mapping import CameraMappingView
from lbm_studio.app.views.goal import SpokenGoalView
from lbm_studio.app.views.station_editor import StationEditorView
from lbm_studio.app.views.window import PanelName
from lbm_studio.ui import sample_calibration, sample_records, sample_stations, sample_views
from lbm_studio.ui.sample_views import Situation


class Recorder(ViewModel[Any]):
    """Fulfils every view-model: each intent is noted in ``calls`` as (name, arguments).

    The intents of a part, e.g. ``edit``, are noted with its name: ``"edit.mark"``.
    """

    def __init__(self, view: object) -> None:
        super().__init__(view, Notices(lambda: 0.0))
        self.calls: list[tuple[object, ...]] = []

    def __getattr__(self, name: str) -> "Intent":
        if name.startswith("_"):
            raise AttributeError(name)
        return Intent(name, self.calls)

    def change(self, **fields: object) -> None:
        """Publish the view with other fields."""
        self.publish(replace(self.view, **fields))


@dataclass(frozen=True)
class Intent:
    """What a view-model, or a part of one, is asked to do."""

    name: str
    calls: list[tuple[object, ...]]

    def __call__(self, *arguments: object, **named: object) -> bool:
        self.calls.append((self.name, *arguments, *named.items()))
        return True

    def __getattr__(self, name: str) -> "Intent":
        if name.startswith("_"):
            raise AttributeError(name)
        return Intent(f"{self.name}.{name}", self.calls)


@dataclass
class Models:
    """The recorders of one fake application."""

    window: Recorder
    cameras: Recorder
    station: Recorder
    teach: Recorder
    review: Recorder
    train: Recorder
    run: Recorder
    teach_goal: Recorder
    run_goal: Recorder
    devices: Recorder
    starts: Recorder
    settings: SettingsStore

    @property
    def application(self) -> Application:
        notices = Notices(lambda: 0.0)
        recorders: dict[str, Any] = {n: r for n, r in vars(self).items() if n != "settings"}
        return Application(settings=self.settings, notices=notices, **recorders)


def make_models(situation: Situation, panel: PanelName, folder: Path) -> Models:
    """Return recorders that show one situation."""
    review = Recorder(sample_records.review(situation))
    quality = Recorder(sample_records.quality(situation))
    setattr(review, "quality", quality)  # noqa: B010 (a part that a panel also shows)
    station = Recorder(sample_stations.station(situation))
    setattr(station, "editor", Recorder(StationEditorView()))  # noqa: B010 (likewise)
    setattr(station, "mapping", Recorder(CameraMappingView()))  # noqa: B010 (likewise)
    calibration = Recorder(sample_calibration.calibration(situation))
    setattr(station, "calibration", calibration)  # noqa: B010 (likewise)
    return Models(
        window=Recorder(replace(sample_views.window(situation), panel=panel)),
        cameras=Recorder(sample_views.cameras(situation)),
        station=station,
        teach=Recorder(sample_views.teach(situation)),
        review=review,
        train=Recorder(sample_records.train(situation)),
        run=Recorder(sample_views.run(situation)),
        teach_goal=Recorder(SpokenGoalView()),
        run_goal=Recorder(SpokenGoalView()),
        devices=Recorder(sample_views.devices(situation)),
        starts=Recorder(sample_views.starts(situation)),
        settings=SettingsStore(folder, lambda _: None),
    )


def as_model(recorder: object) -> Any:
    """Let a recorder stand for any view-model, or part of one for the whole."""
    return cast("Any", recorder)
