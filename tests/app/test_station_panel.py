import pytest

from lbm_studio.app.notices import Level
from lbm_studio.app.station_panel import CONNECT_TIMEOUT_S, StationPanel
from lbm_studio.app.stop import StopButton
from lbm_studio.app.supervisor import ProcessName
from lbm_studio.app.views.station import StationPanelState
from lbm_studio.link.messages import Mode
from tests.app.fakes import SECOND_NS, first_tick, station_description


@pytest.fixture
def stop():
    return StopButton()


@pytest.fixture
def panel(station, processes, stop, notices):
    return StationPanel(station, processes, stop, notices)


@pytest.fixture
def connected(panel, station):
    station.show_pictures(0)
    panel.connect()
    panel.poll(0)
    return panel


def test_connecting_says_what_it_waits_for_until_the_station_is_ready(panel, station):
    station.vanish()
    panel.connect()
    sentences = []
    steps = [
        lambda: None,
        lambda: setattr(station, "description", station_description()),
        lambda: setattr(station, "tick", first_tick()),
        lambda: station.show_pictures(0),
    ]
    for step in steps:
        step()
        panel.poll(0)
        sentences.append(panel.view.progress_sentence)

    assert sentences == [
        "Waiting for the station to answer.",
        "Waiting for the first measurement of the arms.",
        "Waiting for the cameras: 2 to go.",
        "The station is ready.",
    ]
    assert panel.view.state is StationPanelState.CONNECTED


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
    assert set(rows) == {"Right arm", "Cameras", "Loop", "Stop", "Recorder"}
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


def test_the_self_test_presses_stop_and_sees_it_latch(connected, station, stop):
    pressed: list[str] = []
    stop.pressed.connect(pressed.append)
    connected.test_stop()
    assert connected.view.stop_test_sentence == "Testing the stop."

    station.change(mode=Mode.STOPPED, stop_reason="Stop by self-test.")
    connected.poll(SECOND_NS // 10)

    assert pressed == ["self-test"]
    assert connected.view.stop_test_sentence.startswith("The stop works")


def test_a_stop_that_does_not_latch_is_said_loudly(connected, said):
    connected.test_stop()
    connected.poll(2 * SECOND_NS)
    assert connected.view.stop_test_sentence == ("The stop did not latch. Do not use this station.")
    assert "did not latch" in said()[-1]


@pytest.mark.parametrize("mode", [Mode.POLICY, Mode.TELEOPERATION, Mode.STOPPED])
def test_the_stop_is_not_tested_while_the_arms_move(connected, station, said, mode):
    station.change(mode=mode)
    connected.poll(0)
    assert not connected.view.can_test_stop
    connected.test_stop()
    assert "at rest" in said()[-1]
