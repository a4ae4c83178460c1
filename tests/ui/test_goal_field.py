"""The field in which a goal is typed or spoken, with the real view-model behind it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from lbm_studio.app.goals import GoalMemory
from lbm_studio.app.library import SkillLibrary
from lbm_studio.app.notices import Notices
from lbm_studio.app.settings import SettingsStore
from lbm_studio.app.spoken_goal import SpokenGoal
from lbm_studio.app.views.goal import SpokenGoalState
from lbm_studio.link.messages import StartListening, Verdict
from lbm_studio.ui.theme import Theme
from lbm_studio.ui.widgets.goal_field import GoalField, GoalLine
from lbm_studio.ui.widgets.level_meter import BOTTOM_DBFS, LevelMeter
from tests.app.fakes import SECOND_NS, FakeSpeech, InlineBackground
from tests.ui.conftest import child
from tests.ui.fakes import as_model

LEFT = Qt.MouseButton.LeftButton


class NoShelf:
    def cards(self) -> tuple[()]:
        return ()


class Desk:
    """A field, the goal behind it, and who took it."""

    def __init__(self, folder: Path, theme: Theme) -> None:
        notices = Notices(lambda: 0.0)
        library = SkillLibrary(folder, notices.add, lambda: 0.0)
        memory = GoalMemory(folder, as_model(NoShelf()), library, InlineBackground(), notices.add)
        settings = SettingsStore(folder, notices.add)
        self.speech = FakeSpeech()
        self.goal = SpokenGoal(self.speech, memory, settings, notices, is_free=lambda: True)
        self.settled: list[str] = []
        self.goal.settled.connect(self._take)
        self.field = GoalField(theme, self.goal, "goal", "Goal")
        self.field.show_goal("fold the towel", is_free=True)
        self.line = child(self.field, GoalLine, "goal")
        popup = self.line.completer().popup()
        assert popup is not None
        self.suggestions = popup
        self.talk = child(self.field, QPushButton, "goalTalk")
        self._now_ns = SECOND_NS

    def poll(self) -> None:
        self._now_ns += SECOND_NS
        self.goal.poll(self._now_ns)

    def offer(self, text: str) -> None:
        """Speak, with the mouse."""
        QTest.mousePress(self.talk, LEFT)
        self.poll()
        QTest.mouseRelease(self.talk, LEFT)
        self.speech.done(Verdict.HEARD, text)
        self.poll()

    def _take(self, goal: str) -> None:
        self.settled.append(goal)
        self.field.show_goal(goal, is_free=True)


@pytest.fixture
def desk(qtbot: QtBot, theme: Theme, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, theme)
    qtbot.addWidget(desk.field)
    with qtbot.waitActive(desk.field):
        desk.field.show()
        desk.field.activateWindow()
    yield desk
    desk.suggestions.close()


def test_what_was_said_is_offered_in_the_line_and_counts_with_enter(desk: Desk) -> None:
    desk.offer("lift the cup")
    offered = (desk.line.text(), desk.line.hasFocus(), list(desk.settled))

    QTest.keyClick(desk.line, Qt.Key.Key_Return)

    assert offered == ("lift the cup", True, [])
    assert desk.settled == ["lift the cup"]
    assert desk.line.text() == "lift the cup"


def test_a_transcript_can_be_corrected_and_used_with_the_mouse(desk: Desk) -> None:
    desk.offer("lift the cap")
    desk.line.setText("lift the cup")

    QTest.mouseClick(child(desk.field, QPushButton, "goalUse"), LEFT)

    assert desk.settled == ["lift the cup"]


def test_a_transcript_can_be_dropped_and_the_goal_is_what_it_was(desk: Desk) -> None:
    desk.offer("lift the cup")

    QTest.mouseClick(child(desk.field, QPushButton, "goalDrop"), LEFT)

    assert (desk.line.text(), desk.settled) == ("fold the towel", [])
    assert desk.talk.isVisible()


def test_a_transcript_does_not_count_by_looking_elsewhere_or_by_being_corrected(
    desk: Desk, qtbot: QtBot
) -> None:
    edited: list[str] = []
    desk.field.edited.connect(edited.append)
    desk.offer("lift the cup")

    QTest.keyClicks(desk.line, "x")
    other = QLineEdit(desk.field)
    other.show()
    other.setFocus()
    desk.field.show_goal("another goal in force", is_free=True)

    assert (edited, desk.settled) == ([], [])
    assert desk.line.text() == "xlift the cup"


def test_a_button_that_is_held_listens_and_shows_how_loud_it_is(desk: Desk) -> None:
    meter = child(desk.field, LevelMeter, "loudness")
    was_shown = meter.isVisible()

    QTest.mousePress(desk.talk, LEFT)
    desk.poll()

    assert not was_shown
    assert meter.isVisible()
    assert meter.fraction == pytest.approx(1 + 20 / BOTTOM_DBFS)
    assert desk.speech.asked[0] == StartListening()
    QTest.mouseRelease(desk.talk, LEFT)
    assert desk.goal.view.state is SpokenGoalState.RECOGNISING


def test_a_slow_start_does_not_lose_the_moment_the_button_comes_up(desk: Desk) -> None:
    desk.speech.hold_back = {StartListening}
    QTest.mousePress(desk.talk, LEFT)

    QTest.mouseRelease(desk.talk, LEFT)

    assert desk.goal.view.state is SpokenGoalState.CANCELLED


def test_talking_leaves_what_is_being_typed_alone(desk: Desk) -> None:
    desk.line.setFocus()
    QTest.keyClicks(desk.line, "and ")

    QTest.mousePress(desk.talk, LEFT, pos=QPoint(5, 5))

    assert desk.line.hasFocus()
    assert desk.settled == []
    QTest.mouseRelease(desk.talk, LEFT)


def test_goals_of_before_are_suggested_by_any_of_their_words(desk: Desk) -> None:
    for goal in ("stack the cups", "fold the towel"):
        desk.goal.typed(goal)
    completer = desk.line.completer()

    desk.line.setFocus()
    desk.line.selectAll()
    QTest.keyClicks(desk.line, "Cup")

    assert completer.completionCount() == 1
    completer.activated.emit(completer.currentCompletion())
    assert desk.settled[-1] == "stack the cups"


def test_the_key_down_shows_all_goals_of_before(desk: Desk) -> None:
    for goal in ("stack the cups", "fold the towel"):
        desk.goal.typed(goal)

    QTest.keyClick(desk.line, Qt.Key.Key_Down)

    assert desk.suggestions.isVisible()
    assert desk.line.completer().completionCount() == 2


def test_a_goal_that_cannot_change_can_be_neither_typed_nor_spoken(desk: Desk) -> None:
    desk.field.show_goal("fold the towel", is_free=False)

    assert not desk.line.isEnabled()
    assert not desk.talk.isEnabled()


def test_both_ways_to_talk_are_told(desk: Desk) -> None:
    assert desk.talk.toolTip() == "Hold and say the goal (M)"
    assert desk.talk.accessibleName() == "Speak"


def test_a_meter_is_full_when_nothing_louder_can_be_recorded(theme: Theme, qtbot: QtBot) -> None:
    meter = LevelMeter(theme)
    qtbot.addWidget(meter)
    fractions: list[float] = []
    for level_dbfs in (-96.0, -60.0, -30.0, 0.0):
        meter.show_level(level_dbfs)
        fractions.append(meter.fraction)

    assert fractions == [0.0, 0.0, 0.5, 1.0]
    assert meter.grab().toImage().size().width() > 0
