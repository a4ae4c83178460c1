import threading

from lbm_studio.app.stop import Rehearsal, StopButton
from lbm_studio.core.clock import ManualClock
from lbm_studio.link.session import Session
from lbm_studio.link.stop import Press, StopOutcome, StopReceiver, StopReport
from tests.app.waiting import wait_until


class StuckPresser:
    """A ladder that hangs until it is let go. Fulfils Presser."""

    def __init__(self) -> None:
        self.pressed: list[str] = []
        self.let_go = threading.Event()

    def press(self, source: str, pressed_ns: int | None = None) -> StopReport:
        self.pressed.append(source)
        self.let_go.wait(10)
        return StopReport(StopOutcome.KILLED, 0.06)

    def rehearse(self, source: str, pressed_ns: int | None = None) -> StopReport:
        return StopReport(StopOutcome.NOT_RUNNING, 0.06)


def test_a_press_reaches_the_station_of_the_session(tmp_path):
    session = Session(tmp_path / "s")
    presses: list[Press] = []
    button = StopButton()
    button.attach(session)

    with StopReceiver(session.stop_file, presses.append):
        button.press("Esc")
        wait_until(lambda: presses)

    assert presses[0].source == "Esc"


def test_a_rehearsal_takes_the_time_and_is_told_on_the_windows_thread(tmp_path):
    session = Session(tmp_path / "s")
    rehearsals: list[Rehearsal] = []
    button = StopButton()
    button.rehearsed.connect(rehearsals.append)
    button.attach(session)

    with StopReceiver(session.stop_file, lambda press: None):
        button.rehearse("self-test")
        wait_until(lambda: button.poll() or rehearsals)

    assert rehearsals[0].pressed_ns > 0
    assert rehearsals[0].report.after_s > 0.0


def test_a_rehearsal_leaves_a_station_alone_that_does_not_answer(tmp_path):
    presser = StuckPresser()
    rehearsals: list[Rehearsal] = []
    button = StopButton(lambda session: presser)
    button.rehearsed.connect(rehearsals.append)
    button.attach(Session(tmp_path / "s"))

    button.rehearse("self-test")
    wait_until(lambda: button.poll() or rehearsals)

    assert rehearsals[0].report.outcome is StopOutcome.NOT_RUNNING
    assert presser.pressed == []


def test_a_press_counts_from_the_button_not_from_when_its_thread_has_begun(tmp_path):
    session = Session(tmp_path / "s")
    presses: list[Press] = []
    clock = ManualClock(5)
    button = StopButton(clock=clock)
    button.attach(session)

    with StopReceiver(session.stop_file, presses.append):
        button.press("Esc")
        clock.advance_s(1.0)
        wait_until(lambda: presses)

    assert presses[0].pressed_ns == 5


def test_a_press_never_waits_for_an_earlier_one_that_hangs(tmp_path):
    presser = StuckPresser()
    button = StopButton(lambda session: presser)
    button.attach(Session(tmp_path / "s"))

    button.press("Space")
    button.press("window button")

    wait_until(lambda: len(presser.pressed) == 2)
    presser.let_go.set()


def test_a_station_that_had_to_be_killed_is_said_in_words(tmp_path):
    presser = StuckPresser()
    presser.let_go.set()
    button = StopButton(lambda session: presser)
    said: list[str] = []
    button.reported.connect(said.append)
    button.attach(Session(tmp_path / "s"))

    button.press("Esc")
    wait_until(lambda: button.poll() or said)

    assert "did not answer the stop" in said[0]


def test_without_a_station_a_press_is_harmless_and_still_heard():
    button = StopButton()
    heard: list[str] = []
    button.pressed.connect(heard.append)

    button.press("Esc")

    assert heard == ["Esc"]
    assert not button.is_reachable
