from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from lbm_studio.app.place import STOP_WINDOW_FILE
from lbm_studio.app.views.window import StopView
from lbm_studio.core.clock import ManualClock
from lbm_studio.ui.stop_window import StopWindow
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.stop_button import StopButton
from tests.ui.conftest import child
from tests.ui.fakes import Recorder, as_model


@pytest.fixture
def stop(qtbot: QtBot, theme: Theme, tmp_path: Path) -> Iterator[tuple[StopWindow, Recorder]]:
    model = Recorder(StopView())
    window = StopWindow(theme, as_model(model), tmp_path, ManualClock())
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

    assert [call for call in model.calls if call[0] != "poll"] == [("press", "STOP window")]
    assert button.width() > window.width() * 0.9


@pytest.mark.parametrize(
    ("view", "sentence"),
    [
        (StopView(), "The station does not answer."),
        (StopView(reachable=True), "Ready. Press to stop all arms."),
        (StopView(True, "Stopped by gamepad.", reachable=True), "Stopped by gamepad."),
        (StopView(reachable=True, report="It was ended."), "It was ended."),
    ],
)
def test_it_says_how_things_are(
    stop: tuple[StopWindow, Recorder], view: StopView, sentence: str
) -> None:
    window, model = stop

    model.publish(view)

    assert child(window, QLabel, "stopState").text() == sentence


@pytest.mark.parametrize(
    ("hardware_stop", "words"),
    [("", "Hardware stop: unknown"), ("pressed", "Hardware stop: pressed")],
)
def test_it_tells_the_hardware_stop_beside_its_own(
    stop: tuple[StopWindow, Recorder], hardware_stop: str, words: str
) -> None:
    window, model = stop

    model.publish(StopView(reachable=True, hardware_stop=hardware_stop))

    assert child(window, QLabel, "hardwareStop").text() == words


def test_it_stays_on_top_and_cannot_be_closed_by_hand(stop: tuple[StopWindow, Recorder]) -> None:
    window, _ = stop

    window.close()

    assert window.isVisible()
    assert window.windowFlags() & Qt.WindowType.WindowStaysOnTopHint


def test_it_opens_at_the_lower_right_above_a_status_bar(stop: tuple[StopWindow, Recorder]) -> None:
    window, _ = stop
    room = window.screen().availableGeometry()
    frame = window.frameGeometry()

    assert room.contains(frame)
    assert 0 < room.right() - frame.right() < frame.width() / 4
    assert METRICS.status_bar < room.bottom() - frame.bottom() < 2 * METRICS.status_bar


def test_it_opens_where_it_was_put(
    stop: tuple[StopWindow, Recorder], theme: Theme, tmp_path: Path
) -> None:
    window, model = stop
    window.move(40, 60)
    window.end()

    again = StopWindow(theme, as_model(model), tmp_path, ManualClock())
    again.start()

    assert (again.x(), again.y()) == (40, 60)
    again.end()
    again.deleteLater()


@pytest.mark.parametrize("text", ['{"x": 90000, "y": 0}', '{"x": "left"}', "{"])
def test_a_place_that_no_screen_has_is_forgotten(
    stop: tuple[StopWindow, Recorder], theme: Theme, tmp_path: Path, text: str
) -> None:
    window, model = stop
    first = window.pos()
    (tmp_path / STOP_WINDOW_FILE).write_text(text)

    again = StopWindow(theme, as_model(model), tmp_path, ManualClock())
    again.start()

    assert again.pos() == first
    again.end()
    again.deleteLater()
