from lbm_studio.app.countdown import Countdown
from tests.app.fakes import SECOND_NS


def test_every_second_is_called_out_once_and_the_last_one_ends_it() -> None:
    countdown = Countdown()
    countdown.start(2)

    called = [
        (tenths, countdown.left)
        for tenths in range(0, 30, 4)
        if countdown.poll(7 * SECOND_NS + tenths * SECOND_NS // 10)
    ]

    assert called == [(0, 2), (12, 1), (20, 0)]
    assert not countdown.is_running


def test_a_countdown_that_was_cancelled_calls_nothing_out() -> None:
    countdown = Countdown()
    countdown.start(3)
    countdown.poll(0)

    countdown.cancel()

    assert not countdown.poll(9 * SECOND_NS)
    assert countdown.left == 0


def test_it_begins_when_it_is_first_polled_and_can_begin_again() -> None:
    countdown = Countdown()
    for start_s in (5, 100):
        countdown.start(1)
        assert countdown.poll(start_s * SECOND_NS)
        assert countdown.is_running
        assert countdown.poll((start_s + 1) * SECOND_NS)
        assert not countdown.is_running
