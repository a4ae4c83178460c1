"""Requests cross to the loop's thread, are answered there, and never come back to life."""

import threading

import pytest

from lbm_studio.core.clock import ManualClock
from lbm_studio.core.errors import StationError
from lbm_studio.link.messages import Accepted, Halt, Message, Pause, Refused
from lbm_studio.station.control.mailbox import NO_ANSWER, Mailbox

PATIENCE_S = 5.0


class Server:
    """Serves a mailbox in a thread until the block ends."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.seen: list[tuple[Message, int, str]] = []
        self._mailbox = mailbox
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="loop")

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _serve(self) -> None:
        while not self._done.wait(0.001):
            self._mailbox.serve(self._handle)

    def _handle(self, request: Message, asked_ns: int) -> Message:
        self.seen.append((request, asked_ns, threading.current_thread().name))
        if isinstance(request, Pause):
            raise StationError("There is nothing to pause.")
        return Accepted()


def test_a_request_is_carried_out_in_the_other_thread_with_the_moment_it_was_asked():
    mailbox = Mailbox(ManualClock(77))

    with Server(mailbox) as server:
        answer = mailbox.ask(Halt(), PATIENCE_S)

    assert answer == Accepted()
    assert server.seen == [(Halt(), 77, "loop")]


def test_an_error_in_words_is_a_refusal():
    mailbox = Mailbox(ManualClock())

    with Server(mailbox):
        assert mailbox.ask(Pause(), PATIENCE_S) == Refused(reason="There is nothing to pause.")


def test_a_request_that_was_given_up_is_never_carried_out():
    mailbox = Mailbox(ManualClock())

    assert mailbox.ask(Halt(), 0.01) == Refused(reason=NO_ANSWER)

    mailbox.serve(lambda request, asked_ns: pytest.fail("carried out"))


def test_a_handler_that_breaks_leaves_nobody_waiting():
    mailbox = Mailbox(ManualClock())
    answers: list[Message] = []
    asking = threading.Thread(target=lambda: answers.append(mailbox.ask(Halt(), PATIENCE_S)))
    asking.start()

    def broken(request: Message, asked_ns: int) -> Message:
        raise ZeroDivisionError

    def serve_until_it_breaks() -> None:
        while True:
            mailbox.serve(broken)

    with pytest.raises(ZeroDivisionError):
        serve_until_it_breaks()
    asking.join()

    assert answers == [Refused(reason=NO_ANSWER)]
