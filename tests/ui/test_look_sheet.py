from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QCheckBox, QFileDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from lbm_studio.app.settings import SettingsStore
from lbm_studio.ui.theme import Theme
from lbm_studio.ui.widgets.basics import ElidedLabel
from lbm_studio.ui.widgets.look_sheet import LookSheet
from tests.ui.conftest import child


@pytest.fixture
def settings(tmp_path: Path) -> SettingsStore:
    return SettingsStore(tmp_path, lambda _: None)


@pytest.fixture
def sheet(qtbot: QtBot, theme: Theme, settings: SettingsStore) -> Iterator[LookSheet]:
    parent = QWidget()
    qtbot.addWidget(parent)
    sheet = LookSheet(theme, settings, parent)
    parent.show()
    sheet.open()
    yield sheet
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_the_installed_speech_model_is_used_until_a_file_is_chosen(
    sheet: LookSheet, settings: SettingsStore
) -> None:
    shown = child(sheet, ElidedLabel, "speechModel")
    texts = [shown.text()]

    child(sheet, QPushButton, "chooseSpeechModel").click()
    dialog = sheet.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit("/models/mine.pt")
    dialog.done(0)
    texts.append(shown.text())

    assert texts == ["The installed one", "mine.pt"]
    assert settings.current.speech_model == "/models/mine.pt"


def test_one_can_go_back_to_the_installed_speech_model(
    sheet: LookSheet, settings: SettingsStore
) -> None:
    settings.update(speech_model="/models/mine.pt")

    back = child(sheet, QPushButton, "installedSpeechModel")
    back.setEnabled(True)
    back.click()

    assert settings.current.speech_model == ""
    assert not back.isEnabled()


def test_the_look_is_changed_and_kept(sheet: LookSheet, settings: SettingsStore) -> None:
    child(sheet, QPushButton, "choice_light").click()
    child(sheet, QPushButton, "choice_1.5").click()

    assert (settings.current.theme, settings.current.scale) == ("light", 1.5)


def test_how_takes_begin_is_changed_and_kept(sheet: LookSheet, settings: SettingsStore) -> None:
    child(sheet, QPushButton, "choice_5").click()
    child(sheet, QCheckBox, "sounds").click()

    assert (settings.current.countdown_s, settings.current.sounds) == (5, False)
