import pytest

from lbm_studio.app.review_panel import ReviewPanel
from lbm_studio.app.views.review import Result, ReviewState
from tests.app.fakes import SECOND_NS
from tests.app.recordings import shelf_with


@pytest.fixture
def shelf(tmp_path):
    return shelf_with(tmp_path / "datasets", "put_block")


@pytest.fixture
def panel(shelf, background, program, notices):
    panel = ReviewPanel(shelf, background, program, notices)
    panel.refresh()
    return panel


@pytest.fixture
def opened(panel):
    panel.select(1)
    return panel


def test_without_recordings_the_panel_says_where_to_make_some(
    tmp_path, background, program, notices
):
    panel = ReviewPanel(shelf_with(tmp_path / "none"), background, program, notices)
    panel.refresh()
    assert panel.view.state is ReviewState.EMPTY
    assert "Teach" in panel.view.sentence


def test_the_first_dataset_is_opened_with_its_table(panel):
    view = panel.view
    assert view.state is ReviewState.CHOOSING
    assert [row.name for row in view.datasets] == ["Put block"]
    assert [row.result for row in view.rows] == [Result.SUCCESS] * 3
    assert view.rows[0].findings == ("2 left out",)


def test_a_selected_episode_shows_all_cameras_and_its_curves(opened):
    view = opened.view
    assert view.state is ReviewState.READY
    assert set(view.frames) == {"scene", "wrist"}
    assert view.frames["scene"].shape == (48, 64, 3)
    assert (view.position, view.shown_position, view.length) == (0, 0, 12)
    assert view.curves is not None
    assert view.curves.states.shape == view.curves.actions.shape == (12, 20)
    assert len(view.curves.names) == len(view.curves.arms) == 20
    assert view.curves.names[0] == "right.x_m"
    assert view.curves.arms[0] == "right"


@pytest.mark.parametrize(("wish", "position"), [(5, 5), (99, 11), (-3, 0)])
def test_the_scrubber_stays_within_the_episode(opened, wish, position):
    opened.seek(wish)
    assert opened.view.position == opened.view.shown_position == position


def test_playing_follows_the_recorded_speed_and_ends_at_the_end(opened):
    opened.poll(0)
    opened.play()
    assert opened.view.state is ReviewState.PLAYING
    opened.poll(SECOND_NS)
    assert opened.view.position == 5
    opened.poll(9 * SECOND_NS)
    assert opened.view.position == 11
    assert opened.view.state is ReviewState.READY

    opened.play()
    assert opened.view.position == 0
    opened.pause()
    assert opened.view.state is ReviewState.READY


def test_every_edit_is_shown_and_undone_one_by_one(opened, shelf):
    opened.mark(False)
    opened.set_goal("put it  back")
    opened.delete()
    row = opened.view.rows[1]
    assert (row.result, row.goal, row.deleted) == (Result.FAILURE, "put it back", True)
    assert [edit.text for edit in opened.view.edits] == [
        "episode 1: marked as failure",
        "episode 1: goal changed to “put it back”",
        "episode 1: deleted",
    ]

    while opened.view.can_undo:
        opened.undo()

    row = opened.view.rows[1]
    assert (row.result, row.deleted, row.edited) == (Result.SUCCESS, False, False)


def test_a_deleted_episode_can_be_restored(opened):
    opened.delete()
    opened.restore()
    assert not opened.view.rows[1].deleted


def test_a_replay_says_whether_the_goal_was_reached(opened, program, tmp_path):
    opened.replay()
    assert opened.view.state is ReviewState.REPLAYING
    assert program.started == [("replay", str(tmp_path / "datasets" / "put_block"), "1")]

    program.end({"success": True})
    opened.poll(0)
    assert opened.view.state is ReviewState.READY
    assert opened.view.replay_sentence.endswith("the episode reaches its goal.")

    opened.replay()
    program.end(None, "There is no skill called “x”.")
    opened.poll(0)
    assert "There is no skill" in opened.view.replay_sentence

    opened.replay()
    opened.stop_replay()
    assert opened.view.state is ReviewState.READY


@pytest.mark.parametrize(
    "intent",
    [
        lambda p: p.mark(True),
        lambda p: p.delete(),
        lambda p: p.restore(),
        lambda p: p.replay(),
        lambda p: p.play(),
        lambda p: p.seek(3),
        lambda p: p.undo(),
        lambda p: p.set_goal(""),
        lambda p: p.select(7),
    ],
)
def test_what_makes_no_sense_without_an_episode_is_refused(panel, said, intent):
    before = panel.view
    intent(panel)
    assert len(said()) == 1
    assert panel.view == before


def test_a_folder_that_is_no_dataset_is_said_and_nothing_breaks(panel, tmp_path, said):
    (tmp_path / "holiday").mkdir()
    panel.open_dataset(str(tmp_path / "holiday"))
    assert len(said()) == 1
    assert panel.view.state is ReviewState.CHOOSING


def test_a_video_that_is_missing_is_said(panel, tmp_path, said):
    for video in (tmp_path / "datasets" / "put_block").rglob("*.mp4"):
        video.unlink()
    panel.select(0)
    assert said()
