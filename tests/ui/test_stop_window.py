from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from lbm_studio.app.views.window import StopView
from lbm_studio.core.clock import ManualClock
from lbm_studio.ui.stop_window import StopWindow
from lbm_studio.ui.theme import Theme
from lbm_studio.ui.widgets.stop_button import StopButton
from tests.ui.conftest import child
from tests.ui.fakes import Recorder, as_model


@pytest.fixture
def stop(qtbot: QtBot, theme: Theme) -> Iterator[tuple[StopWindow, Recorder]]:
    model = Recorder(StopView())
    window = StopWindow(theme, as_model(model), ManualClock())
    qtbot.addWidget(window)
    window.start()
    yield window, model
    window.end()


def test_the_button_fills_the_window_and_acts_when_it_goes_down(
    stop: tuple[StopWindow, Recorder],
) -> None:
    window, model = stop
    button = child(window, StopButton, "stop")

    QTest.mousePress(button, Qt.MouseButton.LeftButton)

    assert ("press", "STOP window") in model.calls
    assert button.width() > window.width() * 0.9


@pytest.mark.parametrize(
    ("view", "sentence"),
    [
        (StopView(), "The station does not answer."),
        (StopView(reachable=True), "Ready. Press to stop all arms."),
        (StopView(True, "Stopped by gamepad.", reachable=True), "Stopped by gamepad."),
    ],
)
def test_it_says_how_things_are(
    stop: tuple[StopWindow, Recorder], view: StopView, sentence: str
) -> None:
    window, model = stop

    model.publish(view)

    assert child(window, QLabel, "stopState").text() == sentence


def test_it_stays_on_top_and_cannot_be_closed_by_hand(stop: tuple[StopWindow, Recorder]) -> None:
    window, _ = stop

    window.close()

    assert window.isVisible()
    assert window.windowFlags() & Qt.WindowType.WindowStaysOnTopHint
