"""A technician's first afternoon: ten takes, two thrown away, one cut, a goal corrected, exported.

Real processes record, real widgets are clicked. With ``LBM_STUDIO_PICTURES=DIR`` what was to be
seen at each step is kept in DIR.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QModelIndex, QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QTableView
from pytestqt.qtbot import QtBot

from lbm_studio.app.application import Application
from lbm_studio.app.project import build_application
from lbm_studio.app.views.teach import TeachState
from lbm_studio.app.views.window import PanelName
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.ui.bridge import Bridge
from lbm_studio.ui.keys import KeyGuard
from lbm_studio.ui.panels.episode_table import HAS_EPISODE
from lbm_studio.ui.shots import SIZES
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.timeline import Timeline
from lbm_studio.ui.window import MainWindow
from tests.ui.conftest import child
from tests.ui.technician import CTRL, LEFT, Technician

pytestmark = pytest.mark.slow

TAKES = 10
THROWN_AWAY = (2, 5)
KEPT = tuple(take for take in range(TAKES) if take not in THROWN_AWAY)
CUT = 0
IDLE = 3
"""Frames that are cut from the start of the take ``CUT``."""

CORRECTION = "press the button that shines"


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    application = build_application(
        station="simulated-single", data=tmp_path / "data", with_stop_window=False
    )
    application.window.show_panel(PanelName.TEACH)
    yield application
    application.close()


@pytest.fixture
def window(
    qtbot: QtBot, qapp: QApplication, theme: Theme, application: Application
) -> Iterator[MainWindow]:
    window = MainWindow(theme, application)
    bridge, guard = Bridge(application, parent=window), KeyGuard(application)
    qapp.installEventFilter(guard)
    window.resize(SIZES[0])
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    bridge.start()
    application.start()
    yield window
    bridge.stop()
    qapp.removeEventFilter(guard)
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_ten_takes_become_a_dataset_with_the_mouse_alone(
    qtbot: QtBot, theme: Theme, application: Application, window: MainWindow
) -> None:
    technician = Technician(window, theme, qtbot)

    record(technician, application)
    open_review(technician, window)
    throw_away(technician)
    cut_the_start(technician, application, window)
    correct_the_goal_and_take_it_back(technician, window)
    folder = export(technician, application)

    assert_what_was_kept(Dataset.open(Path(application.review.view.dataset)), folder)


def record(technician: Technician, application: Application) -> None:
    teach = application.teach
    technician.wait(lambda: bool(teach.view.scenes))
    title = next(s.title for s in teach.view.scenes if s.name == "press_button")
    technician.choose("scene", title)
    technician.wait(lambda: teach.view.scene == "press_button")
    technician.wait(lambda: all(t.captured_ns for t in application.cameras.view.tiles))
    technician.look("ready to record")
    while (kept := teach.view.kept) < TAKES:
        technician.click("record")
        technician.wait(lambda: teach.view.state is TeachState.RECORDING)
        technician.wait(lambda: teach.view.state is TeachState.DECIDING)
        technician.wait(lambda: bool(teach.view.verdict))
        if not kept:
            technician.look_around("a verdict before the take is kept")
        technician.click("keep")
        technician.wait(lambda before=kept: teach.view.kept > before)
        technician.wait(lambda: teach.view.state is TeachState.READY)
    technician.look("ten takes")


def open_review(technician: Technician, window: MainWindow) -> None:
    technician.click("nav_review")
    table = child(window, QTableView, "episodes").model()
    technician.wait(lambda: table.rowCount(QModelIndex()) == TAKES)
    technician.look("review")


def throw_away(technician: Technician) -> None:
    first, *others = THROWN_AWAY
    technician.click_row("episodes", first)
    for row in others:
        technician.click_row("episodes", row, CTRL)
    technician.click("review_delete")
    technician.wait(lambda: "deleted" in technician.read("undoes"))
    technician.look("two are thrown away")


def cut_the_start(technician: Technician, application: Application, window: MainWindow) -> None:
    """Drag the handle of the first take's start over frames in which little happens."""
    view = lambda: application.review.view  # noqa: E731
    technician.click_row("episodes", CUT)
    technician.wait(lambda: view().selected == CUT and view().state in HAS_EPISODE)
    timeline = child(window, Timeline, "timeline")
    y = METRICS.timeline_lane + METRICS.tight + METRICS.timeline_track // 2
    start, end = (QPoint(round(timeline.scale.x(frame)), y) for frame in (0, IDLE))
    QTest.mousePress(timeline, LEFT, pos=start)
    QTest.mouseMove(timeline, end)
    QTest.mouseRelease(timeline, LEFT, pos=end)
    technician.wait(lambda: view().kept[0] == IDLE)
    technician.look("the start is cut")


def correct_the_goal_and_take_it_back(technician: Technician, window: MainWindow) -> None:
    technician.click("choice_words")
    before, goal = technician.read("undoes"), child(window, QLineEdit, "episodeGoal").text()
    technician.write("episodeGoal", CORRECTION)
    technician.wait(lambda: CORRECTION in technician.read("undoes"))
    technician.look_around("the goal is corrected")
    technician.click("review_undo")
    technician.wait(lambda: technician.read("undoes") == before)
    technician.look("undone")
    technician.click("review_redo")
    technician.wait(lambda: CORRECTION in technician.read("undoes"))
    technician.click("review_undo")
    technician.wait(lambda: child(window, QLineEdit, "episodeGoal").text() == goal)


def export(technician: Technician, application: Application) -> Path:
    review = application.review
    technician.click("choice_use")
    technician.click("export")
    technician.wait(lambda: review.view.export.is_running)
    technician.look("it is exported")
    technician.wait(lambda: not review.view.export.is_running)
    technician.look_around("exported")
    assert technician.read("exportSentence").startswith(f"{len(KEPT)} episodes are now in ")
    return Path(review.view.export.folder)


def assert_what_was_kept(recorded: Dataset, folder: Path) -> None:
    """Say that a folder holds the takes that were kept as they were recorded, but for the cut."""
    exported = Dataset.open(folder)
    about = json.loads((folder / "meta" / "info.json").read_text(encoding="utf-8"))
    assert about["codebase_version"] == "v3.0"
    assert len(exported.episodes) == len(KEPT)
    for episode, take in zip(exported.episodes, KEPT, strict=True):
        states = recorded.vectors(take).states[IDLE if take == CUT else 0 :]
        assert episode.metadata.goal == recorded.episodes[take].metadata.goal
        assert np.array_equal(exported.vectors(episode.index).states, states)
        for camera in exported.cameras:
            assert len(exported.images(episode.index, camera)) == len(states)
