"""A goal spoken into a sound card, through the real processes and the real window."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from lbm_studio.app.application import Application
from lbm_studio.app.project import build_application
from lbm_studio.app.views.goal import UNDER_WAY, SpokenGoalState
from lbm_studio.app.views.window import PanelName
from lbm_studio.core.clock import MonotonicClock
from lbm_studio.ui.keys import KeyGuard
from lbm_studio.ui.theme import Theme
from lbm_studio.ui.window import MainWindow
from tests.speech.clips import FULL_SCALE, PEOPLE, go_forward
from tests.station.sound_card import card_that_plays
from tests.ui.conftest import child

PATIENCE_MS = 60_000


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """Return the application with a microphone into which a person says “go forward ten meters”."""
    spoken = np.round(go_forward().samples * FULL_SCALE).astype(np.int16)
    monkeypatch.setenv("ALSA_CONFIG_PATH", card_that_plays(spoken, tmp_path)["ALSA_CONFIG_PATH"])
    application = build_application(data=tmp_path / "data", with_stop_window=False)
    yield application
    application.close()


@pytest.fixture
def window(
    qtbot: QtBot, qapp: QApplication, theme: Theme, application: Application
) -> Iterator[MainWindow]:
    application.window.show_panel(PanelName.RUN)
    window = MainWindow(theme, application)
    guard = KeyGuard(application)
    qapp.installEventFilter(guard)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    yield window
    qapp.removeEventFilter(guard)
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.mark.slow
@pytest.mark.skipif(not PEOPLE.is_dir(), reason="needs apt-get install pocketsphinx-testdata")
def test_a_person_says_a_goal_corrects_it_and_confirms_it(
    qtbot: QtBot, application: Application, window: MainWindow
) -> None:
    line = child(window, QLineEdit, "prompt")
    goal, clock = application.run_goal, MonotonicClock()

    def is_decided() -> bool:
        application.poll(clock.now_ns())
        return goal.view.state is SpokenGoalState.OFFERED or goal.view.state not in UNDER_WAY

    QTest.mousePress(child(window, QPushButton, "promptTalk"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(is_decided, timeout=PATIENCE_MS)  # a card that plays this fast is soon full
    offered, counted = line.text(), application.run.view.prompt
    line.end(False)
    QTest.keyClicks(line, " slowly")
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Return)

    assert (offered, counted) == ("go forward ten meters", "")
    assert application.run.view.prompt == "go forward ten meters slowly"
