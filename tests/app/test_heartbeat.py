from lbm_studio.app.heartbeat import ALIVE_WITHIN_S, Heartbeat
from lbm_studio.core.clock import ManualClock
from lbm_studio.link import messages
from tests.app.test_commands import FakeLine
from tests.app.waiting import wait_until


def test_it_beats_while_the_window_lives_and_ceases_when_it_hangs():
    clock, line = ManualClock(), FakeLine()
    heartbeat = Heartbeat(lambda: line, clock)

    heartbeat.alive()
    clock.advance_s(ALIVE_WITHIN_S - 0.01)
    assert heartbeat.beat(line)
    clock.advance_s(0.02)
    assert not heartbeat.beat(line)
    heartbeat.alive()
    assert heartbeat.beat(line)

    assert [type(message) for message in line.sent] == [messages.Heartbeat] * 2


def test_the_beat_leaves_from_a_thread_of_its_own_that_ends_with_it():
    line = FakeLine()
    heartbeat = Heartbeat(lambda: line)
    heartbeat.start()

    wait_until(lambda: line.sent)
    heartbeat.close()

    assert line.is_closed
