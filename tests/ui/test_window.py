import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from lbm_studio.app.notices import Level, Notice
from lbm_studio.app.views.window import PanelName, StopView
from lbm_studio.ui.sample_views import Situation
from lbm_studio.ui.widgets.navigation import NavigationItem
from lbm_studio.ui.widgets.stop_button import StopButton
from lbm_studio.ui.window import MainWindow
from tests.ui.conftest import OpenWindow, child

SHEETS = ("nav_help", "nav_settings", "notices")


def place(window: MainWindow, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def test_stop_acts_when_it_goes_down_not_when_it_comes_up(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.RUN)

    QTest.mousePress(child(window, StopButton, "stop"), Qt.MouseButton.LeftButton)

    assert models.window.calls == [("press_stop", "window button")]


def test_stop_is_in_the_same_place_on_every_panel(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.STATION)
    stop = child(window, StopButton, "stop")
    places = set()

    for panel in PanelName:
        models.window.change(panel=panel)
        places.add(place(window, stop).getRect())

    assert len(places) == 1
    x, _, width, height = places.pop()
    assert width >= 140
    assert height >= 56
    assert x + width > window.width() - 20


@pytest.mark.parametrize("name", SHEETS)
def test_nothing_that_opens_covers_stop(open_window: OpenWindow, name: str) -> None:
    window, _ = open_window(PanelName.TEACH, Situation.ERROR)
    stop = child(window, StopButton, "stop")

    child(window, QWidget, name).click()  # type: ignore[attr-defined]

    assert window.childAt(place(window, stop).center()) is stop
    assert stop.isEnabled()


def test_a_latched_stop_says_why_and_offers_the_reset(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.RUN)
    hold = child(window, QPushButton, "hold")
    assert not hold.isVisible()

    models.window.change(stop=StopView(True, "Stopped by Esc.", can_reset=True))
    QTest.mousePress(hold, Qt.MouseButton.LeftButton)
    QTest.mouseRelease(hold, Qt.MouseButton.LeftButton)

    assert child(window, QLabel, "message").text().startswith("Stopped by Esc.")
    assert [call[0] for call in models.window.calls] == ["reset_pressed", "reset_released"]


def test_a_notice_is_shown_until_it_is_dismissed(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.TRAIN)
    notice = Notice(7, Level.WARN, "The disk is nearly full.", 0.0)

    models.window.change(notices=(notice,))
    shown = child(window, QLabel, "message").text()
    child(window, QPushButton, "dismiss").click()

    assert shown == "The disk is nearly full."
    assert models.window.calls == [("dismiss_notice", 7)]


def test_saying_something_moves_nothing(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.TEACH)
    watched = [child(window, QPushButton, name) for name in ("record", "keep", "stationState")]
    before = [place(window, widget).topLeft() for widget in watched]

    models.window.change(notices=(Notice(1, Level.BAD, "The camera stands still.", 0.0),))

    assert [place(window, widget).topLeft() for widget in watched] == before


@pytest.mark.parametrize("panel", list(PanelName))
def test_the_navigation_brings_each_panel(open_window: OpenWindow, panel: PanelName) -> None:
    window, models = open_window(PanelName.STATION)

    child(window, NavigationItem, f"nav_{panel}").click()

    assert models.window.calls == [("show_panel", panel)]


def test_without_a_station_the_one_filled_button_leads_to_it(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.TEACH, Situation.EMPTY)
    filled = [b for b in window.findChildren(QPushButton) if b.property("kind") == "primary"]

    ready = [button for button in filled if button.isVisible() and button.isEnabled()]
    ready[0].click()

    assert len(ready) == 1
    assert models.window.calls == [("show_panel", PanelName.STATION)]


def test_the_place_of_the_window_is_remembered(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.STATION)
    window.resize(1300, 820)

    window.close()

    assert models.settings.current.geometry.width == 1300
