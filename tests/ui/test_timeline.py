"""Hands on the timeline: what is pressed, dragged and let go does what it looks like."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from lbm_studio.app.views.review import PhaseRow
from lbm_studio.app.views.window import PanelName
from lbm_studio.ui.theme import METRICS
from lbm_studio.ui.widgets.timeline import Timeline
from tests.ui.conftest import OpenWindow, child
from tests.ui.fakes import Recorder

LEFT = Qt.MouseButton.LeftButton
LANE_Y = METRICS.timeline_lane // 2
TRACK_Y = METRICS.timeline_lane + METRICS.tight + METRICS.timeline_track // 2


@pytest.fixture
def shown(open_window: OpenWindow) -> tuple[Timeline, Recorder]:
    window, models = open_window(PanelName.REVIEW)
    models.review.change(kept=(5, 50), phases=(PhaseRow("reach", 10, 25),))
    models.review.calls.clear()
    return child(window, Timeline, "timeline"), models.review


def at(timeline: Timeline, frame: int, y: int) -> QPoint:
    return QPoint(round(timeline.scale.x(frame)), y)


def drag(timeline: Timeline, first: int, last: int, y: int) -> None:
    QTest.mousePress(timeline, LEFT, pos=at(timeline, first, y))
    QTest.mouseMove(timeline, at(timeline, (first + last) // 2, y))
    QTest.mouseMove(timeline, at(timeline, last, y))
    QTest.mouseRelease(timeline, LEFT, pos=at(timeline, last, y))


def edits(review: Recorder) -> list[tuple[object, ...]]:
    return [call for call in review.calls if str(call[0]).startswith("edit.")]


def name_field(timeline: QWidget) -> QLineEdit:
    return child(timeline, QLineEdit, "phaseName")


def test_a_press_on_the_track_goes_there(shown: tuple[Timeline, Recorder]) -> None:
    timeline, review = shown

    QTest.mouseClick(timeline, LEFT, pos=at(timeline, 33, TRACK_Y))

    assert review.calls == [("seek", 33)]


@pytest.mark.parametrize(("handle", "to", "kept"), [(5, 12, (12, 50)), (50, 40, (5, 40))])
def test_a_trim_handle_is_dragged_and_shows_the_frame_it_is_at(
    shown: tuple[Timeline, Recorder], handle: int, to: int, kept: tuple[int, int]
) -> None:
    timeline, review = shown

    drag(timeline, handle, to, TRACK_Y)

    assert edits(review) == [("edit.trim", *kept)]
    assert ("seek", to) in review.calls


def test_a_phase_is_dragged_on_the_lane_and_named_where_it_is(
    shown: tuple[Timeline, Recorder],
) -> None:
    timeline, review = shown

    drag(timeline, 40, 30, LANE_Y)
    field = name_field(timeline)
    assert field.isVisible()
    QTest.keyClicks(field, "grasp")
    QTest.keyClick(field, Qt.Key.Key_Return)

    assert edits(review) == [("edit.add_phase", "grasp", 30, 40)]
    assert not field.isVisible()


def test_the_end_of_a_phase_is_moved(shown: tuple[Timeline, Recorder]) -> None:
    timeline, review = shown

    drag(timeline, 25, 35, LANE_Y)

    assert edits(review) == [("edit.move_phase", 0, 10, 35)]


def test_a_phase_is_renamed_and_removed_where_it_is(shown: tuple[Timeline, Recorder]) -> None:
    timeline, review = shown

    QTest.mouseClick(timeline, LEFT, pos=at(timeline, 17, LANE_Y))
    field = name_field(timeline)
    assert field.text() == "reach"
    QTest.keyClicks(field, "approach")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.mouseClick(timeline, LEFT, pos=at(timeline, 17, LANE_Y))
    QTest.mouseClick(child(timeline, QPushButton, "phaseRemove"), LEFT)

    assert edits(review) == [("edit.rename_phase", 0, "approach"), ("edit.remove_phase", 0)]


def test_home_and_end_go_to_the_ends(shown: tuple[Timeline, Recorder]) -> None:
    timeline, review = shown

    QTest.keyClick(timeline, Qt.Key.Key_End)
    QTest.keyClick(timeline, Qt.Key.Key_Home)

    assert review.calls == [("seek", 53), ("seek", 0)]


def test_without_a_take_nothing_can_be_held(shown: tuple[Timeline, Recorder]) -> None:
    timeline, review = shown
    timeline.show_take(length=0, position=0, kept=(0, 0), idle=None, phases=())

    drag(timeline, 0, 0, TRACK_Y)
    QTest.keyClick(timeline, Qt.Key.Key_End)

    assert review.calls == []


def test_esc_leaves_a_new_phase_unmarked(shown: tuple[Timeline, Recorder]) -> None:
    timeline, review = shown
    drag(timeline, 30, 40, LANE_Y)
    field = name_field(timeline)
    QTest.keyClicks(field, "grasp")

    QTest.keyClick(field, Qt.Key.Key_Escape)

    assert edits(review) == []
    assert not field.isVisible()
