"""The calibration card in its place beneath the cameras, in every situation, theme and size."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QPushButton

from lbm_studio.app.views.window import PanelName
from lbm_studio.ui.panels.calibration_card import CalibrationCard
from lbm_studio.ui.shots import Shot, all_shots, draw
from lbm_studio.ui.theme import Theme, load_fonts
from lbm_studio.ui.window import MainWindow
from tests.screens.test_shots import cut_off, outside

STATION_SHOTS = [shot for shot in all_shots() if shot.panel is PanelName.STATION]


@pytest.fixture(scope="module")
def theme(qapp: QApplication) -> Theme:
    load_fonts()
    return Theme()


@pytest.fixture(params=STATION_SHOTS, ids=lambda shot: shot.name.removesuffix(".png"))
def window(request: pytest.FixtureRequest, theme: Theme, tmp_path: Path) -> Iterator[MainWindow]:
    shot: Shot = request.param
    window = draw(shot, theme, tmp_path)
    yield window
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_the_calibration_card_is_readable_beneath_the_cameras(window: MainWindow) -> None:
    turn = window.findChild(QPushButton, "choice_calibrationPage")
    assert turn is not None

    turn.click()
    for _ in range(3):  # layouts that depend on a width settle in a second round
        QCoreApplication.processEvents()

    card = window.findChild(CalibrationCard)
    assert card is not None
    assert card.isVisible()
    assert cut_off(card) == []
    assert outside(card) == []
