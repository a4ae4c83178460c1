"""A technician's first afternoon: ten takes, two thrown away, one cut, a slip undone, exported.

Real processes record, real widgets are clicked. With ``LBM_STUDIO_PICTURES=DIR`` what was to be
seen at each step is kept in DIR.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QModelIndex, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QTableView,
)
from pytestqt.exceptions import TimeoutError
from pytestqt.qtbot import QtBot

from lbm_studio.app.application import Application
from lbm_studio.app.project import build_application
from lbm_studio.app.views.teach import TeachState
from lbm_studio.app.views.window import PanelName
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.ui.bridge import Bridge
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.timeline import Timeline
from lbm_studio.ui.window import MainWindow
from tests.ui.conftest import child

pytestmark = pytest.mark.slow

TAKES = 10
THROWN_AWAY = (2, 5)
PATIENCE_MS = 60_000
LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


class Technician:
    """Somebody with a mouse in front of the window, who waits until what was asked for is there."""

    def __init__(self, window: MainWindow, application: Application, qtbot: QtBot) -> None:
        self.window = window
        self.application = application
        self._qtbot = qtbot
        self._pictures = os.environ.get("LBM_STUDIO_PICTURES", "")
        self._looked = 0

    def click(self, name: str) -> None:
        button = child(self.window, QAbstractButton, name)
        self.wait(lambda: button.isVisible() and button.isEnabled())
        QTest.mouseClick(button, LEFT)

    def choose(self, name: str, words: str) -> None:
        combo = child(self.window, QComboBox, name)
        self.wait(combo.isEnabled)
        QTest.mouseClick(combo, LEFT)
        QTest.qWait(QApplication.doubleClickInterval())  # a popup takes no second click for a first
        view = combo.view()
        row = next(row for row in range(combo.count()) if combo.itemText(row) == words)
        index = combo.model().index(row, 0)
        view.scrollTo(index)
        place = view.visualRect(index).center()
        QTest.mouseMove(view.viewport(), place)
        QTest.mouseClick(view.viewport(), LEFT, pos=place)

    def click_row(self, row: int, keys: Qt.KeyboardModifier | None = None) -> None:
        table = child(self.window, QTableView, "episodes")
        table.scrollTo(table.model().index(row, 1))
        place = table.visualRect(table.model().index(row, 1)).center()
        QTest.mouseClick(table.viewport(), LEFT, keys or Qt.KeyboardModifier.NoModifier, place)

    def write(self, name: str, words: str) -> None:
        line = child(self.window, QLineEdit, name)
        QTest.mouseDClick(line, LEFT, pos=line.rect().center())
        line.selectAll()  # a third click, which QTest cannot make
        QTest.keyClicks(line, words)
        QTest.keyClick(line, Qt.Key.Key_Return)

    def wait(self, is_so: Callable[[], bool]) -> None:
        try:
            self._qtbot.waitUntil(is_so, timeout=PATIENCE_MS)
        except TimeoutError:
            self.look("waiting in vain")
            raise

    def look(self, words: str) -> None:
        self._looked += 1
        if self._pictures:
            folder = Path(self._pictures)
            folder.mkdir(parents=True, exist_ok=True)
            self.window.grab().save(str(folder / f"{self._looked:02d} {words}.png"))


@pytest.fixture
def technician(
    qtbot: QtBot, qapp: QApplication, theme: Theme, tmp_path: Path
) -> Iterator[Technician]:
    application = build_application(
        station="simulated-single", data=tmp_path / "data", with_stop_window=False
    )
    application.window.show_panel(PanelName.TEACH)
    window = MainWindow(theme, application)
    bridge = Bridge(application, parent=window)
    window.resize(1280, 800)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    bridge.start()
    application.start()
    yield Technician(window, application, qtbot)
    bridge.stop()
    application.close()
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_ten_takes_become_a_dataset_with_the_mouse_alone(technician: Technician) -> None:
    record(technician)
    open_review(technician)
    throw_away(technician)
    length = cut_the_start(technician)
    say_something_wrong_and_take_it_back(technician)
    goals = [row.goal for row in technician.application.review.view.rows if not row.deleted]

    exported = Dataset.open(export(technician)).episodes

    assert len(exported) == TAKES - len(THROWN_AWAY)
    assert exported[0].length == length
    assert [episode.metadata.goal for episode in exported] == goals
    assert not any("botton" in goal for goal in goals)


def record(technician: Technician) -> None:
    teach = technician.application.teach
    technician.wait(lambda: bool(teach.view.scenes))
    title = next(s.title for s in teach.view.scenes if s.name == "press_button")
    technician.choose("scene", title)
    technician.wait(lambda: teach.view.scene == "press_button")
    technician.wait(lambda: all(t.captured_ns for t in technician.application.cameras.view.tiles))
    technician.look("ready to record")
    while (kept := teach.view.kept) < TAKES:
        technician.click("record")
        technician.wait(lambda: teach.view.state is TeachState.RECORDING)
        technician.wait(lambda: teach.view.state is TeachState.DECIDING)
        technician.wait(lambda: bool(teach.view.verdict))
        if kept == 0:
            technician.look("a verdict before the take is kept")
        technician.click("keep")
        technician.wait(lambda before=kept: teach.view.kept > before)
        technician.wait(lambda: teach.view.state is TeachState.READY)
    technician.look("ten takes")


def open_review(technician: Technician) -> None:
    technician.click("nav_review")
    table = child(technician.window, QTableView, "episodes")
    technician.wait(lambda: table.model().rowCount(QModelIndex()) == TAKES)
    technician.look("review")


def throw_away(technician: Technician) -> None:
    first, *others = THROWN_AWAY
    technician.click_row(first)
    for row in others:
        technician.click_row(row, CTRL)
    technician.click("review_delete")
    technician.look("two are thrown away")


def cut_the_start(technician: Technician) -> int:
    """Return how many frames are left."""
    review = technician.application.review
    technician.click_row(0)
    technician.wait(lambda: review.view.kept[1] > 0)
    timeline = child(technician.window, Timeline, "timeline")
    y = METRICS.timeline_lane + METRICS.tight + METRICS.timeline_track // 2
    places = [QPoint(round(timeline.scale.x(frame)), y) for frame in (0, 3)]
    QTest.mousePress(timeline, LEFT, pos=places[0])
    QTest.mouseMove(timeline, places[1])
    QTest.mouseRelease(timeline, LEFT, pos=places[1])
    first, last = review.view.kept
    technician.look("the start is cut")
    assert first == 3
    return last - first + 1


def say_something_wrong_and_take_it_back(technician: Technician) -> None:
    undoes = child(technician.window, QLabel, "undoes")
    before = undoes.text()
    technician.click("choice_words")
    technician.write("episodeGoal", "press the botton")
    technician.wait(lambda: undoes.text() != before)
    technician.look("a slip in the goal")
    technician.click("review_undo")
    technician.wait(lambda: undoes.text() == before)
    technician.look("undone")


def export(technician: Technician) -> Path:
    view = technician.application.review
    technician.click("choice_use")
    technician.click("export")
    technician.wait(lambda: view.view.export.is_running)
    technician.wait(lambda: not view.view.export.is_running)
    technician.look("exported")
    assert (
        child(technician.window, QLabel, "exportSentence")
        .text()
        .startswith(f"{TAKES - len(THROWN_AWAY)} episodes")
    )
    return Path(view.view.export.folder)
