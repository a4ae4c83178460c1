import pytest

from lbm_studio.app.review_panel import ReviewPanel
from lbm_studio.app.views.review import PhaseRow, Result, ReviewState, RowFilter, RowOrder
from tests.app.fakes import SECOND_NS, FakeProgramRun
from tests.app.recordings import shelf_with
from tests.core.stations import make_station
from tests.episodes.quality.demonstrations import Demonstration, write_demonstrations


@pytest.fixture
def shelf(tmp_path):
    return shelf_with(tmp_path / "datasets", "put_block")


@pytest.fixture
def checks():
    return FakeProgramRun()


@pytest.fixture
def panel(shelf, background, program, checks, exports, notices):
    panel = ReviewPanel(shelf, background, program, checks, exports, notices)
    panel.refresh()
    return panel


@pytest.fixture
def opened(panel):
    panel.select(1)
    return panel


def test_without_recordings_the_panel_says_where_to_make_some(
    tmp_path, background, program, checks, exports, notices
):
    nowhere = shelf_with(tmp_path / "none")
    panel = ReviewPanel(nowhere, background, program, checks, exports, notices)
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
    opened.edit.mark(False)
    opened.edit.set_goal("put it  back")
    opened.edit.delete()
    row = opened.view.rows[1]
    assert (row.result, row.goal, row.deleted) == (Result.FAILURE, "put it back", True)
    assert [edit.text for edit in opened.view.edits] == [
        "episode 1: marked as failure",
        "episode 1: goal changed to “put it back”",
        "episode 1: deleted",
    ]

    while opened.view.can_undo:
        opened.edit.undo()

    row = opened.view.rows[1]
    assert (row.result, row.deleted, row.edited) == (Result.SUCCESS, False, False)


def test_a_deleted_episode_can_be_restored(opened):
    opened.edit.delete()
    opened.edit.restore()
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
        lambda p: p.edit.mark(True),
        lambda p: p.edit.delete(),
        lambda p: p.edit.restore(),
        lambda p: p.replay(),
        lambda p: p.play(),
        lambda p: p.seek(3),
        lambda p: p.edit.undo(),
        lambda p: p.edit.set_goal(""),
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


def test_an_undone_edit_can_be_redone(opened):
    opened.edit.mark(False)
    opened.edit.undo()
    assert opened.view.redo_text == "episode 1: marked as failure"

    opened.edit.redo()

    assert opened.view.rows[1].result is Result.FAILURE
    assert opened.view.redo_text == ""


def test_one_edit_is_about_all_that_is_chosen_and_one_undo_takes_it_back(opened):
    opened.choose([1, 2])
    assert opened.view.chosen == (1, 2)

    opened.edit.set_tags(["night ", "night", " blue  lamp"])
    assert [len(row.tags) for row in opened.view.rows] == [0, 2, 2]
    assert opened.view.rows[2].tags == ("night", "blue lamp")
    opened.edit.undo()

    assert [row.tags for row in opened.view.rows] == [(), (), ()]


def test_the_table_is_sorted_and_filtered_while_the_selection_stays(opened):
    opened.edit.delete()
    opened.arrange(RowOrder.GOAL, descending=True)
    assert [row.index for row in opened.view.rows] == [1, 0, 2]

    opened.show_only(RowFilter(text="BOWL 0", hides_deleted=True))

    assert [row.index for row in opened.view.rows] == [0, 2]
    assert (opened.view.total, opened.view.selected) == (3, 1)


def test_a_trim_is_shown_and_taken_back(opened):
    assert opened.view.kept == (0, 11)
    opened.edit.trim(8, 3)
    assert opened.view.kept == (3, 8)
    assert opened.view.rows[1].is_trimmed
    assert opened.view.rows[1].frames == 6

    opened.edit.keep_all()

    assert opened.view.kept == (0, 11)


def test_a_split_shows_two_parts_with_their_own_frames_and_merging_joins_them(opened):
    opened.edit.add_phase("reach", 2, 7)
    opened.edit.split(5)
    assert [row.title for row in opened.view.rows] == ["0", "1.1", "1.2", "2"]
    assert (opened.view.selected, opened.view.length) == (1, 5)

    opened.select(2)
    opened.edit.set_goal("put it back")
    assert opened.view.length == 7
    assert opened.view.curves.states.shape == (7, 20)
    assert opened.view.curves.times_s[0] == 0.0
    assert opened.view.phases == (PhaseRow("reach", 0, 2),)
    opened.edit.merge()  # nothing follows it
    assert len(opened.view.rows) == 4

    opened.select(1)
    opened.edit.merge()

    assert [row.title for row in opened.view.rows] == ["0", "1", "2"]
    assert opened.view.phases == (PhaseRow("reach", 2, 7),)


def test_the_pictures_of_a_part_are_those_of_its_frames(opened):
    opened.seek(9)
    expected = opened.view.frames["scene"]
    opened.edit.split(6)

    opened.select(2)
    opened.seek(3)

    assert (opened.view.frames["scene"] == expected).all()


def test_a_selection_that_an_undo_takes_away_is_given_up(opened):
    opened.edit.split(6)
    opened.select(2)

    opened.edit.undo()

    assert opened.view.selected == -1
    assert opened.view.state is ReviewState.CHOOSING


def test_phases_do_not_overlap(opened):
    opened.edit.add_phase("reach", 0, 9)
    opened.edit.add_phase("grasp ", 6, 3)
    opened.edit.add_phase("lift", 9, 11)
    assert opened.view.phases == (
        PhaseRow("reach", 0, 2),
        PhaseRow("grasp", 3, 6),
        PhaseRow("reach", 7, 8),
        PhaseRow("lift", 9, 11),
    )

    opened.edit.remove_phase(2)

    assert [phase.name for phase in opened.view.phases] == ["reach", "grasp", "lift"]


def test_notes_paraphrases_and_milestones_are_shown(opened):
    opened.edit.set_note(" The lamp was off. ")
    opened.edit.set_paraphrases(["lay it down", ""])
    opened.edit.measure(1, 3)

    row = opened.view.rows[1]
    assert (row.note, row.paraphrases) == ("The lamp was off.", ("lay it down",))
    assert (row.milestones, row.result) == ("1 of 3", Result.PARTIAL)

    opened.edit.measure(0, 3)

    assert opened.view.rows[1].result is Result.FAILURE


@pytest.mark.parametrize(
    "intent",
    [
        lambda p: p.edit.measure(4, 3),
        lambda p: p.edit.split(0),
        lambda p: p.edit.split(12),
        lambda p: p.edit.merge(),
        lambda p: p.edit.add_phase(" ", 0, 3),
        lambda p: p.edit.remove_phase(0),
        lambda p: p.edit.move_phase(0, 1, 2),
        lambda p: p.edit.rename_phase(0, "reach"),
        lambda p: p.compare(True),
        lambda p: p.export.start(" ", ()),
        lambda p: p.edit.redo(),
        lambda p: p.edit.trim(-9, -5),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(opened, said, intent):
    before = opened.view
    intent(opened)
    assert len(said()) == 1
    assert opened.view == before


def test_what_the_idle_rule_proposes_is_shown(shelf, panel, tmp_path):
    takes = [Demonstration(idle=8, ticks=24)]
    write_demonstrations(tmp_path / "datasets" / "idle", make_station("right", "left"), takes)
    panel.open_dataset(str(tmp_path / "datasets" / "idle"))

    panel.select(0)

    assert panel.view.proposal == (10, 23)
    panel.edit.trim(*panel.view.proposal)
    assert panel.view.kept == (10, 23)
    assert panel.view.proposal is None


def test_a_phase_is_moved_over_its_neighbours_and_renamed_by_one_edit_each(opened):
    opened.edit.add_phase("reach", 0, 4)
    opened.edit.add_phase("grasp", 5, 8)

    opened.edit.move_phase(1, 3, 9)
    assert opened.view.phases == (PhaseRow("reach", 0, 2), PhaseRow("grasp", 3, 9))
    opened.edit.rename_phase(1, " close  the hand")
    assert opened.view.phases[1].name == "close the hand"
    opened.edit.undo()
    opened.edit.undo()

    assert opened.view.phases == (PhaseRow("reach", 0, 4), PhaseRow("grasp", 5, 8))


def test_an_episode_plays_at_other_speeds_and_over_and_over(opened):
    opened.edit.trim(2, 6)
    opened.set_speed(0.5)
    opened.set_loop(True)
    opened.poll(0)
    opened.play()
    opened.poll(SECOND_NS)
    assert (opened.view.speed, opened.view.position) == (0.5, 2)

    opened.set_speed(4.0)
    opened.poll(SECOND_NS + SECOND_NS // 4)  # five frames on, of which the kept ones are five

    assert opened.view.position == 2
    assert opened.view.state is ReviewState.PLAYING


def test_stepping_goes_frame_by_frame_and_ends_playing(opened):
    opened.play()
    opened.step(1)
    opened.step(1)
    opened.step(-1)
    assert (opened.view.position, opened.view.state) == (1, ReviewState.READY)


def test_every_episode_has_a_small_picture_of_its_first_kept_frame(panel):
    assert set(panel.view.thumbnails) == {row.uuid for row in panel.view.rows}
    assert panel.view.thumbnails[panel.view.rows[0].uuid].shape == (48, 64, 3)


def test_what_is_picked_is_chosen_and_what_is_shown_stays_shown(opened):
    opened.pick([2, 1])
    assert (opened.view.selected, opened.view.chosen) == (1, (1, 2))
    opened.pick([2])
    assert (opened.view.selected, opened.view.chosen) == (2, (2,))
    opened.pick([0, 1])
    assert (opened.view.selected, opened.view.chosen) == (0, (0, 1))


def test_two_episodes_are_shown_side_by_side_at_the_same_position(opened):
    opened.pick([1, 2])
    assert opened.view.can_compare

    opened.compare(True)
    opened.seek(7)
    assert (opened.view.compared, opened.view.compared_position) == (2, 7)
    assert set(opened.view.compared_frames) == {"scene", "wrist"}

    opened.pick([0])
    assert opened.view.compared == -1


def test_pose_gripper_and_speed_can_be_plotted_and_force_only_where_it_was_measured(opened):
    plots = {plot.key: plot for plot in opened.view.plots}
    assert list(plots)[:5] == ["z_m", "x_m", "y_m", "gripper_m", "speed_m_s"]
    assert [line.arm for line in plots["speed_m_s"].lines] == ["right", "left"]
    assert [line.is_command for line in plots["z_m"].lines] == [False, True] * 2
    assert "force_n" not in plots


def test_chosen_episodes_are_exported_by_their_titles(opened, exports, tmp_path):
    opened.edit.split(5)
    opened.pick([1, 3])
    folder = opened.view.export.folder
    assert folder == str(tmp_path / "exports" / "put_block")

    opened.export_chosen_to(folder)
    assert exports.started == [
        ("export", str(tmp_path / "datasets" / "put_block"), "--out", folder, "--episodes", "1.1,2")
    ]
    assert opened.view.export.is_running
    exports.end({"episodes": 2, "folder": folder, "present": 1})
    opened.poll(0)

    expected = f"2 episodes are now in {folder}. 1 were there already."
    assert opened.view.export.sentence == expected
    assert not opened.view.export.is_running


def test_all_episodes_are_exported_whichever_are_chosen(opened, exports, said):
    opened.pick([1, 2])
    opened.export_to("/exports")

    assert exports.started == [("export", opened.view.dataset, "--out", "/exports")]
    assert said() == []


def test_an_export_that_failed_says_why_and_one_can_be_ended(opened, exports):
    opened.export.start("/nowhere", ())
    exports.end(None, "The folder cannot be written.")
    opened.poll(0)
    assert "cannot be written" in opened.view.export.sentence

    opened.export.start("/nowhere", ())
    opened.export.stop()
    assert not opened.view.export.is_running
