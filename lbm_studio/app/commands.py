"""Requests to one process whose answers arrive later, without a thread and without waiting."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, Clock
from lbm_studio.link.messages import Message, Refused

OnAnswer = Callable[[Message], object]
FIRE_AND_FORGET_S = 0.2


class Line(Protocol):
    """The part of :class:`lbm_studio.link.bus.AsyncRequester` that is used here."""

    def send(self, message: Message, valid_s: float) -> int | None:
        """Send a request; return its number, or None when nobody is there."""
        ...

    def poll(self, timeout_s: float = 0.0) -> tuple[int, Message] | None:
        """Return the number and content of the next answer, if any."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


@dataclass
class _Waiting:
    message: Message
    deadline_ns: int
    on_answer: OnAnswer


class CommandLine:
    """Asks one process; every question is answered exactly once, by the process or by Refused.

    Args:
        line: the connection; owned, closed with this.
        name: how sentences call the process, e.g. ``"station"``.
        clock: for deadlines.
    """

    def __init__(self, line: Line, name: str, clock: Clock) -> None:
        self._line = line
        self._name = name
        self._clock = clock
        self._unsent: list[_Waiting] = []
        self._sent: dict[int, _Waiting] = {}

    def ask(self, message: Message, on_answer: OnAnswer, timeout_s: float) -> None:
        """Send a request, as soon as the process is there; ``on_answer`` is called in ``poll``."""
        deadline_ns = self._clock.now_ns() + round(timeout_s * NANOSECONDS_PER_SECOND)
        self._unsent.append(_Waiting(message, deadline_ns, on_answer))
        self._send_waiting()

    def tell(self, message: Message) -> None:
        """Send a request whose answer nobody waits for, e.g. one of many readings of a device."""
        if not self._unsent:
            self._line.send(message, FIRE_AND_FORGET_S)

    def poll(self, now_ns: int) -> None:
        """Deliver answers, send what could not be sent yet, give up what took too long."""
        self._send_waiting()
        while (answer := self._line.poll()) is not None:
            number, content = answer
            waiting = self._sent.pop(number, None)
            if waiting is not None:
                waiting.on_answer(content)
        self._give_up(now_ns)

    def close(self) -> None:
        """Close the connection; open questions are refused."""
        self._line.close()
        waiting = [*self._sent.values(), *self._unsent]
        self._sent, self._unsent = {}, []
        for one in waiting:
            one.on_answer(self._no_answer())

    def _send_waiting(self) -> None:
        while self._unsent:
            first = self._unsent[0]
            valid_s = (first.deadline_ns - self._clock.now_ns()) / NANOSECONDS_PER_SECOND
            number = self._line.send(first.message, max(valid_s, 0.0))
            if number is None:
                return
            self._sent[number] = self._unsent.pop(0)

    def _give_up(self, now_ns: int) -> None:
        late = [number for number, one in self._sent.items() if now_ns > one.deadline_ns]
        expired = [self._sent.pop(number) for number in late]
        expired += [one for one in self._unsent if now_ns > one.deadline_ns]
        self._unsent = [one for one in self._unsent if now_ns <= one.deadline_ns]
        for one in expired:
            one.on_answer(self._no_answer())

    def _no_answer(self) -> Refused:
        return Refused(reason=f"The {self._name} does not answer.")
