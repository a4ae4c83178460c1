from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from lbm_studio.app.views.devices import PhoneLink
from lbm_studio.app.views.teach import MotionSource
from lbm_studio.app.views.window import PanelName
from lbm_studio.core.hands_free import TakeAction
from lbm_studio.ui.sample_views import Situation
from lbm_studio.ui.widgets.device_sheet import DeviceSheet
from lbm_studio.ui.window import MainWindow
from tests.ui.conftest import OpenWindow, child
from tests.ui.fakes import Models

OpenSheet = Callable[..., tuple[DeviceSheet, Models]]


@pytest.fixture
def press(qtbot: QtBot) -> Callable[[QWidget, str], None]:
    """Return a function that presses a button with the mouse."""

    def press_(parent: QWidget, name: str) -> None:
        button = child(parent, QPushButton, name)
        assert button.isVisible()
        assert button.isEnabled()
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    return press_


@pytest.fixture
def open_sheet(open_window: OpenWindow, press: Callable[[QWidget, str], None]) -> OpenSheet:
    """Return a function that opens the sheet the way a person does."""

    def open_(situation: Situation = Situation.EMPTY) -> tuple[DeviceSheet, Models]:
        window, models = open_window(PanelName.TEACH, situation)
        press(window, "devices")
        return sheet_of(window), models

    return open_


def sheet_of(window: MainWindow) -> DeviceSheet:
    return child(window, DeviceSheet, "deviceSheet")


def test_everybody_who_can_move_the_arms_can_be_chosen(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.TEACH, Situation.EMPTY)

    source = child(window, QComboBox, "source")
    offered = [source.itemData(place) for place in range(source.count())]
    source.activated.emit(offered.index("spacemouse"))

    assert offered == [each.value for each in MotionSource]
    assert models.teach.calls == [("set_source", MotionSource.SPACEMOUSE)]


def test_devices_are_told_in_words_with_their_arm_and_age(open_sheet: OpenSheet) -> None:
    sheet, _ = open_sheet(Situation.ERROR)

    texts = [found.text() for found in sheet.findChildren(QLabel) if found.isVisible()]

    assert sheet.isVisible()
    assert "0.1 s ago" in texts
    assert "left arm" in texts
    assert any(text.startswith("The left SpaceMouse was pulled out.") for text in texts)


def test_arms_are_swapped_and_held(
    open_sheet: OpenSheet, press: Callable[[QWidget, str], None]
) -> None:
    sheet, models = open_sheet(Situation.ERROR)

    press(sheet, "swapArms")
    child(sheet, QCheckBox, "holdButton").click()

    assert models.devices.calls == [("swap_arms",), ("set_hold_button", True)]


def test_a_phone_is_let_in_and_shown_the_way(
    open_sheet: OpenSheet, press: Callable[[QWidget, str], None]
) -> None:
    sheet, models = open_sheet()

    press(sheet, "openPhone")
    models.devices.change(phone=PhoneLink("https://x/#1", "AA:BB", ("10", "01")))
    shown = child(sheet, QLabel, "phoneFingerprint").text()
    press(sheet, "closePhone")

    assert shown == "Fingerprint: AA BB"
    assert models.devices.calls == [("open_phone", ("in_network", True)), ("close_phone",)]


def test_a_pedal_is_taught_its_meaning(
    open_sheet: OpenSheet, press: Callable[[QWidget, str], None]
) -> None:
    sheet, models = open_sheet()

    press(sheet, "choice_pedalPage")
    press(sheet, f"learn_{TakeAction.DISCARD}")
    models.devices.change(learning=TakeAction.DISCARD)
    sentence = child(sheet, QLabel, "pedalSentence").text()
    press(sheet, "cancelLearning")

    assert sentence == "Press the pedal that means “Discard”."
    assert models.devices.calls == [("learn", TakeAction.DISCARD), ("cancel_learning",)]


def test_nothing_is_learned_behind_a_closed_sheet(
    open_sheet: OpenSheet, press: Callable[[QWidget, str], None]
) -> None:
    sheet, models = open_sheet()
    press(sheet, "choice_pedalPage")
    models.devices.change(learning=TakeAction.KEEP)

    sheet.hide()

    assert models.devices.calls == [("cancel_learning",)]


def test_the_controls_of_a_device_are_explained(
    open_sheet: OpenSheet, press: Callable[[QWidget, str], None]
) -> None:
    sheet, _ = open_sheet()

    press(sheet, "deviceHelp_spacemouse")

    texts = [found.text() for found in sheet.findChildren(QLabel) if found.isVisible()]
    assert "Push the cap" in texts
    assert child(sheet, QLabel, "controlsTitle").text() == "SpaceMouse"
