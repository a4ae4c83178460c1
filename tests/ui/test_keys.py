import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from lbm_studio.app.views.teach import MotionSource, TeachState
from lbm_studio.app.views.window import PanelName
from lbm_studio.ui.sample_views import Situation
from lbm_studio.ui.window import MainWindow
from tests.ui.conftest import OpenWindow, child
from tests.ui.fakes import Models

ESC, SPACE = ("press_stop", "Esc"), ("press_stop", "Space")


@pytest.fixture
def teach(open_window: OpenWindow) -> tuple[MainWindow, Models]:
    window, models = open_window(PanelName.TEACH)
    models.teach.change(state=TeachState.READY)
    return window, models


def press(window: QWidget, key: Qt.Key) -> None:
    QTest.keyClick(window.windowHandle(), key)


def test_esc_stops_while_somebody_types(teach: tuple[MainWindow, Models]) -> None:
    window, models = teach
    child(window, QLineEdit, "goal").setFocus()

    press(window, Qt.Key.Key_Escape)

    assert models.window.calls == [ESC]
    assert models.teach.calls == []


def test_space_stops_even_on_a_button(teach: tuple[MainWindow, Models]) -> None:
    window, models = teach
    child(window, QPushButton, "newLayout").setFocus()

    press(window, Qt.Key.Key_Space)

    assert models.window.calls == [SPACE]
    assert models.teach.calls == []


def test_space_in_a_text_field_is_a_space(teach: tuple[MainWindow, Models]) -> None:
    window, models = teach
    goal = child(window, QLineEdit, "goal")
    goal.setFocus()
    goal.clear()

    for key in (Qt.Key.Key_A, Qt.Key.Key_Space, Qt.Key.Key_R):
        press(window, key)

    assert goal.text() == "a r"
    assert models.window.calls == []


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Space])
def test_a_stop_key_that_is_held_stops_once(
    teach: tuple[MainWindow, Models], qapp: QApplication, key: Qt.Key
) -> None:
    window, models = teach
    press(window, key)
    stops = list(models.window.calls)

    repeated = QKeyEvent(
        QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, "", autorep=True
    )
    QApplication.sendEvent(window.windowHandle(), repeated)

    assert stops == [ESC if key == Qt.Key.Key_Escape else SPACE]
    assert models.window.calls == stops


@pytest.mark.parametrize(
    ("state", "key", "intent"),
    [
        (TeachState.READY, Qt.Key.Key_R, ("start",)),
        (TeachState.RECORDING, Qt.Key.Key_R, ("finish",)),
        (TeachState.DECIDING, Qt.Key.Key_Return, ("keep",)),
        (TeachState.DECIDING, Qt.Key.Key_Backspace, ("discard",)),
        (TeachState.READY, Qt.Key.Key_Z, ("undo_last",)),
    ],
)
def test_a_take_is_made_with_keys_alone(
    teach: tuple[MainWindow, Models], state: TeachState, key: Qt.Key, intent: tuple[str]
) -> None:
    window, models = teach
    models.teach.change(state=state)

    press(window, key)

    assert models.teach.calls == [intent]


def test_enter_in_the_goal_field_does_not_keep_a_take(teach: tuple[MainWindow, Models]) -> None:
    window, models = teach
    goal = child(window, QLineEdit, "goal")
    goal.setFocus()
    goal.setText("stack the cubes")

    press(window, Qt.Key.Key_Return)

    assert models.teach_goal.calls == [("confirm", "stack the cubes"), ("typed", "stack the cubes")]
    assert models.teach.calls == []
    assert models.window.calls == []


def test_arm_keys_reach_the_teach_panel_only_with_the_keyboard_as_source(
    teach: tuple[MainWindow, Models],
) -> None:
    window, models = teach

    press(window, Qt.Key.Key_W)
    models.teach.change(source=MotionSource.KEYBOARD)
    press(window, Qt.Key.Key_PageUp)

    assert models.teach.calls == [("key_pressed", "page up"), ("key_released", "page up")]


@pytest.mark.parametrize("elsewhere", ["a text field", "another panel", "a held Ctrl"])
def test_an_arm_key_that_comes_up_is_let_go_wherever_the_focus_is(
    teach: tuple[MainWindow, Models], elsewhere: str
) -> None:
    window, models = teach
    models.teach.change(source=MotionSource.KEYBOARD)
    QTest.keyPress(window.windowHandle(), Qt.Key.Key_W)

    modifier = Qt.KeyboardModifier.NoModifier
    if elsewhere == "a text field":
        child(window, QLineEdit, "goal").setFocus()
    elif elsewhere == "another panel":
        models.window.change(panel=PanelName.REVIEW)
    else:
        modifier = Qt.KeyboardModifier.ControlModifier
    QTest.keyRelease(window.windowHandle(), Qt.Key.Key_W, modifier)

    assert models.teach.calls == [("key_pressed", "w"), ("key_released", "w")]


def test_arm_keys_are_let_go_when_the_window_loses_the_focus(
    teach: tuple[MainWindow, Models], qapp: QApplication
) -> None:
    _, models = teach

    QApplication.sendEvent(qapp, QEvent(QEvent.Type.ApplicationDeactivate))

    assert models.teach.calls == [("release_keys",)]


def test_a_key_that_is_held_does_not_act_again_but_steps_on_through_frames(
    open_window: OpenWindow,
) -> None:
    window, _ = open_window(PanelName.RUN)

    shortcuts = window.findChildren(QShortcut)

    repeating = {one.key().toString() for one in shortcuts if one.autoRepeat()}
    assert len(shortcuts) > len(repeating)
    assert repeating == {"Left", "Right"}


def test_ctrl_and_a_number_bring_a_panel(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.STATION, Situation.FULL)

    QTest.keyClick(window.windowHandle(), Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)

    assert models.window.calls == [("show_panel", PanelName.RUN)]


@pytest.mark.parametrize("panel", [PanelName.TEACH, PanelName.RUN])
def test_a_goal_is_spoken_for_as_long_as_the_key_is_held(
    teach: tuple[MainWindow, Models], panel: PanelName
) -> None:
    window, models = teach
    models.window.change(panel=panel)
    goal = {PanelName.TEACH: models.teach_goal, PanelName.RUN: models.run_goal}[panel]

    QTest.keyPress(window.windowHandle(), Qt.Key.Key_M)
    repeated = QKeyEvent(
        QEvent.Type.KeyPress, Qt.Key.Key_M, Qt.KeyboardModifier.NoModifier, "m", autorep=True
    )
    QApplication.sendEvent(window.windowHandle(), repeated)
    while_held = list(goal.calls)
    QTest.keyRelease(window.windowHandle(), Qt.Key.Key_M)

    assert while_held == [("press",)]
    assert goal.calls == [("press",), ("release",)]


def test_while_somebody_types_the_key_to_talk_needs_ctrl(
    teach: tuple[MainWindow, Models],
) -> None:
    window, models = teach
    goal = child(window, QLineEdit, "goal")
    goal.setFocus()
    goal.clear()

    press(window, Qt.Key.Key_M)
    typed = (goal.text(), list(models.teach_goal.calls))
    QTest.keyPress(window.windowHandle(), Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    QTest.keyRelease(window.windowHandle(), Qt.Key.Key_M)  # Ctrl may come up first

    assert typed == ("m", [])
    assert goal.text() == "m"
    assert models.teach_goal.calls == [("press",), ("release",)]


def test_nobody_listens_where_there_is_no_goal(teach: tuple[MainWindow, Models]) -> None:
    window, models = teach
    models.window.change(panel=PanelName.REVIEW)

    press(window, Qt.Key.Key_M)

    assert models.teach_goal.calls == models.run_goal.calls == []


@pytest.mark.parametrize("how", ["the window loses the focus", "another panel comes"])
def test_whoever_listens_is_told_that_the_key_came_up(
    teach: tuple[MainWindow, Models], qapp: QApplication, how: str
) -> None:
    window, models = teach
    QTest.keyPress(window.windowHandle(), Qt.Key.Key_M)

    if how == "the window loses the focus":
        QApplication.sendEvent(qapp, QEvent(QEvent.Type.ApplicationDeactivate))
    models.window.change(panel=PanelName.RUN)
    QTest.keyRelease(window.windowHandle(), Qt.Key.Key_M)

    assert models.teach_goal.calls == [("press",), ("release",)]
    assert models.run_goal.calls == []
