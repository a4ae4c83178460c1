from dataclasses import replace
from datetime import datetime

import pytest

from lbm_studio.app.notices import Level
from lbm_studio.app.station_panel import CONNECT_TIMEOUT_S, StationPanel
from lbm_studio.app.stations import Stations
from lbm_studio.app.stop import Rehearsal, StopButton
from lbm_studio.app.stop_test import PRESSES
from lbm_studio.app.supervisor import ProcessName
from lbm_studio.app.views.station import StationPanelState, StepState
from lbm_studio.core.arm_health import ArmCondition, ArmHealth, HardwareStop
from lbm_studio.link.messages import Health, Mode, Recover, ResetStop
from lbm_studio.link.stop import StopOutcome, StopReport
from tests.app.fakes import SECOND_NS, first_tick, station_description

TOLD_S = 0.0018
NOON_UNIX_S = 1_780_000_000.0


class RehearsedStop(StopButton):
    """A stop whose rehearsals end as the test says, at once."""

    def __init__(self) -> None:
        super().__init__()
        self.outcomes: list[StopOutcome] = []
        self.rehearsals = 0
        self.after_s = TOLD_S

    def rehearse(self, source: str) -> None:
        self.rehearsals += 1

    def poll(self) -> None:
        if self.outcomes:
            self.rehearsed.emit(Rehearsal(1, StopReport(self.outcomes.pop(0), self.after_s)))


@pytest.fixture
def stop() -> RehearsedStop:
    return RehearsedStop()


@pytest.fixture
def stations(tmp_path) -> Stations:
    return Stations(tmp_path)


@pytest.fixture
def panel(station, processes, stop, stations, notices):
    return StationPanel(
        station, processes, stop, stations, notices, wall_clock_s=lambda: NOON_UNIX_S
    )


def pass_stop_test(panel, station, stop):
    """Let the self-test of the stop find that it works."""
    panel.poll(0)
    stop.outcomes = [StopOutcome.STOPPED]
    stop.poll()
    station.change(mode=Mode.STOPPED, stop_reason="Stopped by self-test.", captured_ns=1)
    panel.poll(0)
    station.change(captured_ns=SECOND_NS // 5)
    panel.poll(0)
    station.change(captured_ns=0)


@pytest.fixture
def connected(panel, station, stop):
    station.show_pictures(0)
    panel.connect()
    pass_stop_test(panel, station, stop)
    panel.poll(0)
    assert panel.view.state is StationPanelState.CONNECTED
    return panel


def test_connecting_says_what_it_waits_for_until_the_station_is_ready(panel, station, stop):
    station.vanish()
    panel.connect()
    sentences = []
    steps = [
        lambda: None,
        lambda: setattr(station, "connect_step", "Left arm: unlocking brakes."),
        lambda: setattr(station, "description", station_description()),
        lambda: setattr(station, "tick", first_tick()),
        lambda: station.show_pictures(0),
        lambda: pass_stop_test(panel, station, stop),
    ]
    for step in steps:
        step()
        panel.poll(0)
        sentences.append(panel.view.progress_sentence)

    assert sentences == [
        "Station process: starting.",
        "Arms: left arm: unlocking brakes.",
        "Arms: left arm: unlocking brakes.",
        "Cameras: 0 of 2.",
        "Stop: testing it.",
        "The station is ready.",
    ]
    assert panel.view.state is StationPanelState.CONNECTED


def test_the_steps_of_connecting_show_what_is_done_under_way_and_ahead(panel, station):
    panel.connect()
    panel.poll(0)

    assert [step.state for step in panel.view.steps] == [
        StepState.DONE,
        StepState.DONE,
        StepState.UNDER_WAY,
        StepState.AHEAD,
    ]


def test_a_simulated_station_is_connected_once_its_stop_was_tested_and_released(
    connected, station, stop
):
    assert stop.rehearsals == 1
    assert station.asked_for(ResetStop) == [ResetStop(decided_ns=1 + round(TOLD_S * SECOND_NS))]
    assert connected.view.stop_test_sentence == (
        "Stop: 1.8 ms, arms seen at rest after 200 ms, measured today "
        f"{datetime.fromtimestamp(NOON_UNIX_S):%H:%M}."
    )


@pytest.mark.parametrize(
    ("outcome", "after_s"), [(StopOutcome.NOT_RUNNING, 0.05), (StopOutcome.STOPPED, 0.3)]
)
def test_a_stop_that_is_not_acknowledged_again_and_again_keeps_the_station_disconnected(
    panel, station, stop, processes, outcome, after_s
):
    station.show_pictures(0)
    panel.connect()
    panel.poll(0)
    stop.outcomes, stop.after_s = [outcome] * PRESSES, after_s
    for _ in range(PRESSES):
        stop.poll()
    panel.poll(0)

    assert panel.view.state is StationPanelState.FAILED
    assert "was not acknowledged within 50 ms" in panel.view.progress_sentence
    assert not processes.is_open


def test_a_missing_camera_fails_with_the_last_words_of_the_camera_process(
    panel, station, processes
):
    processes.camera_process = ProcessName.CAMERAS
    panel.connect()
    processes.running.add(ProcessName.CAMERAS)
    panel.poll(0)
    assert panel.view.state is StationPanelState.CONNECTING

    processes.end(ProcessName.CAMERAS, "There is no camera SN-1 for scene right.")
    panel.poll(0)

    assert panel.view.progress_sentence == (
        "The camera process ended. There is no camera SN-1 for scene right."
    )
    assert panel.view.steps[2].state is StepState.FAILED


def test_the_stop_of_real_arms_is_not_pressed_unasked(panel, station, stop):
    station.description = replace(station_description(), simulated=False)
    station.show_pictures(0)
    panel.connect()
    panel.poll(0)

    assert panel.view.state is StationPanelState.CONNECTED
    assert stop.rehearsals == 0


def test_an_arm_in_reflex_can_be_recovered_and_nothing_moves(connected, station, said):
    connected.recover()
    assert said()[-1] == "No arm has to be recovered."
    station.health = Health(
        captured_ns=0,
        arms=(ArmHealth("right", ArmCondition.REFLEX, "The right arm hit something."),),
        hardware_stop=HardwareStop.RELEASED,
    )
    connected.poll(0)
    row = next(row for row in connected.view.health if row.subject == "Right arm")
    assert (row.level, row.sentence) == (Level.BAD, "The right arm hit something.")
    assert connected.view.hardware_stop == "not pressed"

    connected.recover()

    assert station.asked[-1] == Recover()


@pytest.mark.parametrize("condition", ArmCondition)
def test_whatever_keeps_an_arm_from_moving_can_be_recovered_from(connected, station, condition):
    arm = ArmHealth("right", condition, "See to it, then recover.")
    station.health = Health(captured_ns=0, arms=(arm,), hardware_stop=HardwareStop.RELEASED)

    connected.poll(0)

    row = next(row for row in connected.view.health if row.subject == "Right arm")
    assert row.can_recover is (condition not in (ArmCondition.READY, ArmCondition.RECOVERING))


def test_a_station_whose_file_is_broken_is_listed_but_not_connected(panel, tmp_path, processes):
    (tmp_path / "bench.toml").write_text("driver = 3")
    panel.connect()
    panel.disconnect()
    panel.choose("bench")
    processes.opened.clear()

    panel.connect()

    assert panel.view.state is StationPanelState.FAILED
    assert "bench.toml cannot be read" in panel.view.progress_sentence
    assert processes.opened == []


def test_a_new_station_is_chosen_and_its_file_is_what_is_connected(panel, tmp_path, processes):
    panel.create()
    assert panel.editor.view.name == "station"
    panel.connect()

    assert panel.view.chosen == "station"
    assert panel.view.choice.is_real
    assert processes.opened == [str(tmp_path / "station.toml")]


def test_real_arms_that_were_never_calibrated_are_told(panel, station):
    panel.create()
    station.description = replace(station_description(), simulated=False)
    station.show_pictures(0)
    panel.connect()
    panel.poll(0)
    panel.poll(0)

    row = next(row for row in panel.view.health if row.subject == "Calibration")
    assert (row.level, row.sentence) == (Level.WARN, "Never calibrated.")


def test_a_built_in_station_is_not_edited_but_its_copy_is(panel, said):
    panel.edit()
    assert "Duplicate one, then edit the copy" in said()[-1]
    panel.duplicate()
    panel.editor.type("name", "mine")
    panel.editor.save()

    assert panel.view.chosen == "mine"


def test_stations_are_not_changed_while_one_is_connected(connected, said):
    for change in (connected.create, connected.duplicate, connected.delete, connected.undo):
        change()
    assert not connected.editor.view.is_open
    assert len(connected.view.choices) == 2
    assert "Disconnect the station before changing" in said()[-1]


def test_a_deleted_station_comes_back_when_that_is_undone(panel, said):
    panel.create()
    panel.delete()
    assert panel.view.chosen == "simulated"
    assert panel.view.undo_sentence == "the removal of “New station”"

    panel.undo()

    assert "station" in [choice.name for choice in panel.view.choices]
    assert said()[-1] == "Undone: the removal of “New station”."


def test_a_station_process_that_ends_while_connecting_fails_with_its_last_words(
    panel, station, processes, said
):
    station.vanish()
    panel.connect()
    processes.end(ProcessName.STATION, "There is no GL library.")

    panel.poll(0)

    assert panel.view.state is StationPanelState.FAILED
    assert panel.view.progress_sentence == "The station process ended. There is no GL library."
    assert said() == [panel.view.progress_sentence]
    assert not processes.is_open


def test_a_station_that_never_gets_ready_is_given_up(panel, station):
    station.vanish()
    panel.connect()
    panel.poll(0)
    panel.poll(round((CONNECT_TIMEOUT_S + 1) * SECOND_NS))
    assert panel.view.state is StationPanelState.FAILED


def test_a_station_whose_cameras_are_missing_is_refused_with_their_words(panel, station, processes):
    station.vanish()
    panel.connect()
    processes.end(ProcessName.RENDERER, "The camera “lid” cannot be used.")
    panel.poll(0)

    assert panel.view.state is StationPanelState.FAILED
    assert panel.view.progress_sentence == (
        "The camera process ended. The camera “lid” cannot be used."
    )


def test_a_session_that_cannot_be_made_fails_in_words(panel, processes):
    processes.cannot_open = "The session folder is not yours."
    panel.connect()
    assert panel.view.state is StationPanelState.FAILED
    assert "not yours" in panel.view.progress_sentence


@pytest.mark.parametrize(
    ("intent", "sentence"),
    [
        (lambda p: p.choose("simulated-single"), "Disconnect the station before"),
        (lambda p: p.choose("mars"), "There is no station called “mars”"),
        (lambda p: p.connect(), "connected already"),
        (lambda p: p.restart("renderer"), "That process is running"),
    ],
)
def test_what_makes_no_sense_while_connected_is_refused(connected, said, intent, sentence):
    intent(connected)
    assert sentence in said()[-1]
    assert connected.view.state is StationPanelState.CONNECTED


def test_the_arms_are_stopped_when_the_stop_process_is_lost(connected, processes, stop):
    pressed: list[str] = []
    stop.pressed.connect(pressed.append)

    processes.end(ProcessName.WRITER)
    assert pressed == []
    processes.end(ProcessName.STOP)

    assert pressed == ["the loss of the STOP window"]


def test_another_station_can_be_chosen_after_disconnecting(connected, processes):
    connected.disconnect()
    connected.choose("simulated-single")
    connected.connect()
    assert processes.opened == ["simulated", "simulated-single"]


def test_a_healthy_station_says_so_about_every_part(connected):
    rows = {row.subject: row for row in connected.view.health}
    assert set(rows) == {"Right arm", "Cameras", "Loop", "Stop", "Recorder", "Clock"}
    assert {row.level for row in rows.values()} == {Level.GOOD}
    assert rows["Loop"].sentence == "5 of 5 Hz, 99 of 100 ticks at most 2 ms late."


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        (ProcessName.RENDERER, "Cameras"),
        (ProcessName.STATION, "Loop"),
        (ProcessName.WRITER, "Recorder"),
        (ProcessName.STOP, "Stop"),
    ],
)
def test_a_process_that_died_is_said_and_can_be_started_again(
    connected, processes, said, name, subject
):
    processes.end(name)
    connected.poll(0)
    row = next(row for row in connected.view.health if row.subject == subject)
    assert row.restart == name.value
    assert "ended unexpectedly" in said()[-1]

    connected.restart(row.restart)
    connected.poll(0)
    assert not any(row.restart for row in connected.view.health)


def test_a_station_that_hangs_can_be_started_anew(connected, processes):
    connected.poll(3 * SECOND_NS)
    row = next(row for row in connected.view.health if row.subject == "Loop")
    assert row.sentence == "The control loop does not answer."

    connected.restart(row.restart)

    assert processes.restarted == [ProcessName.STATION]


def test_the_self_test_on_request_leaves_the_stop_latched(connected, station, stop):
    resets = len(station.asked_for(ResetStop))
    connected.test_stop()
    connected.poll(0)
    assert connected.view.stop_test_sentence == "Testing the stop."
    assert not connected.view.can_test_stop

    pass_stop_test(connected, station, stop)

    assert connected.view.stop_test_sentence.startswith("Stop: 1.8 ms")
    assert len(station.asked_for(ResetStop)) == resets


def test_a_stop_that_does_not_latch_is_said_loudly(connected, stop, said):
    connected.test_stop()
    stop.outcomes = [StopOutcome.STOPPED]
    stop.poll()
    for now_ns in (0, 10 * SECOND_NS):
        connected.poll(now_ns)

    assert connected.view.stop_test_sentence == "The stop did not latch. Do not use this station."
    assert said()[-1] == "The stop did not latch. Do not use this station."


@pytest.mark.parametrize("mode", [Mode.POLICY, Mode.TELEOPERATION, Mode.STOPPED])
def test_the_stop_is_not_tested_while_the_arms_move(connected, station, said, mode):
    station.change(mode=mode)
    connected.poll(0)
    assert not connected.view.can_test_stop
    connected.test_stop()
    assert "at rest" in said()[-1]
