"""The Review panel: real clicks, and what they ask of the view-model."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QIcon
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QTableView,
    QWidget,
)

from lbm_studio.app.views.review import Result, RowFilter, RowOrder
from lbm_studio.app.views.window import PanelName
from lbm_studio.ui.window import MainWindow
from tests.screens.test_shots import cut_off
from tests.ui.conftest import OpenWindow, child
from tests.ui.fakes import Models

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
Shown = tuple[MainWindow, Models]


@pytest.fixture
def shown(open_window: OpenWindow) -> Shown:
    window, models = open_window(PanelName.REVIEW)
    models.review.calls.clear()
    return window, models


def click(window: QWidget, name: str) -> None:
    button = child(window, QPushButton, name)
    assert button.isVisible(), name
    assert button.isEnabled(), name
    QTest.mouseClick(button, LEFT)


def row_at(table: QTableView, row: int) -> QPoint:
    return table.visualRect(table.model().index(row, 1)).center()


@pytest.mark.parametrize(
    ("name", "intent"),
    [
        ("review_success", ("edit.mark", True)),
        ("review_failure", ("edit.mark", False)),
        ("review_partial", ("edit.measure", 1, 3)),
        ("review_delete", ("edit.delete",)),
        ("review_undo", ("edit.undo",)),
        ("review_redo", ("edit.redo",)),
        ("play", ("play",)),
        ("stepBack", ("step", -1)),
        ("stepForward", ("step", 1)),
        ("loop", ("set_loop", True)),
        ("trimFirst", ("edit.trim", 26, 53)),
        ("trimLast", ("edit.trim", 0, 26)),
        ("cutIdle", ("edit.trim", 7, 53)),
        ("split", ("edit.split", 26)),
        ("filter_failure", ("show_only", RowFilter(result=Result.FAILURE))),
        ("filterFindings", ("show_only", RowFilter(only_findings=True))),
        ("filterDeleted", ("show_only", RowFilter(hides_deleted=True))),
    ],
)
def test_review_buttons_do_what_they_say(
    shown: Shown, name: str, intent: tuple[object, ...]
) -> None:
    window, models = shown

    click(window, name)

    assert models.review.calls == [intent]


def test_what_needs_more_than_a_take_is_offered_when_it_is_there(shown: Shown) -> None:
    window, models = shown
    for name in ("merge", "keepAll"):
        assert not child(window, QPushButton, name).isEnabled()

    models.review.change(can_merge=True, kept=(3, 40))
    click(window, "merge")
    click(window, "keepAll")

    assert models.review.calls == [("edit.merge",), ("edit.keep_all",)]


def test_a_deleted_take_can_be_restored(shown: Shown) -> None:
    window, models = shown
    models.review.change(selected=7, chosen=(7,))

    click(window, "review_delete")

    assert models.review.calls == [("edit.restore",)]


def test_rows_are_picked_and_several_with_ctrl(shown: Shown) -> None:
    window, models = shown
    table = child(window, QTableView, "episodes")

    QTest.mouseClick(table.viewport(), LEFT, pos=row_at(table, 1))
    QTest.mouseClick(table.viewport(), LEFT, CTRL, pos=row_at(table, 2))

    assert models.review.calls[0] == ("pick", (1,))
    assert models.review.calls[1] in (("pick", (1, 2)), ("pick", (2, 1)))


def test_all_that_is_chosen_is_shown_as_selected(shown: Shown) -> None:
    window, models = shown
    table = child(window, QTableView, "episodes")

    models.review.change(chosen=(3, 5, 6))

    selected = {index.row() for index in table.selectionModel().selectedRows()}
    assert selected == {3, 5, 6}
    assert models.review.calls == []


def test_a_click_on_the_header_sorts_and_another_turns_the_order_round(
    shown: Shown,
) -> None:
    window, models = shown
    header = child(window, QTableView, "episodes").horizontalHeader()
    place = QPoint(header.sectionViewportPosition(2) + 10, header.height() // 2)

    QTest.mouseClick(header.viewport(), LEFT, pos=place)
    models.review.change(order=RowOrder.RESULT)
    QTest.mouseClick(header.viewport(), LEFT, pos=place)

    assert [call[:2] for call in models.review.calls] == [("arrange", RowOrder.RESULT)] * 2


def test_words_are_found_while_they_are_typed(shown: Shown) -> None:
    window, models = shown

    QTest.keyClicks(child(window, QLineEdit, "filterText"), "re")

    assert models.review.calls[-1] == ("show_only", RowFilter(text="re"))
    models.review.change(rows=models.review.view.rows[:2])
    assert "2 of 12 shown" in child(window, QLabel, "reviewSentence").text()


def test_thumbnails_stand_beside_the_takes_in_their_own_colours(shown: Shown) -> None:
    window, _ = shown
    model = child(window, QTableView, "episodes").model()

    picture = model.data(model.index(0, 0), Qt.ItemDataRole.DecorationRole)

    size = picture.availableSizes()[0]
    assert size.width() > 20
    selected = picture.pixmap(size, QIcon.Mode.Selected)
    assert selected.toImage() == picture.pixmap(size, QIcon.Mode.Normal).toImage()


def test_undo_and_redo_say_what_they_are_about(shown: Shown) -> None:
    window, models = shown
    assert child(window, QLabel, "undoes").text() == "episode 2: marked as failure"
    assert "put it back" in child(window, QLabel, "redoes").text()

    models.review.change(can_undo=False, edits=(), redo_text="")

    assert not child(window, QPushButton, "review_undo").isEnabled()
    assert not child(window, QPushButton, "review_redo").isEnabled()


def test_the_arrow_keys_step_whatever_was_clicked_last(shown: Shown) -> None:
    window, models = shown
    table = child(window, QTableView, "episodes")
    QTest.mouseClick(table.viewport(), LEFT, pos=row_at(table, 3))
    models.review.calls.clear()

    QTest.keyClick(table, Qt.Key.Key_Right)
    QTest.keyClick(table, Qt.Key.Key_Left)

    assert models.review.calls == [("step", 1), ("step", -1)]


def test_the_speed_of_playing_is_chosen(shown: Shown) -> None:
    window, models = shown
    speed = child(window, QComboBox, "speed")
    assert [speed.itemText(i) for i in range(speed.count())] == [
        "0.25 ×", "0.5 ×", "1 ×", "2 ×", "4 ×",
    ]  # fmt: skip

    speed.setFocus()
    QTest.keyClick(speed, Qt.Key.Key_Down)

    assert models.review.calls == [("set_speed", 2.0)]


def test_pose_gripper_speed_and_recorded_force_can_be_plotted(shown: Shown) -> None:
    window, _ = shown
    curve = child(window, QComboBox, "curve")

    titles = [curve.itemText(i) for i in range(curve.count())]

    assert titles[0] == "Gripper height [m]"
    assert titles[-3:] == ["Gripper opening [m]", "Speed [m/s]", "Force [N]"]


def test_only_arms_that_were_recorded_are_named_beside_the_plot(shown: Shown) -> None:
    window, models = shown
    plots = models.review.view.plots
    one_arm = [
        replace(plot, lines=tuple(line for line in plot.lines if line.arm == "right"))
        for plot in plots
    ]

    models.review.change(plots=tuple(one_arm))
    models.review.change(plots=())  # the next take is still being read

    named = [each.text() for each in window.findChildren(QLabel) if each.isVisible()]
    assert "right arm" in named
    assert "left arm" not in named


def test_milestones_of_a_take_are_shown_and_counted(shown: Shown) -> None:
    window, models = shown
    row = models.review.view.rows[4]
    models.review.change(selected=4, chosen=(4,), row=row)
    assert child(window, QPushButton, "review_partial").isChecked()

    child(window, QSpinBox, "reached").setValue(2)
    click(window, "review_partial")

    assert models.review.calls == [("edit.measure", 2, 3)]


def test_the_goal_other_words_tags_and_a_note_are_written(shown: Shown) -> None:
    window, models = shown
    click(window, "choice_words")
    goal, tags = child(window, QLineEdit, "episodeGoal"), child(window, QLineEdit, "tags")
    others = child(window, QPlainTextEdit, "paraphrases")
    note = child(window, QPlainTextEdit, "note")

    for widget, text in ((goal, "lay it down"), (tags, "night, blue lamp"), (others, "put it")):
        widget.setFocus()
        widget.selectAll()
        QTest.keyClicks(widget, text)
    note.setFocus()
    QTest.keyClicks(note, "dark")
    goal.setFocus()

    assert models.review.calls == [
        ("edit.set_goal", "lay it down"),
        ("edit.set_tags", ["night", " blue lamp"]),
        ("edit.set_paraphrases", ["put it"]),
        ("edit.set_note", "dark"),
    ]


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_corrected_goal_counts_by_enter_and_by_a_click_elsewhere(
    shown: Shown, elsewhere: bool
) -> None:
    window, models = shown
    click(window, "choice_words")
    goal = child(window, QLineEdit, "episodeGoal")
    QTest.mouseClick(goal, LEFT)
    goal.selectAll()
    QTest.keyClicks(goal, "lay it down")

    if elsewhere:
        QTest.mouseClick(child(window, QLabel, "undoes"), LEFT)
    else:
        QTest.keyClick(goal, Qt.Key.Key_Return)

    assert models.review.calls == [("edit.set_goal", "lay it down")]


def test_findings_lead_to_their_take_and_are_mended(shown: Shown) -> None:
    window, models = shown
    click(window, "choice_check")

    click(window, "showFinding1")
    click(window, "fixFinding0")
    click(window, "check")

    quality = models.review.quality
    assert models.review.calls == [("show_episode", "9")]
    assert quality.calls == [("fix", 0), ("check",)]


def test_edits_are_listed_newest_first(shown: Shown) -> None:
    window, _ = shown
    click(window, "choice_edits")

    edits = child(window, QListWidget, "edits")

    assert edits.isVisible()
    assert edits.item(0).text().startswith("episode 2: marked as failure")


def test_two_takes_are_compared_side_by_side(shown: Shown) -> None:
    window, models = shown
    click(window, "choice_use")
    assert not child(window, QPushButton, "compare").isEnabled()
    models.review.change(chosen=(3, 5), can_compare=True)

    click(window, "compare")
    frames = models.review.view.frames
    models.review.change(compared=5, compared_frames=frames, compared_position=26)

    assert models.review.calls == [("compare", True)]
    assert child(window, QLabel, "comparedTitle").text().startswith("Take 5: ")
    QCoreApplication.processEvents()  # lays out what has come
    assert cut_off(window) == []


def test_all_or_what_is_chosen_is_exported_and_the_export_ended(shown: Shown) -> None:
    window, models = shown
    click(window, "choice_use")
    click(window, "export")
    chosen = child(window, QPushButton, "exportChosen")
    assert chosen.text() == "Export this take"
    models.review.change(chosen=(3, 5))
    assert chosen.text() == "Export 2 takes"
    click(window, "exportChosen")

    running = replace(models.review.view.export, is_running=True)
    models.review.change(export=running)
    click(window, "export")

    assert not chosen.isEnabled()
    assert models.review.calls == [
        ("export_to", "/data/exports/green"),
        ("export_chosen_to", "/data/exports/green"),
        ("export.stop",),
    ]


def test_a_take_is_replayed_and_the_replay_ended(shown: Shown) -> None:
    window, models = shown
    click(window, "choice_use")

    click(window, "replay")

    assert models.review.calls == [("replay",)]


@pytest.mark.parametrize("page", ["words", "use", "check", "edits"])
@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_every_page_fits_the_window(shown: Shown, page: str, size: tuple[int, int]) -> None:
    window, _ = shown
    window.resize(*size)

    click(window, f"choice_{page}")

    assert cut_off(window) == []
    assert (window.width(), window.height()) == size


def test_a_row_of_the_table_selects_its_take(shown: Shown) -> None:
    window, models = shown
    table = child(window, QTableView, "episodes")

    table.selectRow(5)

    assert models.review.calls == [("pick", (5,))]
