from dataclasses import replace

import pytest

from lbm_studio.app.jobs import JobRunner
from lbm_studio.app.library import SkillLibrary
from lbm_studio.app.run_panel import RunPanel
from lbm_studio.app.supervisor import ProcessName
from lbm_studio.app.views.run import CheckpointChoice, RunState
from lbm_studio.core.action import ActionConvention
from lbm_studio.core.paths import POLICY_VARIABLE
from lbm_studio.link.messages import (
    CheckGoal,
    GoHome,
    Halt,
    LoadPolicy,
    LoadScene,
    Mode,
    Pause,
    Resume,
    SetSpeed,
    StartPolicy,
)
from lbm_studio.policy.manifest import CheckpointManifest, write_manifest
from tests.app.fakes import NEVER_OLD_NS, SECOND_NS, station_description
from tests.core.stations import make_station

CHECKPOINT = "/runs/1/checkpoint"


@pytest.fixture
def library(tmp_path, notices):
    library = SkillLibrary(tmp_path, notices.add, lambda: 0.0)
    library.publish("stack_cups", ("stack the red cups",), (), CHECKPOINT)
    return library


@pytest.fixture
def panel(station, processes, library, settings, notices, tmp_path):
    station.change(captured_ns=NEVER_OLD_NS)
    jobs = JobRunner(tmp_path / "runs")
    panel = RunPanel(station, processes, library, jobs, settings, notices, seeds=lambda: 900_001)
    processes.open("simulated")
    panel.refresh()
    panel.poll(0)
    return panel


@pytest.fixture
def running(panel):
    panel.set_prompt("stack the red cups")
    panel.run()
    panel.poll(0)
    return panel


def test_a_prompt_shows_the_skill_it_means(panel):
    assert panel.view.state is RunState.NEEDS_SKILL
    panel.set_prompt("stack red cups")
    assert panel.view.state is RunState.READY
    assert panel.view.understood == "Understood: stack the red cups."
    assert panel.view.checkpoint == CHECKPOINT


def test_an_unknown_prompt_gets_suggestions_that_can_be_taken(panel):
    panel.set_prompt("stack the yellow cups")
    assert panel.view.understood == "Not a skill it knows. Did you mean one of these?"
    panel.accept_suggestion(panel.view.suggestions[0])
    assert panel.view.prompt == "stack the red cups"
    assert panel.view.suggestions == ()


def test_run_starts_the_inference_process_loads_and_moves(running, station, processes):
    assert ProcessName.INFERENCE in processes.running
    assert station.asked_for(LoadPolicy) == [LoadPolicy(checkpoint=CHECKPOINT)]
    assert station.asked_for(StartPolicy) == [StartPolicy(goal="stack the red cups", speed=1.0)]
    assert running.view.state is RunState.RUNNING
    assert running.view.sentence == "Doing: stack the red cups."


def test_what_the_policy_was_never_taught_is_said_and_nothing_moves(running, station, said):
    running.halt()
    running.poll(SECOND_NS)
    station.refuse[CheckGoal] = "This policy was never taught anything like “make coffee”."
    running.choose_checkpoint(CHECKPOINT)
    running.set_prompt("make coffee")

    running.run()

    assert station.asked_for(CheckGoal)[-1] == CheckGoal(goal="make coffee")
    assert len(station.asked_for(StartPolicy)) == 1
    assert running.view.state is RunState.READY
    assert said()[-1] == station.refuse[CheckGoal]


def test_a_loaded_policy_is_not_loaded_again_unless_its_process_died(running, station, processes):
    running.halt()
    running.poll(SECOND_NS)
    running.run()
    assert len(station.asked_for(LoadPolicy)) == 1

    running.halt()
    processes.end(ProcessName.INFERENCE)
    running.poll(SECOND_NS)
    running.run()
    assert len(station.asked_for(LoadPolicy)) == 2


def test_halting_while_loading_never_lets_the_arms_move(panel, station):
    station.hold_back = {LoadPolicy}
    panel.set_prompt("stack the red cups")
    panel.run()
    assert panel.view.state is RunState.LOADING

    panel.halt()
    station.release()
    panel.poll(SECOND_NS)

    assert not station.asked_for(StartPolicy)
    assert panel.view.state is RunState.READY


def test_a_stop_while_loading_is_not_forgotten_when_it_is_reset(panel, station):
    station.hold_back = {LoadPolicy}
    panel.set_prompt("stack the red cups")
    panel.run()
    station.change(mode=Mode.STOPPED, stop_reason="Stopped by Esc.")
    panel.poll(SECOND_NS)
    station.change(mode=Mode.IDLE, stop_reason="")
    panel.poll(2 * SECOND_NS)

    station.release()
    panel.poll(3 * SECOND_NS)

    assert not station.asked_for(StartPolicy)
    assert panel.view.state is RunState.READY


def test_a_policy_whose_loading_was_given_up_does_not_run_for_the_next_one(panel, station):
    station.hold_back = {LoadPolicy}
    panel.set_prompt("stack the red cups")
    panel.run()
    panel.halt()
    panel.run()
    given_up, wanted = station.held_back

    given_up()
    assert not station.asked_for(StartPolicy)
    wanted()
    assert len(station.asked_for(StartPolicy)) == 1


def test_halting_while_the_station_starts_halts_it_again(panel, station):
    station.hold_back = {StartPolicy}
    panel.set_prompt("stack the red cups")
    panel.run()
    assert panel.view.state is RunState.LOADING

    panel.halt()
    station.release()
    panel.poll(SECOND_NS)

    assert isinstance(station.asked[-1], Halt)
    assert panel.view.state is RunState.READY


def test_a_policy_that_does_not_fit_is_said(panel, station, said):
    station.refuse[LoadPolicy] = "This policy does not fit the station: its cameras are a, b."
    panel.set_prompt("stack the red cups")
    panel.run()
    panel.poll(0)
    assert said() == ["This policy does not fit the station: its cameras are a, b."]
    assert panel.view.state is RunState.READY


def test_reaching_the_goal_halts_and_counts(running, station):
    station.change(success=True)
    running.poll(3 * SECOND_NS)
    assert isinstance(station.told[-1], Halt)
    station.change(mode=Mode.IDLE)
    running.poll(4 * SECOND_NS)

    view = running.view
    assert (view.successes, view.trials, view.elapsed_s) == (1, 1, 3.0)
    assert view.sentence == "Done in 3 s. Run it again, or lay out anew."
    running.reset_counter()
    assert (running.view.successes, running.view.trials) == (0, 0)


def test_the_share_of_slowed_steps_of_this_trial_is_told(panel, station):
    slowed, free = (("right: linear speed",), ()), (0.0,)
    panel.set_prompt("stack the red cups")
    station.limits.steps, station.limits.slowed = 40, 40  # of an earlier trial
    panel.run()
    panel.poll(0)
    assert panel.view.slowed_sentence == ""

    for number in range(8):
        station.change(sent=free, clamped=slowed[number % 4 > 0])
        station.limits.follow(station.tick)
    panel.poll(SECOND_NS)

    assert panel.view.slowed_sentence == "25 % of steps slowed."
    panel.halt()
    panel.poll(2 * SECOND_NS)
    assert panel.view.slowed_sentence == "25 % of steps slowed."


def test_halting_before_the_goal_counts_as_a_failure(running):
    running.halt()
    running.poll(SECOND_NS)
    assert (running.view.successes, running.view.trials) == (0, 1)


def test_a_trial_that_nobody_can_judge_is_not_counted(running, station):
    station.change(success=None)
    running.poll(SECOND_NS)
    running.halt()
    running.poll(2 * SECOND_NS)
    assert running.view.trials == 0


def test_pause_resume_home_and_halt_follow_the_station(running, station):
    for intent, message, state in [
        (running.pause, Pause, RunState.PAUSED),
        (running.resume, Resume, RunState.RUNNING),
        (running.home, GoHome, RunState.HOMING),
        (running.halt, Halt, RunState.READY),
    ]:
        intent()
        running.poll(SECOND_NS)
        assert station.asked_for(message)
        assert running.view.state is state


@pytest.mark.parametrize(("wish", "speed"), [(0.5, 0.5), (9.0, 2.0), (0.0, 0.25)])
def test_the_speed_is_clamped_remembered_and_sent(running, station, settings, wish, speed):
    running.set_speed(wish)
    assert running.view.speed == settings.current.speed == speed
    assert station.asked_for(SetSpeed) == [SetSpeed(speed=speed)]


@pytest.mark.parametrize(
    ("change", "state", "sentence"),
    [
        ({"mode": Mode.STOPPED, "stop_reason": "Esc."}, RunState.STOPPED, "The stop is latched."),
        ({"mode": Mode.HOMING}, RunState.HOMING, "on their way home"),
        ({"mode": Mode.TELEOPERATION}, RunState.BUSY, "moved by hand"),
    ],
)
def test_nothing_runs_while_the_arms_are_otherwise_busy(
    panel, station, said, change, state, sentence
):
    panel.set_prompt("stack the red cups")
    station.change(**change)
    panel.poll(0)
    panel.run()
    assert panel.view.state is state
    assert sentence in said()[-1]
    assert not station.asked_for(StartPolicy)


@pytest.mark.parametrize(
    ("intent", "sentence"),
    [
        (lambda p: p.run(), "Say first what the robot should do."),
        (lambda p: p.pause(), "Nothing is running."),
        (lambda p: p.resume(), "Nothing is paused."),
        (lambda p: p.halt(), "Nothing is running."),
        (lambda p: p.choose_checkpoint("/gone"), "That policy is not there any more."),
        (lambda p: p.choose_scene("chess"), "There is no scene called “chess”."),
    ],
)
def test_what_makes_no_sense_at_rest_is_refused(panel, said, intent, sentence):
    intent(panel)
    assert said() == [sentence]


def test_a_new_layout_is_one_that_was_never_recorded(panel, station):
    panel.new_layout()
    panel.poll(0)
    assert station.asked_for(LoadScene) == [LoadScene(skill="stack_cups", seed=900_001)]
    assert panel.view.seed == 900_001


def test_a_policy_chosen_by_hand_stays_whatever_the_prompt_says(panel):
    panel.choose_checkpoint(CHECKPOINT)
    panel.set_prompt("do something new")
    assert panel.view.checkpoint == CHECKPOINT
    assert panel.view.understood == "Policy chosen by hand: stack the red cups."


def test_a_station_that_falls_silent_is_not_said_to_run(running, station, said):
    station.change(captured_ns=SECOND_NS)

    running.poll(3 * SECOND_NS)
    running.run()

    assert running.view.state is RunState.OFFLINE
    assert running.view.sentence == "The station does not answer. Restart it on Station."
    assert said() == [running.view.sentence]


@pytest.mark.parametrize(
    ("prompt", "warning"),
    [
        ("stack the red cups", ""),
        ("Stack the RED cups!", ""),
        ("stack the yellow cups", " This policy never learned “yellow”."),
        ("now juggle yellow cups", " This policy never learned “now”, “juggle” and “yellow”."),
    ],
)
def test_words_that_the_policy_never_saw_are_told_beneath_the_prompt(
    panel, library, tmp_path, prompt, warning
):
    checkpoint = tmp_path / "checkpoint"
    checkpoint.mkdir()
    words = ("<padding>", "<unknown>", "cups", "red", "stack", "the")
    embodiment = station_description().embodiment
    convention = ActionConvention(embodiment.arm_names)
    write_manifest(
        checkpoint,
        CheckpointManifest(embodiment, convention, ("stack the red cups",), words, {}, {}),
    )
    library.publish("other_cups", ("stack other cups",), (), str(checkpoint))
    panel.choose_checkpoint(str(checkpoint))

    panel.set_prompt(prompt)

    assert panel.view.understood == f"Policy chosen by hand: stack other cups.{warning}"


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    folder = tmp_path / "shipped"
    folder.mkdir()
    embodiment = station_description().embodiment
    convention = ActionConvention(embodiment.arm_names)
    goals = ("press the red button",)
    write_manifest(folder, CheckpointManifest(embodiment, convention, goals, (), {}, {}))
    monkeypatch.setenv(POLICY_VARIABLE, str(folder))
    return folder


def test_who_has_taught_nothing_runs_the_policy_that_ships(shipped, panel, station):
    assert panel.view.checkpoints[0] == CheckpointChoice(str(shipped), "LBM Studio's own policy")
    assert panel.view.state is RunState.NEEDS_SKILL

    panel.set_prompt("press the purple button")
    panel.run()

    assert panel.view.understood == (
        "LBM Studio's own policy will try it. This policy never learned “purple”."
    )
    assert station.asked_for(LoadPolicy) == [LoadPolicy(checkpoint=str(shipped))]
    assert station.asked_for(StartPolicy) == [StartPolicy(goal="press the purple button", speed=1)]


def test_what_the_user_has_taught_comes_before_the_policy_that_ships(shipped, panel):
    panel.set_prompt("press the button")
    assert panel.view.checkpoint == str(shipped)
    panel.set_prompt("stack the red cups")
    assert panel.view.checkpoint == CHECKPOINT
    panel.set_prompt("stack the yellow cups")
    assert panel.view.checkpoint == str(shipped)
    assert panel.view.understood.startswith("LBM Studio's own policy will try it. Or did you mean:")
    assert panel.view.suggestions == ("stack the red cups",)


def test_the_policy_that_ships_is_not_proposed_on_a_station_it_does_not_fit(
    shipped, panel, station
):
    station.description = make_station("right", "left")
    panel.poll(0)

    panel.set_prompt("press the red button")

    assert panel.view.state is RunState.NEEDS_SKILL
    assert panel.view.understood == "Not a skill it knows. Teach and train it first."


def test_the_policy_that_ships_is_not_proposed_for_real_arms(shipped, panel, station):
    station.description = replace(station_description(), simulated=False)
    panel.poll(0)

    panel.set_prompt("press the red button")
    panel.run()

    assert panel.view.state is RunState.NEEDS_SKILL
    assert station.asked_for(LoadPolicy) == []


def test_what_is_not_understood_does_not_run_what_was_understood_before(panel, station, said):
    panel.set_prompt("stack the red cups")
    panel.set_prompt("fold the towel")
    panel.run()

    assert panel.view.state is RunState.NEEDS_SKILL
    assert station.asked_for(LoadPolicy) == []
    assert said() == ["No trained skill matches this. Train one, or choose a policy by hand."]


def test_without_a_station_the_panel_says_so(panel, station):
    station.vanish()
    panel.poll(0)
    assert panel.view.state is RunState.OFFLINE


def test_nothing_runs_while_a_goal_is_being_spoken(panel, station, said):
    panel.set_prompt("stack the red cups")
    panel.await_goal(True)
    sentence = panel.view.sentence
    panel.run()
    asked = list(station.asked)
    panel.await_goal(False)
    panel.run()

    assert asked == []
    assert sentence == "Confirm or drop the spoken goal first."
    assert said() == [sentence]
    assert panel.view.state is RunState.RUNNING
