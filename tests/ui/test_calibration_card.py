from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from lbm_studio.core.calibration import CalibrationStep
from lbm_studio.ui.panels.calibration_card import CalibrationCard
from lbm_studio.ui.sample_calibration import calibration
from lbm_studio.ui.sample_views import Situation
from lbm_studio.ui.theme import Theme
from tests.ui.conftest import child
from tests.ui.fakes import Recorder, as_model

OpenCard = Callable[[Situation], tuple[CalibrationCard, Recorder]]


@pytest.fixture
def open_card(qtbot: QtBot, theme: Theme) -> OpenCard:
    def open_(situation: Situation) -> tuple[CalibrationCard, Recorder]:
        model = Recorder(calibration(situation))
        card = CalibrationCard(theme, as_model(model))
        qtbot.addWidget(card)
        card.show()
        return card, model

    return open_


def test_what_is_chosen_and_typed_goes_to_the_model(open_card: OpenCard, qtbot: QtBot) -> None:
    card, model = open_card(Situation.FULL)
    step = child(card, QComboBox, "calibrationStep")
    square, place = (
        child(card, QLineEdit, name) for name in ("calibrationSquare", "calibrationPlace")
    )

    step.activated.emit(step.findData(CalibrationStep.BASES))
    square.clear()
    qtbot.keyClicks(square, "50")
    qtbot.keyClicks(place, "1")
    for name in ("writeBoard", "calibrate"):
        qtbot.mouseClick(child(card, QPushButton, name), Qt.MouseButton.LeftButton)

    assert model.calls == [
        ("choose_step", "bases"),
        ("set_square", "5"),
        ("set_square", "50"),
        ("set_place", "100, 0, 5, 901"),
        ("write_board",),
        ("start",),
    ]


def test_while_pictures_are_taken_it_says_what_to_do_and_can_be_given_up(
    open_card: OpenCard, qtbot: QtBot
) -> None:
    card, model = open_card(Situation.BUSY)
    button = child(card, QPushButton, "calibrate")

    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    assert button.text() == "Give up"
    assert "7 of 14. Hold still." in child(card, QLabel, "calibrationSentence").text()
    assert not child(card, QComboBox, "calibrationStep").isEnabled()
    assert model.calls == [("stop",)]


def test_the_place_is_asked_for_only_where_it_counts(open_card: OpenCard) -> None:
    card, model = open_card(Situation.FULL)
    place = child(card, QLineEdit, "calibrationPlace")
    before = place.isEnabled()

    model.change(needs_place=False)

    assert (before, place.isEnabled()) == (True, False)


def test_without_a_station_on_file_there_is_nothing_to_press(open_card: OpenCard) -> None:
    card, _ = open_card(Situation.EMPTY)

    assert not child(card, QPushButton, "calibrate").isEnabled()
    assert "stations on file" in child(card, QLabel, "calibrationSentence").text()
