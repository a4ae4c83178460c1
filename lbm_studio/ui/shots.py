"""Draws every panel in every situation, theme and size: what people look at, and the README."""

import itertools
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QCoreApplication, QEvent, QSize
from PySide6.QtWidgets import QApplication

from lbm_studio.app.application import Application
from lbm_studio.app.notices import Notices
from lbm_studio.app.settings import SettingsStore
from lbm_studio.app.settings import Theme as ThemeChoice
from lbm_studio.app.view_model import ViewModel
from lbm_studio.app.views.camera_mapping import CameraMappingView
from lbm_studio.app.views.station_editor import StationEditorView
from lbm_studio.app.views.window import PanelName
from lbm_studio.ui import sample_calibration, sample_records, sample_stations, sample_views
from lbm_studio.ui.sample_views import Situation
from lbm_studio.ui.theme import Theme, load_fonts
from lbm_studio.ui.window import MainWindow

SIZES = (QSize(1280, 800), QSize(1920, 1080))
THEMES = (ThemeChoice.LIGHT, ThemeChoice.DARK)


@dataclass(frozen=True)
class Shot:
    """One picture to be drawn."""

    panel: PanelName
    situation: Situation
    theme: ThemeChoice
    size: QSize

    @property
    def name(self) -> str:
        """File name, e.g. ``run-full-dark-1280x800.png``."""
        size = f"{self.size.width()}x{self.size.height()}"
        return f"{self.panel}-{self.situation}-{self.theme}-{size}.png"


class ShownModel(ViewModel[Any]):
    """A view-model that only shows: every intent does nothing."""

    def __getattr__(self, name: str) -> "Nothing":
        if name.startswith("_"):
            raise AttributeError(name)
        return Nothing()


class Nothing:
    """An intent, or a part of a view-model with intents of its own, that does nothing."""

    def __call__(self, *_: object, **__: object) -> None:
        """Do nothing."""

    def __getattr__(self, name: str) -> "Nothing":
        if name.startswith("_"):
            raise AttributeError(name)
        return Nothing()


def all_shots() -> Iterator[Shot]:
    """Yield every picture."""
    for theme, size, panel, situation in itertools.product(THEMES, SIZES, PanelName, Situation):
        yield Shot(panel, situation, theme, size)


def sample_application(shot: Shot, folder: Path) -> Application:
    """Return an application that shows one situation and does nothing."""
    notices = Notices(lambda: sample_views.NOON_UNIX_S)
    situation = shot.situation
    intent = shot.panel is PanelName.RUN and situation in (Situation.BUSY, Situation.FULL)
    views: dict[str, object] = {
        "station": sample_stations.station(situation),
        "teach": sample_views.teach(situation),
        "review": sample_records.review(situation),
        "train": sample_records.train(situation),
        "run": sample_views.run(situation),
        "teach_goal": sample_views.teach_goal(situation),
        "run_goal": sample_views.run_goal(situation),
        "devices": sample_views.devices(situation),
        "starts": sample_views.starts(situation),
        "cameras": sample_views.cameras(situation, intent=intent),
        "window": replace(sample_views.window(situation), panel=shot.panel),
    }
    models = {name: ShownModel(view, notices) for name, view in views.items()}
    quality = ShownModel(sample_records.quality(situation), notices)
    setattr(models["review"], "quality", quality)  # noqa: B010 (a part that a panel also shows)
    editor = ShownModel(StationEditorView(), notices)
    setattr(models["station"], "editor", editor)  # noqa: B010 (likewise)
    mapping = ShownModel(CameraMappingView(), notices)
    setattr(models["station"], "mapping", mapping)  # noqa: B010 (likewise)
    calibration = ShownModel(sample_calibration.calibration(situation), notices)
    setattr(models["station"], "calibration", calibration)  # noqa: B010 (likewise)
    settings = SettingsStore(folder, lambda _: None)
    return Application(settings=settings, notices=notices, **cast("dict[str, Any]", models))


def draw(shot: Shot, theme: Theme, folder: Path) -> MainWindow:
    """Return a window that shows one situation, laid out and painted. Close it after use."""
    theme.choose(shot.theme)
    window = MainWindow(theme, sample_application(shot, folder))
    window.resize(shot.size)
    window.show()
    for _ in range(3):  # layouts that depend on a width settle in a second round
        QCoreApplication.processEvents()
    return window


def main(folder: Path) -> int:
    """Draw all pictures into ``folder`` and return 0."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication([])
    load_fonts()
    theme = Theme()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lbm-studio-shots-") as settings:
        for shot in all_shots():
            window = draw(shot, theme, Path(settings))
            window.grab().save(str(folder / shot.name))
            window.close()
            window.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    application.processEvents()
    return 0
