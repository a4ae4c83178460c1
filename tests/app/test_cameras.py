import pytest

from lbm_studio.app.cameras import CameraWall, camera_title
from lbm_studio.link.messages import Mode
from tests.app.fakes import SECOND_NS


@pytest.fixture
def wall(station, notices):
    return CameraWall(station, notices)


def test_without_a_station_the_wall_says_what_to_do(station, wall):
    station.vanish()
    wall.poll(0)
    assert wall.view.tiles == ()
    assert "Connect" in wall.view.empty_sentence


@pytest.mark.parametrize(
    ("age_s", "reason"),
    [
        (0.1, ""),
        (0.5, ""),
        (0.95, "Pictures come late."),
        (3.0, "No new picture for 3 s."),
    ],
)
def test_a_tile_says_how_old_its_picture_is_and_why_not_to_trust_it(station, wall, age_s, reason):
    station.show_pictures(captured_ns=SECOND_NS)

    wall.poll(SECOND_NS + round(age_s * SECOND_NS))

    tile = wall.view.tiles[0]
    assert (tile.stale_reason, tile.rate_hz) == (reason, 5.0)
    assert tile.age_s == pytest.approx(age_s, abs=0.06)
    assert tile.is_scene


def test_a_camera_without_a_picture_is_a_tile_that_waits(wall):
    wall.poll(0)
    tile = wall.view.tiles[1]
    assert tile.image is None
    assert tile.stale_reason == "Waiting for the first picture."


def test_the_intent_is_shown_only_while_a_policy_runs(station, wall):
    intent = {"scene_right_0": (0.25, 0.5, 0.9)}
    station.change(mode=Mode.POLICY, intent=intent)
    wall.poll(0)
    (point,) = wall.view.tiles[0].intent
    assert (point.arm, point.x, point.y, point.confidence) == ("right", 0.25, 0.5, 0.9)

    station.change(mode=Mode.IDLE, intent=intent)
    wall.poll(0)
    assert wall.view.tiles[0].intent == ()


@pytest.mark.parametrize(
    ("name", "title"),
    [("scene_right_0", "scene right"), ("wrist_left_minus", "wrist left −")],
)
def test_titles_are_for_people(name, title):
    assert camera_title(name) == title
