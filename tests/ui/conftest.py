"""A theme, a window of one panel, and the widgets in it by name."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from lbm_studio.app.settings import Theme as ThemeChoice
from lbm_studio.app.views.window import PanelName
from lbm_studio.ui.keys import KeyGuard
from lbm_studio.ui.sample_views import Situation
from lbm_studio.ui.theme import Theme, load_fonts
from lbm_studio.ui.window import MainWindow
from tests.ui.fakes import Models, make_models

W = TypeVar("W", bound=QWidget)
OpenWindow = Callable[..., tuple[MainWindow, Models]]


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    load_fonts()
    result = Theme(ThemeChoice.DARK)
    result.apply()
    yield result
    result.deleteLater()


@pytest.fixture
def open_window(
    qtbot: QtBot, qapp: QApplication, theme: Theme, tmp_path: Path
) -> Iterator[OpenWindow]:
    """Return a function that opens the main window on one panel in one situation."""
    windows: list[MainWindow] = []
    guards: list[KeyGuard] = []

    def open_(panel: PanelName, situation: Situation = Situation.FULL) -> tuple[MainWindow, Models]:
        models = make_models(situation, panel, tmp_path)
        window = MainWindow(theme, models.application)
        windows.append(window)
        guards.append(KeyGuard(models.application))
        qapp.installEventFilter(guards[-1])
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        return window, models

    yield open_
    for guard in guards:
        qapp.removeEventFilter(guard)
    for window in windows:
        window.close()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def child(parent: QWidget, kind: type[W], name: str) -> W:
    """Return the widget of that name."""
    found = parent.findChild(kind, name)
    assert found is not None, f"no {kind.__name__} called {name}"
    return found
