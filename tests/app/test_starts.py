"""Where the next take should begin."""

import numpy as np
import pytest

from lbm_studio.app.cameras import CameraWall
from lbm_studio.app.datasets import DatasetShelf
from lbm_studio.app.starts import TOO_FEW, Starts
from lbm_studio.app.views.starts import StartsView
from lbm_studio.app.views.teach import TeachState, TeachView
from lbm_studio.app.wanted_start import marks_of, wanted_start
from lbm_studio.episodes.quality.coverage import thinnest_place_m
from tests.app.recordings import shelf_with


@pytest.fixture
def shelf(tmp_path) -> DatasetShelf:
    return shelf_with(tmp_path / "datasets", "stack_cups", episodes=4)


@pytest.fixture
def starts(shelf, background, settings, notices):
    settings.update(overlay=0.5)
    return Starts(shelf, background, settings, notices)


def taught(shelf: DatasetShelf, **changes: object) -> TeachView:
    goal = shelf.card(shelf.path_for("stack_cups")).goals[0]
    fields: dict[str, object] = {"state": TeachState.READY, "dataset": "stack_cups", "goal": goal}
    return TeachView(**(fields | changes))  # type: ignore[arg-type]


def test_the_field_with_the_fewest_starts_is_wanted():
    grid = [(x, y) for x in np.linspace(0, 0.3, 4) for y in np.linspace(0, 0.3, 4)]
    places_m = np.array([place for place in grid if place != (0.3, 0.3)] * 2 + [(0.3, 0.29)])

    wanted_m = thinnest_place_m(places_m)

    assert wanted_m is not None
    assert np.linalg.norm(wanted_m - (0.2625, 0.2625)) < 0.01


@pytest.mark.parametrize(
    "places_m", [[(0.0, 0.0), (0.2, 0.2)], [(0.1, 0.1)] * 6], ids=["too few", "all the same"]
)
def test_nothing_is_wanted_where_nobody_can_tell(places_m):
    assert thinnest_place_m(np.array(places_m)) is None


def test_a_dataset_of_few_alike_takes_asks_for_more(starts, shelf):
    starts.follow(taught(shelf))

    assert starts.view.sentence == TOO_FEW


def test_a_missing_dataset_asks_for_takes(starts, shelf):
    starts.follow(taught(shelf, dataset="never_recorded"))

    assert starts.view.sentence == TOO_FEW


def test_a_wanted_start_comes_with_the_picture_nearest_to_it(starts, shelf, monkeypatch):
    place_m = np.array([0.05, 0.05])
    monkeypatch.setattr(
        "lbm_studio.episodes.quality.coverage.thinnest_place_m", lambda _places: place_m
    )
    dataset = shelf.open(shelf.path_for("stack_cups"))
    view = taught(shelf)

    wanted = wanted_start(dataset, view.goal)
    starts.follow(view)

    assert wanted is not None
    assert np.allclose(wanted.place_m[:2], place_m)
    assert wanted.marks == marks_of(dataset.station, wanted.place_m)
    assert set(starts.view.pictures) == {"scene"}
    assert starts.view.pictures["scene"].ndim == 3
    assert "Few takes begin at the mark" in starts.view.sentence


def test_nothing_is_read_while_nothing_is_shown(starts, shelf):
    starts.set_share(0.0)
    starts.follow(taught(shelf))
    unread = starts.view.sentence

    starts.set_share(0.5)

    assert unread == ""
    assert starts.view.sentence == TOO_FEW


def test_nothing_covers_the_live_pictures_while_the_arms_move(starts, shelf):
    starts.set_share(0.6)
    starts.follow(taught(shelf))
    shown = starts.overlay
    starts.follow(taught(shelf, state=TeachState.RECORDING))

    assert shown is not None
    assert starts.overlay is None


def test_how_much_is_shown_is_remembered(starts, settings, shelf):
    starts.set_share(0.7)
    starts.follow(taught(shelf))

    assert settings.current.overlay == 0.7
    assert starts.view.share == 0.7


def test_the_wall_shows_the_wanted_start_over_the_camera_it_belongs_to(station, notices):
    station.show_pictures(0)
    picture = np.zeros((4, 4, 3), np.uint8)
    wanted = StartsView(0.4, "", {"scene_right_0": picture}, {"scene_right_0": (0.5, 0.25)})
    wall = CameraWall(station, notices, lambda: wanted)

    wall.poll(0)

    scene, wrist = wall.view.tiles
    assert scene.target is picture
    assert (scene.target_share, scene.target_mark) == (0.4, (0.5, 0.25))
    assert wrist.target is None
    assert wrist.target_mark is None
