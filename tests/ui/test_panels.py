import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QWidget,
)

from lbm_studio.app.views.goal import SpokenGoalState
from lbm_studio.app.views.run import RunState
from lbm_studio.app.views.station import StationPanelState
from lbm_studio.app.views.station_editor import StationEditorView
from lbm_studio.app.views.teach import MotionSource, TeachState
from lbm_studio.app.views.train import TrainState
from lbm_studio.app.views.window import PanelName
from lbm_studio.core.runs import JobStatus
from lbm_studio.ui.sample_stations import station_editor, station_in_reflex, station_real
from lbm_studio.ui.sample_views import Situation, teach_with_keys
from lbm_studio.ui.widgets.basics import FILLED
from lbm_studio.ui.widgets.station_sheet import StationSheet
from tests.ui.conftest import OpenWindow, child
from tests.ui.fakes import Recorder


def filled(window: QWidget) -> list[str]:
    buttons = window.findChildren(QPushButton)
    return [
        b.objectName()
        for b in buttons
        if b.isVisible() and b.isEnabled() and b.property("kind") in FILLED
    ]


@pytest.mark.parametrize(
    ("state", "name", "intents"),
    [
        (StationPanelState.DISCONNECTED, "connect", [("connect",)]),
        (StationPanelState.FAILED, "connect", [("connect",)]),
        (StationPanelState.CONNECTING, "connect", [("disconnect",)]),
        (StationPanelState.CONNECTED, "connect", [("disconnect",)]),
        (StationPanelState.CONNECTED, "testStop", [("test_stop",)]),
    ],
)
def test_station_buttons_do_what_they_say(
    open_window: OpenWindow, state: StationPanelState, name: str, intents: list[object]
) -> None:
    window, models = open_window(PanelName.STATION)
    models.station.change(state=state)

    child(window, QPushButton, name).click()

    assert models.station.calls == intents


@pytest.mark.parametrize(
    ("panel", "name", "confirm"),
    [(PanelName.TEACH, "record", "goalUse"), (PanelName.RUN, "go", "promptUse")],
)
def test_while_a_spoken_goal_waits_only_its_confirmation_is_filled_and_nothing_jumps(
    open_window: OpenWindow, panel: PanelName, name: str, confirm: str
) -> None:
    window, models = open_window(panel, Situation.BUSY)
    model, goal, ready = {
        PanelName.TEACH: (models.teach, models.teach_goal, TeachState.READY),
        PanelName.RUN: (models.run, models.run_goal, RunState.READY),
    }[panel]
    model.change(state=ready)
    QCoreApplication.processEvents()  # lays out what has come
    begin = child(window, QPushButton, name)
    before = (filled(window), begin.geometry())

    goal.change(state=SpokenGoalState.OFFERED, transcript="lift the cup")
    model.change(is_goal_spoken=True)
    QCoreApplication.processEvents()

    assert before[0] == [name]
    assert filled(window) == [confirm]
    assert begin.geometry() == before[1]


def test_a_process_that_died_can_be_started_again(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.STATION, Situation.ERROR)

    child(window, QPushButton, "restart_renderer").click()

    assert models.station.calls == [("restart", "renderer")]


def test_a_ready_station_leads_on_to_teaching(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.STATION)

    child(window, QPushButton, "next").click()

    assert models.window.calls == [("show_panel", PanelName.TEACH)]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (TeachState.READY, ["record"]),
        (TeachState.RECORDING, ["record"]),
        (TeachState.DECIDING, ["keep"]),
        (TeachState.SAVING, []),
        (TeachState.NEEDS_GOAL, []),
    ],
)
def test_teach_fills_the_button_that_comes_next(
    open_window: OpenWindow, state: TeachState, expected: list[str]
) -> None:
    window, models = open_window(PanelName.TEACH)

    models.teach.change(state=state)

    assert filled(window) == expected


def test_teach_tells_the_model_what_was_typed_and_chosen(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.TEACH)
    models.teach.change(state=TeachState.READY)
    goal = child(window, QLineEdit, "goal")

    goal.setFocus()
    goal.setText("stack the cubes")
    goal.editingFinished.emit()
    child(window, QSpinBox, "wanted").setValue(40)
    source = child(window, QComboBox, "source")
    source.activated.emit(source.findData(MotionSource.GAMEPAD.value))
    child(window, QPushButton, "newLayout").click()

    assert models.teach_goal.calls == [("typed", "stack the cubes")]
    assert models.teach.calls == [
        ("set_wanted", 40),
        ("set_source", MotionSource.GAMEPAD),
        ("new_layout",),
    ]


@pytest.mark.parametrize(
    ("is_series", "text", "intent"),
    [
        (False, "Record the rest", ("start_series",)),
        (True, "End after this", ("end_series",)),
    ],
)
def test_the_colleague_records_the_rest_until_told_to_end(
    open_window: OpenWindow, is_series: bool, text: str, intent: tuple[str]
) -> None:
    window, models = open_window(PanelName.TEACH)
    state = TeachState.RECORDING if is_series else TeachState.READY
    models.teach.change(state=state, is_series=is_series)
    series = child(window, QPushButton, "series")

    series.click()

    assert series.text() == text
    assert models.teach.calls == [intent]


@pytest.mark.parametrize(
    ("changes", "is_visible"),
    [
        ({"state": TeachState.READY, "kept": 30}, True),
        ({"state": TeachState.DECIDING}, True),
        ({"state": TeachState.READY, "source": MotionSource.KEYBOARD}, False),
    ],
)
def test_a_series_is_offered_only_where_the_colleague_can_begin_one(
    open_window: OpenWindow, changes: dict[str, object], is_visible: bool
) -> None:
    window, models = open_window(PanelName.TEACH)

    models.teach.change(**changes)

    series = child(window, QPushButton, "series")
    assert series.isVisible() == is_visible
    assert not (series.isVisible() and series.isEnabled())


def test_what_is_being_typed_is_not_overwritten(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.TEACH)
    models.teach.change(state=TeachState.READY)
    goal = child(window, QLineEdit, "goal")
    goal.setFocus()
    goal.setText("half a sen")

    models.teach.change(kept=13)

    assert goal.text() == "half a sen"
    assert child(window, QLabel, "kept").text() == "13"


def test_the_keys_that_move_an_arm_are_shown_while_they_do(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.TEACH)

    models.teach.publish(teach_with_keys())

    assert child(window, QLabel, "keyArm").isVisible()
    assert "right arm" in child(window, QLabel, "keyArm").text()


@pytest.mark.parametrize(
    ("state", "name", "intents"),
    [
        (RunState.READY, "go", [("run",)]),
        (RunState.RUNNING, "go", [("pause",)]),
        (RunState.PAUSED, "go", [("resume",)]),
        (RunState.RUNNING, "end", [("halt",)]),
        (RunState.HOMING, "end", [("halt",)]),
        (RunState.READY, "home", [("home",)]),
        (RunState.NEEDS_SKILL, "go", []),
        (RunState.STOPPED, "go", []),
        (RunState.BUSY, "go", []),
    ],
)
def test_run_buttons_do_what_they_say(
    open_window: OpenWindow, state: RunState, name: str, intents: list[object]
) -> None:
    window, models = open_window(PanelName.RUN)
    models.run.calls.clear()
    models.run.change(state=state)

    child(window, QPushButton, name).click()

    assert models.run.calls == intents


def test_run_passes_on_the_prompt_the_speed_and_a_suggestion(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.RUN, Situation.ERROR)
    models.run.calls.clear()
    prompt = child(window, QLineEdit, "prompt")

    prompt.textEdited.emit("put it there")
    child(window, QSlider, "speed").setValue(10)
    child(window, QPushButton, "suggestion0").click()

    assert models.run.calls == [
        ("set_prompt", "put it there"),
        ("set_speed", 0.5),
        ("accept_suggestion", models.run.view.suggestions[0]),
    ]


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        (Situation.FULL, ["train_publish"]),
        (Situation.ERROR, ["train_resume"]),
        (Situation.BUSY, []),
    ],
)
def test_train_fills_the_button_that_comes_next(
    open_window: OpenWindow, situation: Situation, expected: list[str]
) -> None:
    window, _ = open_window(PanelName.TRAIN, situation)

    assert filled(window) == expected


def test_train_starts_stops_and_goes_on(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.TRAIN)
    models.train.calls.clear()

    child(window, QPushButton, "train").click()
    models.train.change(state=TrainState.RUNNING, status=JobStatus.RUNNING)
    child(window, QPushButton, "train_stop").click()
    models.train.change(state=TrainState.READY, status=JobStatus.STOPPED)
    child(window, QPushButton, "train_resume").click()

    assert models.train.calls == [("start",), ("stop",), ("resume",)]


def test_a_policy_can_be_tried_out_when_the_model_says_so(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.TRAIN)
    models.train.calls.clear()
    button = child(window, QPushButton, "train_try_out")

    models.train.change(can_try_out=False, try_out_sentence="Trying it out.")
    button.click()
    models.train.change(can_try_out=True)
    button.click()

    assert child(window, QLabel, "tryOutSentence").text() == "Trying it out."
    assert models.train.calls == [("try_out",)]


def test_choosing_from_a_list_is_an_intent_and_being_told_is_not(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.TRAIN)
    models.train.calls.clear()
    start = child(window, QComboBox, "start")

    models.train.change(start="")
    start.activated.emit(1)

    assert models.train.calls == [("choose_start", "/lbm")]


@pytest.mark.parametrize(
    ("name", "intent"),
    [
        ("editStation", ("edit",)),
        ("newStation", ("create",)),
        ("copyStation", ("duplicate",)),
        ("deleteStation", ("delete",)),
        ("undoStation", ("undo",)),
    ],
)
def test_stations_are_edited_made_copied_deleted_and_brought_back(
    open_window: OpenWindow, name: str, intent: tuple[str]
) -> None:
    window, models = open_window(PanelName.STATION, Situation.EMPTY)
    models.station.publish(station_real())

    child(window, QPushButton, name).click()

    assert models.station.calls == [intent]


def test_an_arm_in_reflex_is_recovered_by_the_one_filled_button(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.STATION)
    models.station.publish(station_in_reflex())
    QCoreApplication.processEvents()  # new lines are shown with the next layout

    assert filled(window) == ["recover"]
    child(window, QPushButton, "recover").click()

    assert models.station.calls == [("recover",)]


def test_the_sheet_of_a_station_tells_the_model_what_is_typed_and_saved(
    open_window: OpenWindow,
) -> None:
    window, models = open_window(PanelName.STATION, Situation.EMPTY)
    editor = models.station.editor
    assert isinstance(editor, Recorder)
    editor.publish(station_editor())
    address = child(window, QLineEdit, "edit_arms[0].address")

    address.end(False)
    QTest.keyClicks(address, "0")
    child(window, QCheckBox, "edit_realtime").click()
    child(window, QPushButton, "saveStation").click()
    editor.publish(StationEditorView())

    assert editor.calls == [
        ("type", "arms[0].address", "172.16.0.20"),
        ("type", "realtime", "no"),
        ("save",),
    ]
    assert not child(window, QWidget, "stationSheet").isVisible()


def test_a_problem_is_told_beneath_its_field_and_keeps_the_station_from_being_saved(
    open_window: OpenWindow,
) -> None:
    window, models = open_window(PanelName.STATION, Situation.EMPTY)
    editor = models.station.editor
    assert isinstance(editor, Recorder)
    editor.publish(station_editor(with_problems=True))
    child(window, StationSheet, "stationSheet").turn_to("Arms")

    problem = child(window, QLabel, "problem_arms[1].address")
    assert problem.isVisible()
    assert problem.text() == "This is another arm's too."
    assert not child(window, QPushButton, "saveStation").isEnabled()
