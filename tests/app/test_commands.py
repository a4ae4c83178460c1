import pytest

from lbm_studio.app.commands import CommandLine
from lbm_studio.core.clock import ManualClock
from lbm_studio.link.messages import Accepted, Halt, Message, Pause, Refused


class FakeLine:
    """A connection that is there or not, and answers when the test says so. Fulfils Line."""

    def __init__(self, *, is_there: bool = True) -> None:
        self.is_there = is_there
        self.sent: list[Message] = []
        self.answers: list[tuple[int, Message]] = []
        self.is_closed = False

    def send(self, message: Message, valid_s: float) -> int | None:
        if not self.is_there:
            return None
        self.sent.append(message)
        return len(self.sent)

    def poll(self, timeout_s: float = 0.0) -> tuple[int, Message] | None:
        return self.answers.pop(0) if self.answers else None

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def clock():
    return ManualClock()


def test_each_answer_reaches_the_one_who_asked(clock):
    line = FakeLine()
    commands = CommandLine(line, "station", clock)
    heard = []
    commands.ask(Halt(), lambda a: heard.append(("halt", a)), 1.0)
    commands.ask(Pause(), lambda a: heard.append(("pause", a)), 1.0)

    line.answers = [(2, Accepted()), (1, Refused(reason="no")), (7, Accepted())]
    commands.poll(clock.now_ns())

    assert heard == [("pause", Accepted()), ("halt", Refused(reason="no"))]


def test_a_question_waits_for_a_process_that_is_starting_and_keeps_its_turn(clock):
    line = FakeLine(is_there=False)
    commands = CommandLine(line, "station", clock)
    heard: list[Message] = []
    commands.ask(Halt(), heard.append, 5.0)
    commands.ask(Pause(), heard.append, 5.0)
    commands.tell(Pause())

    line.is_there = True
    commands.poll(clock.now_ns())

    assert line.sent == [Halt(), Pause()]
    assert heard == []


@pytest.mark.parametrize("is_there", [True, False], ids=["silent", "absent"])
def test_what_takes_too_long_is_refused_once_in_words(clock, is_there):
    commands = CommandLine(FakeLine(is_there=is_there), "writer", clock)
    heard: list[Message] = []
    commands.ask(Halt(), heard.append, 1.0)

    commands.poll(clock.now_ns())
    clock.advance_s(1.1)
    commands.poll(clock.now_ns())
    commands.poll(clock.now_ns())

    assert heard == [Refused(reason="The writer does not answer.")]


def test_closing_refuses_what_is_open_and_closes_the_line(clock):
    line = FakeLine()
    commands = CommandLine(line, "station", clock)
    heard: list[Message] = []
    commands.ask(Halt(), heard.append, 1.0)

    commands.close()

    assert heard == [Refused(reason="The station does not answer.")]
    assert line.is_closed
