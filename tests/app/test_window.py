import pytest

from lbm_studio.app.jobs import JobRunner
from lbm_studio.app.notices import Level
from lbm_studio.app.stop import StopButton
from lbm_studio.app.stop_test import SELF_TEST_REASON
from lbm_studio.app.views.window import PanelName
from lbm_studio.app.window import WindowModel
from lbm_studio.app.words import duration_words
from lbm_studio.core.runs import EventKind, EventLog, JobStatus, claim
from lbm_studio.link.messages import Mode, ResetStop
from tests.app.fakes import SECOND_NS


@pytest.fixture
def window(station, settings, notices, tmp_path):
    return WindowModel(
        station,
        StopButton(),
        JobRunner(tmp_path / "runs"),
        settings,
        notices,
        data_folder=tmp_path,
        free_bytes=lambda folder: 53_400_000_000,
    )


def test_the_status_bar_says_how_everything_is(window, station):
    station.show_pictures(0)
    window.poll(0)
    view = window.view
    assert view.station == "Tiny station, ready"
    assert view.arms.text == "arms: holding still"
    assert view.loop.text == "loop 5 Hz, late p99 2 ms"
    assert view.cameras.text == "cameras 2/2"
    assert view.disk.text == "disk 53 GB free"
    assert view.training.text == ""


def test_without_a_station_it_says_so(window, station):
    station.vanish()
    window.poll(0)
    assert window.view.station == "no station"
    assert window.view.arms.text == "arms: not connected"
    assert window.view.cameras.text == "cameras: off"


def test_a_silent_station_is_not_called_ready(window):
    window.poll(5 * SECOND_NS)
    assert window.view.station == "Tiny station, does not answer"
    assert window.view.arms.level is Level.BAD


def test_a_running_job_is_in_the_status_bar(window, tmp_path):
    folder = tmp_path / "runs" / "one"
    claim(folder)
    log = EventLog(folder)
    log.status(JobStatus.RUNNING)
    log.emit(EventKind.PROGRESS, stage="training", done=42, total=100, remaining_s=360.0)

    window.poll(0)

    assert window.view.training.text == "training: 42 %, 6 min left"


def test_the_panel_in_front_is_remembered(window, settings):
    window.show_panel(PanelName.TRAIN)
    assert window.view.panel is PanelName.TRAIN
    assert settings.current.panel == "train"


def test_reset_needs_a_second_of_holding(window, station):
    station.change(mode=Mode.STOPPED, stop_reason="Stop by Esc.")
    window.poll(0)
    assert window.view.stop.latched

    window.reset_pressed(0)
    window.poll(SECOND_NS // 2)
    assert window.view.stop.hold_fraction == 0.5
    window.reset_released()
    window.poll(2 * SECOND_NS)
    assert not station.asked_for(ResetStop)

    window.reset_pressed(2 * SECOND_NS)
    window.poll(3 * SECOND_NS)
    assert station.asked_for(ResetStop) == [ResetStop(decided_ns=2 * SECOND_NS)]
    window.poll(3 * SECOND_NS)
    assert not window.view.stop.latched


def test_a_refused_reset_says_why_and_stays_latched(window, station, said):
    station.refuse[ResetStop] = "The stop cannot be reset yet: the button is held."
    station.change(mode=Mode.STOPPED, stop_reason="Stop by gamepad.")
    window.poll(0)
    window.reset_pressed(0)
    window.poll(2 * SECOND_NS)
    assert said() == ["The stop cannot be reset yet: the button is held."]
    assert window.view.stop.latched


def test_reset_does_nothing_while_nothing_is_latched(window, station):
    window.poll(0)
    window.reset_pressed(0)
    window.poll(5 * SECOND_NS)
    assert not station.asked_for(ResetStop)


def test_notices_are_shown_and_dismissed(window, notices):
    notices.add("The disk is full.")
    window.dismiss_notice(window.view.notices[0].number)
    assert window.view.notices == ()


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (45, "45 s"), (360, "6 min"), (9000, "2.5 h")]
)
def test_durations_are_said_as_people_say_them(seconds, words):
    assert duration_words(seconds) == words


@pytest.mark.parametrize(("is_connecting", "is_told"), [(True, False), (False, True)])
def test_the_self_test_of_a_station_that_connects_alarms_nobody(
    station, settings, notices, tmp_path, is_connecting, is_told
):
    window = WindowModel(
        station,
        StopButton(),
        JobRunner(tmp_path / "runs"),
        settings,
        notices,
        data_folder=tmp_path,
        is_connecting=lambda: is_connecting,
    )
    station.change(mode=Mode.STOPPED, stop_reason=SELF_TEST_REASON)
    window.poll(0)

    assert window.view.stop.latched == is_told

    station.change(stop_reason="Stopped by Esc.")
    window.poll(0)
    assert window.view.stop.latched
