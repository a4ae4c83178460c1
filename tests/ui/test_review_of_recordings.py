"""The Review panel with real recordings: what is clicked is in the edit log, and comes back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from lbm_studio.app.notices import Notices
from lbm_studio.app.review_panel import ReviewPanel
from lbm_studio.app.views.review import PhaseRow, Result
from lbm_studio.ui.panels.review import ReviewPanelWidget
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.timeline import Timeline
from tests.app.fakes import FakeProgramRun, InlineBackground
from tests.app.recordings import shelf_with
from tests.core.stations import make_station
from tests.episodes.quality.demonstrations import Demonstration, write_demonstrations
from tests.ui.conftest import child

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def shown(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> Iterator[tuple[ReviewPanelWidget, ReviewPanel]]:
    takes = [Demonstration(idle=8, ticks=24) for _ in range(3)]
    write_demonstrations(tmp_path / "datasets" / "lift", make_station("right", "left"), takes)
    programs = (FakeProgramRun(), FakeProgramRun(), FakeProgramRun())
    shelf = shelf_with(tmp_path / "datasets")
    model = ReviewPanel(shelf, InlineBackground(), *programs, Notices(lambda: 0.0))
    panel = ReviewPanelWidget(theme, model)
    panel.resize(1180, 660)
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    panel.shown()
    yield panel, model
    panel.close()
    panel.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def click(panel: ReviewPanelWidget, name: str) -> None:
    QTest.mouseClick(child(panel, QPushButton, name), LEFT)


def click_row(panel: ReviewPanelWidget, row: int, keys: Qt.KeyboardModifier | None = None) -> None:
    table = child(panel, QTableView, "episodes")
    place = table.visualRect(table.model().index(row, 1)).center()
    QTest.mouseClick(table.viewport(), LEFT, keys or Qt.KeyboardModifier.NoModifier, place)


def drag(timeline: Timeline, first: int, last: int, y: int) -> None:
    scale = timeline.scale
    start, end = QPoint(round(scale.x(first)), y), QPoint(round(scale.x(last)), y)
    QTest.mousePress(timeline, LEFT, pos=start)
    QTest.mouseMove(timeline, end)
    QTest.mouseRelease(timeline, LEFT, pos=end)


def test_an_idle_start_is_cut_undone_and_cut_again(
    shown: tuple[ReviewPanelWidget, ReviewPanel],
) -> None:
    panel, model = shown
    click_row(panel, 1)
    assert "Cut idle start (" in child(panel, QPushButton, "cutIdle").text()

    click(panel, "cutIdle")
    assert model.view.kept == (10, 23)
    assert not child(panel, QPushButton, "cutIdle").isEnabled()
    click(panel, "review_undo")
    assert model.view.kept == (0, 23)
    assert "trimmed" in child(panel, QLabel, "redoes").text()
    click(panel, "review_redo")

    assert model.view.kept == (10, 23)


def test_handles_and_phases_are_dragged_where_they_are_seen(
    shown: tuple[ReviewPanelWidget, ReviewPanel],
) -> None:
    panel, model = shown
    click_row(panel, 0)
    timeline = child(panel, Timeline, "timeline")
    track_y = METRICS.timeline_lane + METRICS.tight + METRICS.timeline_track // 2

    drag(timeline, 0, 4, track_y)
    drag(timeline, 8, 15, METRICS.timeline_lane // 2)
    field = child(panel, QLineEdit, "phaseName")
    QTest.keyClicks(field, "lift")
    QTest.keyClick(field, Qt.Key.Key_Return)
    drag(timeline, 15, 20, METRICS.timeline_lane // 2)

    assert model.view.kept == (4, 23)
    assert model.view.phases == (PhaseRow("lift", 8, 20),)


def test_what_is_said_is_about_all_takes_that_are_chosen(
    shown: tuple[ReviewPanelWidget, ReviewPanel],
) -> None:
    panel, model = shown
    click_row(panel, 2)
    click_row(panel, 0, CTRL)
    assert model.view.selected == 2
    assert "2 episodes are chosen" in child(panel, QLabel, "reviewSentence").text()

    click(panel, "review_failure")

    results = [row.result is Result.FAILURE for row in model.view.rows]
    assert results == [True, False, True]
    assert len(model.view.edits) == 1


def test_takes_are_split_and_merged_again(
    shown: tuple[ReviewPanelWidget, ReviewPanel],
) -> None:
    panel, model = shown
    click_row(panel, 1)
    for _ in range(6):
        click(panel, "stepForward")

    click(panel, "split")
    assert [row.title for row in model.view.rows] == ["0", "1.1", "1.2", "2"]
    click(panel, "merge")

    assert [row.title for row in model.view.rows] == ["0", "1", "2"]


def test_two_takes_stand_side_by_side(shown: tuple[ReviewPanelWidget, ReviewPanel]) -> None:
    panel, model = shown
    click_row(panel, 0)
    click_row(panel, 2, CTRL)
    click(panel, "choice_use")

    click(panel, "compare")
    assert child(panel, QLabel, "comparedTitle").text().startswith("Take 2: ")
    click(panel, "compare")

    assert model.view.compared == -1
