"""Every picture of every panel: drawn, readable, and with one thing to press next."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QWidget

from lbm_studio.app.views.window import PanelName
from lbm_studio.ui.sample_views import Situation
from lbm_studio.ui.shots import Shot, all_shots, draw
from lbm_studio.ui.theme import Theme, load_fonts
from lbm_studio.ui.widgets.basics import FILLED, ElidedLabel
from lbm_studio.ui.widgets.device_sheet import DeviceSheet
from lbm_studio.ui.window import MainWindow

SLACK_PX = 1
SHOTS = list(all_shots())
EACH_OF_ONE_PANEL = pytest.mark.parametrize(
    "shot",
    [shot for shot in SHOTS if shot.panel is PanelName.TEACH],
    indirect=True,
    ids=lambda shot: shot.name.removesuffix(".png"),
)


@pytest.fixture(scope="module")
def theme(qapp: QApplication) -> Theme:
    load_fonts()
    return Theme()


@pytest.fixture(params=SHOTS, ids=lambda shot: shot.name.removesuffix(".png"))
def shot(request: pytest.FixtureRequest) -> Shot:
    return request.param


@pytest.fixture
def window(shot: Shot, theme: Theme, tmp_path: Path) -> Iterator[MainWindow]:
    window = draw(shot, theme, tmp_path)
    yield window
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_a_picture_is_full_readable_and_says_what_comes_next(
    shot: Shot, window: MainWindow
) -> None:
    image = window.grab().toImage()
    assert (image.width(), image.height()) == (shot.size.width(), shot.size.height())
    assert len(np.unique(np.frombuffer(image.constBits(), np.uint32))) > 100

    assert cut_off(window) == []
    assert outside(window) == []

    filled = [b for b in shown(window, QPushButton) if b.property("kind") in FILLED]
    assert len([b for b in filled if b.isEnabled()]) <= 1


@EACH_OF_ONE_PANEL
def test_the_sheet_of_devices_is_readable(shot: Shot, window: MainWindow) -> None:
    sheet = window.findChild(DeviceSheet, "deviceSheet")
    assert sheet is not None

    sheet.open()
    for _ in range(3):  # see draw
        QCoreApplication.processEvents()

    assert cut_off(sheet) == []
    assert outside(sheet) == []


def shown(window: QWidget, kind: type) -> list:
    return [w for w in window.findChildren(kind) if w.isVisible()]


def cut_off(window: QWidget) -> list[str]:
    """Return the texts that do not fit their widget."""
    labels = [w for w in shown(window, QLabel) if w.text() and not isinstance(w, ElidedLabel)]
    result = [label.text() for label in labels if not _label_fits(label)]
    buttons = [w for w in shown(window, QAbstractButton) if w.text()]
    small = [w for w in buttons if w.width() + SLACK_PX < w.minimumSizeHint().width()]
    return result + [button.text() for button in small]


def outside(window: QWidget) -> list[str]:
    """Return the texts of widgets that are partly hidden by what surrounds them."""
    texts = [w for w in (*shown(window, QLabel), *shown(window, QAbstractButton)) if w.text()]
    return [w.text() for w in texts if not _is_wholly_visible(w)]


def _label_fits(label: QLabel) -> bool:
    room = label.contentsRect()
    if label.wordWrap():
        return label.heightForWidth(label.width()) <= label.height() + SLACK_PX
    return label.fontMetrics().horizontalAdvance(label.text()) <= room.width() + SLACK_PX


def _is_wholly_visible(widget: QWidget) -> bool:
    place = QRect(QPoint(0, 0), widget.size())
    parent = widget.parentWidget()
    while parent is not None and not widget.isWindow():
        moved = QRect(widget.mapTo(parent, QPoint(0, 0)), place.size())
        if not parent.rect().adjusted(-1, -1, 1, 1).contains(moved):
            return False
        parent = parent.parentWidget()
    return True


def test_every_panel_is_drawn_in_every_situation_theme_and_size() -> None:
    names = {shot.name for shot in SHOTS}

    assert len(names) == len(PanelName) * len(Situation) * 4
    assert "run-full-dark-1280x800.png" in names
