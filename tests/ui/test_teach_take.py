"""A take on the Teach panel, by clicks on real widgets: countdown, verdict, what comes next."""

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QSlider
from pytestqt.qtbot import QtBot

from lbm_studio.app.notices import Level
from lbm_studio.app.views.teach import TeachState, TeachView, VerdictLine
from lbm_studio.app.views.window import PanelName
from lbm_studio.core.cues import Cue
from lbm_studio.ui.sample_views import teach_counting, teach_doubtful, with_target
from lbm_studio.ui.widgets.camera_tile import CameraTileWidget
from lbm_studio.ui.window import MainWindow
from tests.screens.test_shots import cut_off, outside
from tests.ui.conftest import OpenWindow, child
from tests.ui.test_panels import filled


def test_the_countdown_is_shown_and_can_be_given_up(open_window: OpenWindow, qtbot: QtBot) -> None:
    window, models = open_window(PanelName.TEACH)
    models.teach.publish(teach_counting())

    shown = child(window, QLabel, "elapsed").text()
    qtbot.mouseClick(child(window, QPushButton, "record"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(child(window, QPushButton, "discard"), Qt.MouseButton.LeftButton)

    assert shown == "3"
    assert filled(window) == ["record"]
    assert models.teach.calls == [("finish",), ("discard",)]


def test_a_doubtful_take_is_offered_to_be_shown_again(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window, models = open_window(PanelName.TEACH)
    models.teach.publish(teach_doubtful())

    again = child(window, QPushButton, "redo")
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)

    assert filled(window) == ["redo"]
    assert models.teach.calls == [("redo",)]


@pytest.mark.parametrize("view", [teach_counting(), teach_doubtful()], ids=["counting", "doubtful"])
def test_a_take_fits_the_smallest_window(open_window: OpenWindow, view: TeachView) -> None:
    window, models = open_window(PanelName.TEACH)
    models.teach.publish(view)
    for _ in range(3):  # layouts that depend on a width settle in a second round
        QCoreApplication.processEvents()

    assert cut_off(window) == []
    assert outside(window) == []


@pytest.mark.parametrize(
    ("cue", "word"), [(Cue.KEPT, "Kept"), (Cue.DISCARDED, "Discarded"), (Cue.STARTED, "")]
)
def test_what_is_said_with_a_sound_is_shown_as_well(
    open_window: OpenWindow, cue: Cue, word: str
) -> None:
    window, models = open_window(PanelName.TEACH)

    models.teach.change(state=TeachState.READY, cue=cue)

    assert child(window, QLabel, "elapsed").text() == word


def test_advice_follows_the_verdict(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.TEACH)
    verdict = (VerdictLine(Level.GOOD, "The goal was reached."),)

    models.teach.change(verdict=verdict, advice="20 takes were enough.")

    lines = [child(window, QLabel, f"verdict{index}").text() for index in range(3)]
    assert lines == ["The goal was reached.", "20 takes were enough.", ""]


def test_the_wanted_start_is_blended_in_by_switch_and_slider(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window, models = open_window(PanelName.TEACH)

    qtbot.mouseClick(child(window, QPushButton, "showStart"), Qt.MouseButton.LeftButton)
    models.starts.change(share=0.0)
    qtbot.mouseClick(child(window, QPushButton, "showStart"), Qt.MouseButton.LeftButton)
    slider = child(window, QSlider, "startShare")
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_End)

    assert models.starts.calls == [("set_share", 0.0), ("set_share", 0.5), ("set_share", 1.0)]


def test_a_wanted_start_changes_the_live_picture_and_no_other(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.TEACH)
    tiles = {tile.accessibleName().partition(".")[0]: tile for tile in tiles_of(window)}
    before = {name: tile.grab().toImage() for name, tile in tiles.items()}

    models.cameras.publish(with_target(models.cameras.view))

    changed = {name for name, tile in tiles.items() if tile.grab().toImage() != before[name]}
    assert changed == {"scene right", "scene left"}


def tiles_of(window: MainWindow) -> list[CameraTileWidget]:
    return [t for t in window.findChildren(CameraTileWidget) if t.isVisible()]
