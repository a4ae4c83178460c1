"""Requests from other threads, carried out in the thread of the control loop."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from lbm_studio.core.clock import Clock
from lbm_studio.core.errors import StudioError
from lbm_studio.link.messages import Message, Refused

NO_ANSWER = "The control loop of the station does not answer."


@dataclass(eq=False)
class _Letter:
    request: Message
    asked_ns: int
    answer: Message | None = None
    is_answered: threading.Event = field(default_factory=threading.Event)


class Mailbox:
    """Hands requests over to one thread. A request that was given up is never carried out later.

    Args:
        clock: stamps the moment of asking.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._letters: deque[_Letter] = deque()

    def ask(self, request: Message, timeout_s: float) -> Message:
        """Return the other thread's answer, Refused when there is none within ``timeout_s``."""
        letter = _Letter(request, self._clock.now_ns())
        self._letters.append(letter)
        letter.is_answered.wait(timeout_s)
        if letter.answer is not None:
            return letter.answer
        try:
            self._letters.remove(letter)
        except ValueError:  # it is being carried out, and takes too long
            letter.is_answered.wait(timeout_s)
        return letter.answer or Refused(reason=NO_ANSWER)

    def serve(self, handler: Callable[[Message, int], Message]) -> None:
        """Carry out what has arrived; called in the thread of the control loop, never waits.

        Args:
            handler: returns the answer to a request that was asked at a moment [ns].
        """
        while self._letters:
            try:
                letter = self._letters.popleft()
            except IndexError:  # given up in this very moment
                return
            try:
                letter.answer = handler(letter.request, letter.asked_ns)
            except StudioError as error:
                letter.answer = Refused(reason=str(error))
            finally:
                letter.is_answered.set()
