from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from lbm_studio.app.views.cameras import CamerasView, CameraTile, IntentPoint
from lbm_studio.ui.sample_views import Situation, cameras
from lbm_studio.ui.theme import METRICS, Theme
from lbm_studio.ui.widgets.camera_tile import CameraTileWidget
from lbm_studio.ui.widgets.camera_wall import CameraWallWidget, wall_rectangles

SIZES = [(784, 620), (784, 300), (1400, 960), (400, 900)]


def grey_tile(**fields: object) -> CameraTile:
    image = np.full((144, 192, 3), 90, np.uint8)
    tile = CameraTile("scene", "scene", is_scene=True, aspect=4 / 3, image=image)
    return replace(tile, rate_hz=10.0, age_s=0.1, **fields)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_tiles_lie_side_by_side_within_the_wall_in_the_shape_of_their_pictures(
    width: int, height: int
) -> None:
    tiles = cameras(Situation.FULL).tiles

    places = wall_rectangles(tiles, width, height)

    for tile in tiles:
        place = places[tile.name]
        assert place.left() >= -1
        assert place.right() <= width + 1
        assert place.bottom() <= height + 1
        assert place.width() / place.height() == pytest.approx(tile.aspect, rel=0.03)
    spots = list(places.values())
    assert not any(a.intersects(b) for i, a in enumerate(spots) for b in spots[i + 1 :])


def test_one_scene_and_one_wrist_view_stand_side_by_side() -> None:
    tiles = cameras(Situation.FULL).tiles

    scene, wrist = wall_rectangles((tiles[0], tiles[-1]), 784, 400).values()

    assert scene.top() == wrist.top()
    assert scene.right() < wrist.left()


def test_a_station_with_two_cameras_gets_two_tiles(qtbot: QtBot, theme: Theme) -> None:
    wall = CameraWallWidget(theme)
    qtbot.addWidget(wall)
    tiles = cameras(Situation.FULL).tiles

    wall.show_view(CamerasView(tiles))
    wall.show_view(CamerasView((tiles[0], tiles[-1])))

    assert list(wall.tiles) == [tiles[0].name, tiles[-1].name]


def test_a_live_tile_says_how_fast_and_how_old_it_is(qtbot: QtBot, theme: Theme) -> None:
    widget = CameraTileWidget(theme)
    qtbot.addWidget(widget)

    widget.show_tile(grey_tile())

    assert widget.caption == "10/s, 0.1 s old"
    assert widget.reason == ""


def test_a_recorded_tile_has_neither_rate_nor_age(qtbot: QtBot, theme: Theme) -> None:
    widget = CameraTileWidget(theme, live=False)
    qtbot.addWidget(widget)

    widget.show_tile(grey_tile())

    assert widget.caption == ""


def test_a_stale_tile_is_grey_and_says_why(qtbot: QtBot, theme: Theme) -> None:
    widget = CameraTileWidget(theme)
    qtbot.addWidget(widget)
    red = np.zeros((144, 192, 3), np.uint8)
    red[..., 0] = 200
    widget.resize(192, 144)

    widget.show_tile(replace(grey_tile(), image=red, stale_reason="No picture for 2 s."))
    shown = QColor(widget.grab().toImage().pixel(5, 130))

    assert widget.reason == "No picture for 2 s."
    assert shown.saturation() < 40


@pytest.mark.parametrize(("arm", "token"), [("left", "left_arm"), ("right", "right_arm")])
def test_an_intent_is_drawn_in_the_colour_of_its_arm(
    qtbot: QtBot, theme: Theme, arm: str, token: str
) -> None:
    widget = CameraTileWidget(theme)
    qtbot.addWidget(widget)
    widget.resize(384, 288)

    widget.show_tile(grey_tile(intent=(IntentPoint(arm, 0.5, 0.5, 1.0),)))
    image = widget.grab().toImage()
    shown = QColor(image.pixel(192 + METRICS.medium, 144))

    wanted = QColor(getattr(theme.colours, token))
    assert abs(shown.hue() - wanted.hue()) < 12


def test_an_unsure_intent_is_not_drawn(qtbot: QtBot, theme: Theme) -> None:
    widget = CameraTileWidget(theme)
    qtbot.addWidget(widget)
    widget.resize(384, 288)
    widget.show_tile(grey_tile())
    before = widget.grab().toImage()

    widget.show_tile(grey_tile(intent=(IntentPoint("left", 0.5, 0.5, 0.02),)))

    assert widget.grab().toImage() == before
