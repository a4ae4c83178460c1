"""Cameras are arranged by pressing a slot, then a camera."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from lbm_studio.app.views.camera_mapping import CameraMappingView
from lbm_studio.app.views.window import PanelName
from lbm_studio.ui.sample_cameras import camera_mapping, camera_mapping_in_trouble
from lbm_studio.ui.sample_views import Situation
from lbm_studio.ui.widgets.camera_mapping_sheet import CameraMappingSheet
from tests.ui.conftest import OpenWindow, child
from tests.ui.fakes import Models, Recorder

OpenMapping = Callable[..., tuple[CameraMappingSheet, Recorder]]


def mapping_of(models: Models) -> Recorder:
    mapping = vars(models.station)["mapping"]
    assert isinstance(mapping, Recorder)
    return mapping


@pytest.fixture
def open_mapping(open_window: OpenWindow) -> OpenMapping:
    """Return a function that shows the sheet in one state."""

    def open_(view: CameraMappingView) -> tuple[CameraMappingSheet, Recorder]:
        window, models = open_window(PanelName.STATION, Situation.EMPTY)
        mapping = mapping_of(models)
        mapping.publish(view)
        return child(window, CameraMappingSheet, "cameraMappingSheet"), mapping

    return open_


def test_a_station_on_file_offers_to_arrange_its_cameras(open_window: OpenWindow) -> None:
    window, models = open_window(PanelName.STATION, Situation.EMPTY)
    button = child(window, QPushButton, "arrangeCameras")
    assert not button.isEnabled()

    models.station.change(chosen="bench")
    button.click()

    assert models.station.calls == [("arrange_cameras",)]


def test_a_slot_is_chosen_and_filled(open_mapping: OpenMapping, qtbot: QtBot) -> None:
    view = camera_mapping()
    sheet, mapping = open_mapping(view)
    slot, device = view.slots[2].name, view.devices[0].key

    qtbot.mouseClick(child(sheet, QPushButton, f"slot_{slot}"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(child(sheet, QPushButton, f"use_{device}"), Qt.MouseButton.LeftButton)

    assert mapping.calls == [("choose", slot), ("assign", device)]


def test_a_picture_is_turned_mirrored_emptied_and_taken_back(open_mapping: OpenMapping) -> None:
    sheet, mapping = open_mapping(camera_mapping())

    for name in ("rotateCamera", "mirrorCamera", "emptySlot", "undoMapping", "saveMapping"):
        child(sheet, QPushButton, name).click()

    assert mapping.calls == [("rotate",), ("mirror",), ("empty",), ("undo",), ("save",)]


def test_crop_and_exposure_are_typed(open_mapping: OpenMapping) -> None:
    sheet, mapping = open_mapping(camera_mapping())

    for name, text in (("cropCamera", "1, 2, 30, 40"), ("exposeCamera", "5")):
        line = child(sheet, QLineEdit, name)
        line.setFocus()
        line.selectAll()
        QTest.keyClicks(line, text)
        child(sheet, QPushButton, "undoMapping").setFocus()

    assert mapping.calls == [("crop", "1, 2, 30, 40"), ("expose", "5")]


def test_what_was_typed_wrongly_stays_until_it_is_mended(open_mapping: OpenMapping) -> None:
    view = camera_mapping()
    sheet, mapping = open_mapping(view)
    line = child(sheet, QLineEdit, "cropCamera")
    line.setText("80, 0")

    mapping.publish(replace(view, settings=camera_mapping_in_trouble().settings, can_save=False))

    assert line.text() == "80, 0"
    assert child(sheet, QLabel, "slotProblem").text().startswith("Type x, y, width and height")
    assert not child(sheet, QPushButton, "saveMapping").isEnabled()


def test_the_sheet_goes_when_cameras_are_arranged_and_lets_go_of_them_when_it_is_closed(
    open_mapping: OpenMapping,
) -> None:
    sheet, mapping = open_mapping(camera_mapping())
    assert sheet.isVisible()

    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert mapping.calls == [("close",)]
    mapping.publish(CameraMappingView())

    assert not sheet.isVisible()
