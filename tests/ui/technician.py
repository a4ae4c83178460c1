"""Somebody with a mouse in front of the real window, and a camera to show what was to be seen."""

import itertools
import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
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

from lbm_studio.ui.shots import SIZES, THEMES
from lbm_studio.ui.theme import Theme
from lbm_studio.ui.window import MainWindow
from tests.screens.test_shots import cut_off
from tests.ui.conftest import child

PICTURES_VARIABLE = "LBM_STUDIO_PICTURES"
"""Environment variable: keep a picture of each step in that folder."""

PATIENCE_MS = 60_000
LAYOUT_ROUNDS = 3
LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
NO_KEY = Qt.KeyboardModifier.NoModifier


class Technician:
    """Clicks what can be clicked, and waits until what was asked for is there."""

    def __init__(self, window: MainWindow, theme: Theme, qtbot: QtBot) -> None:
        self._window = window
        self._theme = theme
        self._qtbot = qtbot
        self._pictures = os.environ.get(PICTURES_VARIABLE, "")
        self._looked = 0

    def click(self, name: str) -> None:
        """Click a button, once it can be clicked."""
        button = child(self._window, QAbstractButton, name)
        self.wait(lambda: button.isVisible() and button.isEnabled())
        QTest.mouseClick(button, LEFT)

    def choose(self, name: str, words: str) -> None:
        """Open a list and click one of its lines."""
        combo = child(self._window, QComboBox, name)
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

    def click_row(self, name: str, row: int, keys: Qt.KeyboardModifier = NO_KEY) -> None:
        """Click a row of a table."""
        table = child(self._window, QTableView, name)
        index = table.model().index(row, 1)
        table.scrollTo(index)
        QTest.mouseClick(table.viewport(), LEFT, keys, table.visualRect(index).center())

    def write(self, name: str, words: str) -> None:
        """Click into a line, write other words in place of what is there, and press Enter."""
        line = child(self._window, QLineEdit, name)
        QTest.mouseClick(line, LEFT)
        QTest.keyClick(line, Qt.Key.Key_A, CTRL)
        QTest.keyClicks(line, words)
        QTest.keyClick(line, Qt.Key.Key_Return)

    def read(self, name: str) -> str:
        """Return what a label says."""
        return child(self._window, QLabel, name).text()

    def wait(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so."""
        try:
            self._qtbot.waitUntil(is_so, timeout=PATIENCE_MS)
        except TimeoutError:
            self.look("waiting in vain")
            raise

    def look(self, words: str) -> None:
        """See that everything fits, and keep a picture where pictures are kept."""
        self._looked += 1
        for _ in range(LAYOUT_ROUNDS):  # layouts that depend on a width settle in a second round
            QCoreApplication.processEvents()
        if self._pictures:
            folder = Path(self._pictures)
            folder.mkdir(parents=True, exist_ok=True)
            self._window.grab().save(str(folder / f"{self._looked:02d} {words}.png"))
        assert cut_off(self._window) == []

    def look_around(self, words: str) -> None:
        """Look at the window in every size and theme; it ends small and dark, as it began."""
        for size, choice in itertools.product(reversed(SIZES), THEMES):
            self._theme.choose(choice)
            self._window.resize(size)
            self.look(f"{words}, {choice}, {size.width()}")
