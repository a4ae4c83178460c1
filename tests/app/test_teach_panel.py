from pathlib import Path

import pytest

from lbm_studio.app.datasets import DatasetShelf
from lbm_studio.app.experience import Outcome
from lbm_studio.app.teach_panel import MAX_FAILURES_IN_SERIES, TeachPanel
from lbm_studio.app.views.teach import MotionSource, TeachState
from lbm_studio.core.cues import Cue
from lbm_studio.link.inputs import TeleopInput
from lbm_studio.link.messages import (
    BeginEpisode,
    DiscardEpisode,
    Halt,
    KeepEpisode,
    LoadScene,
    Mode,
    SetGoal,
    StartDemonstration,
    StartTeleoperation,
)
from tests.app.fakes import NEVER_OLD_NS, SECOND_NS, first_tick, station_description
from tests.app.recordings import shelf_with


class Seeds:
    """Counts up from 100."""

    def __init__(self) -> None:
        self.last = 99

    def __call__(self) -> int:
        self.last += 1
        return self.last


@pytest.fixture
def shelf(tmp_path):
    return DatasetShelf(tmp_path / "datasets")


@pytest.fixture
def panel(station, shelf, background, settings, notices):
    settings.update(countdown_s=0)
    station.change(captured_ns=NEVER_OLD_NS)
    panel = TeachPanel(station, shelf, background, settings, notices, seeds=Seeds())
    panel.poll(0)
    panel.poll(0)
    return panel


@pytest.fixture
def recording(panel):
    panel.start()
    panel.poll(SECOND_NS)
    return panel


def finish(panel, station, *, success=True, at_s=3):
    station.change(finished=True, success=success)
    panel.poll(at_s * SECOND_NS)


def stop_and_reset(panel, station):
    station.change(mode=Mode.STOPPED, stop_reason="Stop by Esc.")
    panel.poll(4 * SECOND_NS)
    station.change(mode=Mode.IDLE, stop_reason="")
    panel.poll(5 * SECOND_NS)


def test_a_simulated_station_lays_out_its_first_scene_and_tells_its_goal(panel):
    view = panel.view
    assert view.state is TeachState.READY
    assert (view.scene, view.seed, view.goal) == ("stack_cups", 100, "please stack cups")
    assert view.dataset == "stack_cups"
    assert view.sentence == "Record take 1 of 30."


def test_the_colleague_shows_it_and_the_take_is_kept(recording, station):
    assert recording.view.state is TeachState.RECORDING
    assert station.tick.mode is Mode.DEMONSTRATION
    (begin,) = station.asked_for(BeginEpisode)
    assert Path(begin.dataset).name == "stack_cups"
    assert (begin.goal, begin.source) == ("please stack cups", "scripted")

    finish(recording, station)
    assert recording.view.state is TeachState.DECIDING
    assert recording.view.elapsed_s == 2.0
    assert station.asked_for(Halt)

    recording.keep()
    recording.poll(4 * SECOND_NS)
    view = recording.view
    assert station.asked_for(KeepEpisode) == [KeepEpisode(success=True)]
    assert (view.state, view.kept, view.seed) == (TeachState.READY, 1, 101)
    assert [line.text for line in view.verdict] == [
        "The goal was reached.",
        "All 50 frames are complete.",
    ]
    assert view.takes[0].title == "take 1"


def test_keeping_while_recording_ends_the_motion_first(recording, station):
    recording.keep(success=False)
    kinds = [type(message) for message in station.asked]
    assert kinds.index(Halt) < kinds.index(KeepEpisode)
    assert station.asked_for(KeepEpisode) == [KeepEpisode(success=False)]


def test_a_discarded_take_leaves_nothing_and_the_layout_stays(recording, station):
    recording.discard()
    recording.poll(2 * SECOND_NS)
    assert station.asked_for(DiscardEpisode)
    assert (recording.view.kept, recording.view.seed) == (0, 100)
    assert recording.view.state is TeachState.READY


def test_redo_begins_the_same_layout_again(recording, station):
    recording.redo()
    recording.poll(2 * SECOND_NS)
    assert [load.seed for load in station.asked_for(LoadScene)] == [100, 100]
    assert recording.view.state is TeachState.RECORDING
    assert len(station.asked_for(BeginEpisode)) == 2


def test_a_stop_ends_the_take_and_asks_what_becomes_of_it(recording, station):
    station.change(mode=Mode.STOPPED, stop_reason="Stop by Esc.")
    recording.poll(2 * SECOND_NS)
    assert recording.view.state is TeachState.DECIDING
    assert recording.view.sentence.startswith("The stop ended this take.")


def test_a_station_that_disappears_takes_the_take_with_it(recording, station):
    station.vanish()
    recording.poll(2 * SECOND_NS)
    assert recording.view.state is TeachState.OFFLINE

    station.description, station.tick = station_description(), first_tick()
    station.change(captured_ns=3 * SECOND_NS)
    recording.poll(3 * SECOND_NS)
    recording.poll(3 * SECOND_NS)
    assert recording.view.state is TeachState.READY


def test_a_silent_station_ends_the_take_which_can_still_be_kept(recording, station, said):
    station.change(captured_ns=SECOND_NS)

    recording.poll(3 * SECOND_NS)
    assert recording.view.state is TeachState.DECIDING
    assert recording.view.sentence == (
        "The station does not answer. Keep or discard this take, then restart it on Station."
    )
    recording.keep()
    recording.poll(3 * SECOND_NS)
    assert (recording.view.state, recording.view.kept) == (TeachState.OFFLINE, 1)
    assert recording.view.sentence == "The station does not answer. Restart it on Station."
    recording.start()

    assert said() == ["The station does not answer. Restart it on Station."]
    assert len(station.asked_for(LoadScene)) == 1


def test_a_silent_station_that_speaks_again_can_be_taught(panel, station):
    station.change(captured_ns=0)
    panel.poll(3 * SECOND_NS)
    assert panel.view.state is TeachState.OFFLINE

    station.change(captured_ns=3 * SECOND_NS)
    panel.poll(3 * SECOND_NS)

    assert panel.view.state is TeachState.READY


def test_a_take_lost_with_its_station_is_not_in_the_way_of_the_next(recording, station):
    station.vanish()
    recording.poll(2 * SECOND_NS)

    assert station.asked_for(DiscardEpisode)


@pytest.mark.parametrize(
    ("message", "is_discarded"), [(BeginEpisode, False), (StartDemonstration, True)]
)
def test_a_take_that_cannot_begin_says_why(panel, station, said, message, is_discarded):
    station.refuse[message] = "The disk is full."
    panel.start()
    panel.poll(SECOND_NS)
    assert panel.view.state is TeachState.READY
    assert said() == ["The disk is full."]
    assert bool(station.asked_for(DiscardEpisode)) == is_discarded


def test_a_take_that_cannot_be_kept_says_why(recording, station, said):
    station.refuse[KeepEpisode] = "The disk is full."
    recording.keep()
    assert said() == ["The disk is full."]
    assert recording.view.kept == 0


def test_the_colleague_records_the_rest_until_enough_are_there(panel, station, said):
    panel.set_wanted(3)
    panel.start_series()
    for at_s in range(3):
        panel.poll((3 * at_s + 1) * SECOND_NS)
        finish(panel, station, at_s=3 * at_s + 2)
        panel.poll((3 * at_s + 2) * SECOND_NS)

    assert panel.view.kept == 3
    assert not panel.view.is_series
    assert panel.view.state is TeachState.READY
    assert said() == ["All 3 takes are recorded."]
    assert panel.view.sentence == "3 takes are there. Train on them, or record more."


def test_a_colleague_who_only_fails_rests_and_nothing_is_kept(panel, station, said):
    panel.start_series()
    for at_s in range(1, 4 * MAX_FAILURES_IN_SERIES, 2):
        panel.poll(at_s * SECOND_NS)
        finish(panel, station, success=False, at_s=at_s + 1)

    assert panel.view.kept == 0
    assert not panel.view.is_series
    assert "failed several times" in said()[-1]


def test_a_take_has_the_goal_of_its_own_layout_however_late_the_tick_comes(panel, station):
    panel.start_series()
    panel.poll(SECOND_NS)
    station.shows_scenes = False
    finish(panel, station)
    panel.poll(3 * SECOND_NS)
    assert len(station.asked_for(BeginEpisode)) == 1

    station.change(skill="stack_cups", seed=101, goal="stack the blue cups", success=False)
    panel.poll(4 * SECOND_NS)

    assert [begin.goal for begin in station.asked_for(BeginEpisode)] == [
        "please stack cups",
        "stack the blue cups",
    ]


def test_a_stop_between_two_takes_ends_the_series(panel, station):
    panel.start_series()
    panel.poll(SECOND_NS)
    station.hold_back = {KeepEpisode}
    finish(panel, station)
    stop_and_reset(panel, station)

    station.release()
    panel.poll(6 * SECOND_NS)

    assert (panel.view.kept, panel.view.is_series) == (1, False)
    assert len(station.asked_for(StartDemonstration)) == 1


def test_a_stop_before_a_take_has_begun_keeps_the_arms_still(panel, station, said):
    station.hold_back = {BeginEpisode}
    panel.start()
    stop_and_reset(panel, station)

    station.release()
    panel.poll(6 * SECOND_NS)

    assert not station.asked_for(StartDemonstration)
    assert station.asked_for(DiscardEpisode)
    assert said() == ["The take was stopped before it began. Record it again."]


def test_record_pressed_while_a_layout_is_prepared_begins_once_it_is_there(panel, station, said):
    station.hold_back = {LoadScene}
    panel.new_layout()
    panel.start()
    panel.poll(SECOND_NS)
    before = len(station.asked_for(BeginEpisode))

    station.release()
    panel.poll(2 * SECOND_NS)

    assert (before, len(station.asked_for(BeginEpisode))) == (0, 1)
    assert said() == []


def test_after_a_stop_the_next_take_begins_on_a_new_layout(recording, station, said):
    station.change(mode=Mode.STOPPED, stop_reason="Stop by Esc.")
    recording.poll(2 * SECOND_NS)
    recording.discard()
    assert said() == []
    station.change(mode=Mode.IDLE, stop_reason="")
    recording.poll(3 * SECOND_NS)

    recording.start()
    recording.poll(4 * SECOND_NS)

    assert [load.seed for load in station.asked_for(LoadScene)] == [100, 101]
    assert recording.view.state is TeachState.RECORDING


@pytest.mark.parametrize(
    "changes",
    [[{"seed": 900_001}], [{"mode": Mode.POLICY}, {"mode": Mode.IDLE}]],
    ids=["a layout never to be recorded", "a layout that a policy has used"],
)
def test_a_layout_that_was_run_on_is_not_taught_on(panel, station, changes):
    for change in changes:
        station.change(**change)
        panel.poll(SECOND_NS)

    panel.start()
    panel.poll(2 * SECOND_NS)

    assert [load.seed for load in station.asked_for(LoadScene)] == [100, 101]
    assert panel.view.state is TeachState.RECORDING


def test_held_keys_move_the_arm_only_while_recording_with_the_keyboard(panel, station):
    station.show_pictures(SECOND_NS)
    panel.poll(SECOND_NS)
    panel.set_source(MotionSource.KEYBOARD)
    assert panel.view.key_help
    assert not panel.key_pressed("w")

    panel.start()
    assert station.asked_for(StartTeleoperation) == [StartTeleoperation(device="keyboard")]
    assert panel.key_pressed("w")
    assert not panel.key_pressed("r")
    panel.poll(SECOND_NS)
    panel.release_keys()
    panel.poll(SECOND_NS)

    held, let_go = [m for m in station.told if isinstance(m, TeleopInput)]
    assert held.enabled
    assert held.linear_m_s[0] > 0
    assert not let_go.enabled
    assert "Move the right arm" in panel.view.sentence


BY_HAND = [source for source in MotionSource if source is not MotionSource.COLLEAGUE]


@pytest.mark.parametrize("source", BY_HAND)
def test_every_device_is_asked_for_by_its_name_and_recorded_as_teleoperation(
    panel, station, source
):
    station.show_pictures(SECOND_NS)
    panel.poll(SECOND_NS)
    panel.set_source(source)
    panel.start()
    panel.poll(SECOND_NS)

    assert station.asked_for(StartTeleoperation) == [StartTeleoperation(device=source.value)]
    assert [begin.source for begin in station.asked_for(BeginEpisode)] == ["teleoperation"]
    assert "then keep or discard" in panel.view.sentence


@pytest.mark.parametrize("source", BY_HAND)
def test_arms_moved_by_hand_halt_when_a_picture_grows_old(panel, station, said, source):
    station.show_pictures(SECOND_NS)
    panel.poll(SECOND_NS)
    panel.set_source(source)
    panel.start()
    panel.poll(SECOND_NS)
    assert panel.view.state is TeachState.RECORDING
    station.asked.clear()

    panel.poll(2 * SECOND_NS)

    assert station.asked[:1] == [Halt()]
    assert station.tick.mode is Mode.IDLE
    assert panel.view.state is TeachState.DECIDING
    assert said() == [
        "The arms halt: “scene right” shows no fresh picture. Keep or discard this take."
    ]


def test_nobody_moves_the_arms_by_hand_without_fresh_pictures(panel, station, said):
    panel.set_source(MotionSource.KEYBOARD)

    panel.start()

    assert said() == ["“scene right” shows no fresh picture. See the panel Station."]
    assert not station.asked_for(BeginEpisode)


def test_the_colleague_needs_no_pictures(recording, station):
    recording.poll(2 * SECOND_NS)

    assert recording.view.state is TeachState.RECORDING
    assert not station.asked_for(Halt)


def test_the_last_take_can_be_taken_back(station, background, settings, notices, tmp_path):
    shelf = shelf_with(tmp_path / "datasets", "stack_cups")
    panel = TeachPanel(station, shelf, background, settings, notices, seeds=Seeds())
    panel.poll(0)
    panel.poll(0)
    assert panel.view.kept == 3
    panel.start()
    panel.keep()
    assert panel.view.can_undo

    panel.undo_last()

    assert panel.view.takes[-1].deleted
    assert not panel.view.can_undo
    assert shelf.card(tmp_path / "datasets" / "stack_cups").episodes == 2


@pytest.mark.parametrize(
    ("intent", "sentence"),
    [
        (lambda p: p.keep(), "There is no take to keep."),
        (lambda p: p.discard(), "There is no take to discard."),
        (lambda p: p.redo(), "There is no take to do again."),
        (lambda p: p.finish(), "Nothing is being recorded."),
        (lambda p: p.undo_last(), "There is no take to take back."),
        (lambda p: p.set_wanted(0), "At least one take is needed."),
        (lambda p: p.choose_scene("chess"), "There is no scene called “chess”."),
    ],
)
def test_what_makes_no_sense_without_a_take_is_refused(panel, said, intent, sentence):
    intent(panel)
    assert said() == [sentence]


@pytest.mark.parametrize(
    "intent",
    [
        lambda p: p.start(),
        lambda p: p.set_goal("something else"),
        lambda p: p.set_source(MotionSource.GAMEPAD),
        lambda p: p.new_layout(),
        lambda p: p.choose_scene("lift_tray"),
    ],
)
def test_nothing_changes_under_a_running_take(recording, said, intent):
    before = recording.view
    intent(recording)
    assert len(said()) == 1
    assert recording.view == before


def test_nothing_starts_while_the_stop_is_latched(panel, station, said):
    station.change(mode=Mode.STOPPED, stop_reason="Stop by Esc.")
    panel.start()
    assert said() == ["The stop is latched. Hold Reset first."]
    assert not station.asked_for(BeginEpisode)


def test_on_a_station_without_scenes_the_typed_goal_names_the_dataset(
    station, shelf, background, settings, notices
):
    station.skills = ()
    panel = TeachPanel(station, shelf, background, settings, notices)
    panel.poll(0)
    assert panel.view.state is TeachState.NEEDS_GOAL

    panel.set_goal("  fold the  towel ")

    assert panel.view.state is TeachState.READY
    assert (panel.view.goal, panel.view.dataset) == ("fold the towel", "fold_the_towel")
    assert station.told == [SetGoal(goal="fold the towel")]


def test_no_take_begins_while_a_goal_is_being_spoken(panel, station, said):
    panel.await_goal(True)
    sentence = panel.view.sentence
    panel.start()
    begun = station.asked_for(BeginEpisode)
    panel.await_goal(False)
    panel.start()

    assert begun == []
    assert sentence == "Confirm or drop the spoken goal first."
    assert said() == [sentence]
    assert station.asked_for(BeginEpisode)


@pytest.fixture
def counting(panel, station, settings):
    """A panel that counts down from three, as the keyboard shall move the arms."""
    settings.update(countdown_s=3)
    station.show_pictures(NEVER_OLD_NS)
    panel.poll(SECOND_NS)
    panel.cues = []
    panel.cued.connect(panel.cues.append)
    panel.set_source(MotionSource.KEYBOARD)
    panel.start()
    panel.poll(SECOND_NS)
    return panel


def test_a_person_has_time_to_take_hold_before_the_take_begins(counting, station):
    shown = []
    for tenths in range(0, 31, 5):
        counting.poll(SECOND_NS + tenths * SECOND_NS // 10)
        shown.append((counting.view.state, counting.view.countdown))

    left = [seconds for state, seconds in shown if state is TeachState.COUNTING]
    assert left == [3, 3, 2, 2, 1, 1]
    assert shown[-1] == (TeachState.RECORDING, 0)
    assert station.asked_for(StartTeleoperation)
    assert counting.cues == [Cue.COUNT, Cue.COUNT, Cue.COUNT, Cue.STARTED]


@pytest.mark.parametrize(
    "intent", [lambda p: p.finish(), lambda p: p.discard()], ids=["finish", "discard"]
)
def test_a_countdown_can_be_given_up(counting, station, intent):
    intent(counting)
    counting.poll(9 * SECOND_NS)

    assert counting.view.state is TeachState.READY
    assert not station.asked_for(BeginEpisode)


def test_a_stop_ends_the_countdown_for_good(counting, station):
    stop_and_reset(counting, station)
    counting.poll(9 * SECOND_NS)

    assert counting.view.state is TeachState.READY
    assert not station.asked_for(BeginEpisode)


def test_no_take_begins_once_a_policy_moves_the_arms(counting, station):
    station.change(mode=Mode.POLICY)
    counting.poll(2 * SECOND_NS)
    counting.poll(9 * SECOND_NS)

    assert not station.asked_for(BeginEpisode)


def test_the_goal_stays_while_it_is_counted_down(counting, said):
    counting.set_goal("something else")
    counting.start()

    assert counting.view.goal == "please stack cups"
    assert said()[-1] == "A take is running already."


def test_what_becomes_of_a_take_is_said_with_a_sound(recording, station):
    cues = []
    recording.cued.connect(cues.append)
    finish(recording, station)
    recording.keep()
    recording.poll(4 * SECOND_NS)
    recording.start()
    recording.poll(5 * SECOND_NS)
    recording.discard()

    assert cues == [Cue.ENDED, Cue.KEPT, Cue.STARTED, Cue.DISCARDED]
    assert recording.view.cue is Cue.DISCARDED


def test_the_colleague_records_a_series_without_a_sound(panel, station):
    cues = []
    panel.cued.connect(cues.append)
    panel.start_series()
    panel.poll(SECOND_NS)
    finish(panel, station)

    assert panel.view.kept == 1
    assert cues == []


def test_a_doubtful_take_is_told_before_it_is_kept(recording, station):
    station.doubts = ("The camera “scene right” is dark.",)

    finish(recording, station)
    recording.poll(4 * SECOND_NS)

    view = recording.view
    assert view.state is TeachState.DECIDING
    assert [line.text for line in view.verdict] == [
        "The goal was reached.",
        "The camera “scene right” is dark.",
    ]
    assert view.is_doubtful
    assert "Show it again" in view.sentence


def test_a_sound_take_is_told_as_well(recording, station):
    finish(recording, station)
    recording.poll(4 * SECOND_NS)

    assert not recording.view.is_doubtful
    assert recording.view.verdict[-1].text == "All 50 frames are complete."


def test_past_results_say_how_many_takes_are_advisable(
    station, shelf, background, settings, notices
):
    station.change(captured_ns=NEVER_OLD_NS)
    known = [Outcome("stack_cups", takes=20, successes=17, trials=20)]
    panel = TeachPanel(station, shelf, background, settings, notices, experience=lambda: known)
    panel.poll(0)
    panel.poll(0)

    assert panel.view.advice == "20 takes were enough: 17 of 20 trials succeeded."
