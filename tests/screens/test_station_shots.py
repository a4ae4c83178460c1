"""The Station panel and its sheet in every state: readable in both themes and at both sizes."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSize
from PySide6.QtWidgets import QApplication, QPushButton

from lbm_studio.app.application import Application
from lbm_studio.app.settings import Theme as ThemeChoice
from lbm_studio.app.views.station import StationView
from lbm_studio.app.views.window import PanelName
from lbm_studio.ui.sample_stations import (
    station_editor,
    station_failed,
    station_in_reflex,
    station_real,
    station_stop_failed,
)
from lbm_studio.ui.sample_views import Situation
from lbm_studio.ui.shots import SIZES, THEMES, Shot, sample_application
from lbm_studio.ui.theme import Theme, load_fonts
from lbm_studio.ui.widgets.station_sheet import StationSheet
from lbm_studio.ui.window import MainWindow
from tests.screens.test_shots import cut_off, outside, shown

LOOKS = list(itertools.product(THEMES, SIZES))
Drawn = tuple[MainWindow, Application]
Draw = Callable[[Situation], Drawn]


@pytest.fixture(scope="module")
def theme(qapp: QApplication) -> Theme:
    load_fonts()
    return Theme()


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1].width()}")
def panel(request: pytest.FixtureRequest, theme: Theme, tmp_path: Path) -> Iterator[Draw]:
    """Return a function that draws the panel in one situation."""
    windows: list[MainWindow] = []
    choice: tuple[ThemeChoice, QSize] = request.param

    def draw_(situation: Situation) -> Drawn:
        theme.choose(choice[0])
        application = sample_application(Shot(PanelName.STATION, situation, *choice), tmp_path)
        window = MainWindow(theme, application)
        windows.append(window)
        window.resize(choice[1])
        window.show()
        settle()
        return window, application

    yield draw_
    for window in windows:
        window.close()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def settle() -> None:
    for _ in range(3):  # layouts that depend on a width settle in a second round
        QCoreApplication.processEvents()


def filled(window: MainWindow) -> list[QPushButton]:
    buttons = [b for b in shown(window, QPushButton) if b.property("kind") == "primary"]
    return [button for button in buttons if button.isEnabled()]


@pytest.mark.parametrize(
    ("situation", "view", "next_button"),
    [
        (Situation.EMPTY, station_real(), "connect"),
        (Situation.EMPTY, station_failed(), "connect"),
        (Situation.EMPTY, station_stop_failed(), "connect"),
        (Situation.FULL, station_in_reflex(), "recover"),
    ],
    ids=["real arms", "an arm is busy", "the stop does not answer", "an arm in reflex"],
)
def test_a_state_of_the_panel_is_readable_and_says_what_comes_next(
    panel: Draw, situation: Situation, view: StationView, next_button: str
) -> None:
    window, application = panel(situation)
    application.station.publish(view)
    settle()

    assert cut_off(window) == []
    assert outside(window) == []
    assert [button.objectName() for button in filled(window)] == [next_button]


@pytest.mark.parametrize("with_problems", [False, True], ids=["fine", "with problems"])
@pytest.mark.parametrize("page", ["Station", "Arms", "Limits", "Cameras"])
def test_a_page_of_the_sheet_is_readable(panel: Draw, page: str, with_problems: bool) -> None:
    window, application = panel(Situation.EMPTY)
    application.station.editor.publish(station_editor(with_problems=with_problems))
    sheet = window.findChild(StationSheet, "stationSheet")
    assert sheet is not None
    sheet.turn_to(page)
    settle()

    assert cut_off(sheet) == []
    assert outside(sheet) == []
