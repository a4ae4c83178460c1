"""What takes its time to end keeps nobody waiting but those who ask for it."""

import threading

from lbm_studio.app.endings import Endings

PATIENCE_S = 60.0


def test_ending_begins_at_once_and_can_be_waited_for():
    may_end, ended = threading.Event(), threading.Event()

    def end() -> None:
        may_end.wait(PATIENCE_S)
        ended.set()

    endings = Endings()
    endings.begin(end, "slow")
    assert not ended.is_set()
    may_end.set()
    endings.wait()

    assert ended.is_set()


def test_waiting_for_nothing_returns():
    Endings().wait()
