"""The safety card on the Station panel, in every look and at both sizes."""

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QLabel

from lbm_studio.app.safety_card import LimitCounts, limit_rows
from lbm_studio.app.views.window import PanelName
from lbm_studio.core.embodiment import SafetyCard
from lbm_studio.ui.panels.safety_card import SafetyCardWidget
from lbm_studio.ui.panels.station import LIMITS_PAGE
from lbm_studio.ui.panels.station_strip import StationStrip
from lbm_studio.ui.sample_views import Situation
from lbm_studio.ui.shots import SIZES, THEMES, Shot, draw
from lbm_studio.ui.theme import Theme, load_fonts
from tests.screens.test_shots import cut_off


def texts(widget: SafetyCardWidget) -> list[str]:
    return [part.text() for part in widget.findChildren(QLabel)]


@pytest.mark.parametrize("look", THEMES, ids=str)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size.width()}x{size.height()}")
def test_the_card_is_readable(
    qapp: QApplication, tmp_path: Path, look: object, size: object
) -> None:
    load_fonts()
    shot = Shot(PanelName.STATION, Situation.ERROR, look, size)  # type: ignore[arg-type]
    window = draw(shot, Theme(), tmp_path)
    strip = window.findChild(StationStrip)
    assert strip is not None

    strip.turn_to(LIMITS_PAGE)
    for _ in range(3):  # see draw
        QCoreApplication.processEvents()

    card = window.findChild(SafetyCardWidget)
    assert card is not None
    assert card.isVisible()
    assert cut_off(card) == []
    assert {"Slow the arms. 12 % of steps slowed.", "38 steps", "once"} <= set(texts(card))
    window.close()
    window.deleteLater()


def test_without_a_station_it_says_when_there_is_something_to_see(qapp: QApplication) -> None:
    card = SafetyCardWidget()

    card.show_limits((), "")

    assert "What the station limits appears here once it is connected." in texts(card)


def test_counts_change_the_cells_that_are_there(qapp: QApplication) -> None:
    card, counts = SafetyCardWidget(), LimitCounts()
    card.show_limits(limit_rows(SafetyCard(), counts), "")
    before = len(card.findChildren(QLabel))

    counts.acted["reach"] = 7
    card.show_limits(limit_rows(SafetyCard(), counts), "3 % of steps slowed.")

    assert len(card.findChildren(QLabel)) == before
    assert "7 steps" in texts(card)
