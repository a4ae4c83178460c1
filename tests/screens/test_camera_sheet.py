"""The sheet on which cameras are arranged, in every state, theme and size: readable."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSize
from PySide6.QtWidgets import QApplication

from lbm_studio.app.settings import Theme as ThemeChoice
from lbm_studio.app.views.camera_mapping import CameraMappingView
from lbm_studio.app.views.window import PanelName
from lbm_studio.ui.sample_cameras import (
    camera_mapping,
    camera_mapping_begun,
    camera_mapping_in_trouble,
)
from lbm_studio.ui.sample_views import Situation
from lbm_studio.ui.shots import SIZES, THEMES, Shot, sample_application
from lbm_studio.ui.theme import Theme, load_fonts
from lbm_studio.ui.widgets.camera_mapping_sheet import CameraMappingSheet
from lbm_studio.ui.window import MainWindow
from tests.screens.test_shots import cut_off, outside

VIEWS = {
    "full": camera_mapping,
    "begun": camera_mapping_begun,
    "in trouble": camera_mapping_in_trouble,
}
DrawSheet = Callable[[CameraMappingView], CameraMappingSheet]


@pytest.fixture(scope="module")
def theme(qapp: QApplication) -> Theme:
    load_fonts()
    return Theme()


@pytest.fixture(
    params=list(itertools.product(THEMES, SIZES)), ids=lambda look: f"{look[0]}-{look[1].width()}"
)
def draw(request: pytest.FixtureRequest, theme: Theme, tmp_path: Path) -> Iterator[DrawSheet]:
    """Return a function that draws the sheet over the Station panel."""
    windows: list[MainWindow] = []
    choice: tuple[ThemeChoice, QSize] = request.param

    def draw_(view: CameraMappingView) -> CameraMappingSheet:
        theme.choose(choice[0])
        application = sample_application(
            Shot(PanelName.STATION, Situation.EMPTY, *choice), tmp_path
        )
        window = MainWindow(theme, application)
        windows.append(window)
        window.resize(choice[1])
        window.show()
        application.station.mapping.publish(view)
        for _ in range(3):  # layouts that depend on a width settle in a second round
            QCoreApplication.processEvents()
        sheet = window.findChild(CameraMappingSheet, "cameraMappingSheet")
        assert sheet is not None
        return sheet

    yield draw_
    for window in windows:
        window.close()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.mark.parametrize("state", list(VIEWS))
def test_the_sheet_is_readable(draw: DrawSheet, state: str) -> None:
    sheet = draw(VIEWS[state]())

    image = sheet.grab().toImage()
    assert sheet.isVisible()
    assert len(np.unique(np.frombuffer(image.constBits(), np.uint32))) > 50
    assert cut_off(sheet) == []
    if state != "full":  # there, the last cameras are scrolled to
        assert outside(sheet) == []
