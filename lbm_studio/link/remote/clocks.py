"""The clock of another machine: how far it is ahead, and its times as times of this one.

Monotonic clocks of two machines have nothing in common but their pace, and that only roughly.
The offset is measured as NTP does: ask for the time, take the middle between asking and hearing.
The answer that came back fastest was held up least, so of the latest answers that one counts; its
error is at most half of the time it was under way.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

from lbm_studio.core.clock import NANOSECONDS_PER_SECOND

LATEST = 32
"""So many answers are compared; the best of them, if recent, counts."""

FORGET_AFTER_S = 20.0
"""An answer is worth nothing any more after this: clocks drift by a millisecond in so long [s]."""

_REMEMBERED = 256


@dataclass(frozen=True)
class TimeAnswer:
    """The other machine was asked for the time.

    Attributes:
        asked_ns: when, by the clock here [ns].
        told_ns: what it said [ns].
        heard_ns: when its answer was here, by the clock here [ns].
    """

    asked_ns: int
    told_ns: int
    heard_ns: int

    @property
    def delay_ns(self) -> int:
        """How long question and answer were under way [ns]."""
        return self.heard_ns - self.asked_ns

    @property
    def ahead_ns(self) -> int:
        """How far the other clock is ahead of the one here, give or take half the delay [ns]."""
        return self.told_ns - (self.asked_ns + self.heard_ns) // 2


class ClockOffset:
    """How far the other clock is ahead, from the latest answers. Any thread may ask."""

    def __init__(self) -> None:
        self._answers: deque[TimeAnswer] = deque(maxlen=LATEST)
        self._best: TimeAnswer | None = None

    def add(self, answer: TimeAnswer) -> None:
        """Take in an answer; one that was heard before it was asked for is none."""
        if answer.delay_ns < 0:
            return
        self._answers.append(answer)
        horizon_ns = answer.heard_ns - round(FORGET_AFTER_S * NANOSECONDS_PER_SECOND)
        recent = (known for known in self._answers if known.heard_ns >= horizon_ns)
        self._best = min(recent, key=lambda known: known.delay_ns)

    @property
    def ahead_ns(self) -> int | None:
        """How far the other clock is ahead of the one here; None while that is unknown [ns]."""
        best = self._best
        return best.ahead_ns if best else None

    @property
    def is_settled(self) -> bool:
        """Whether there were so many answers that more will not tell more."""
        return len(self._answers) == LATEST

    @property
    def uncertain_s(self) -> float:
        """How wrong that may be; infinite while it is unknown [s]."""
        best = self._best
        return best.delay_ns / 2 / NANOSECONDS_PER_SECOND if best else float("inf")


class ClockBridge:
    """Times of the other machine as times of this one, and back, each always the same way.

    What belongs to one moment must go on to carry one and the same number, however much better the
    clocks are known meanwhile: pictures are found by the time of their tick. Any thread may ask.

    Args:
        ahead_ns: how far the other clock is ahead at present [ns].
    """

    def __init__(self, ahead_ns: Callable[[], int | None]) -> None:
        self._ahead_ns = ahead_ns
        self._lock = threading.Lock()
        self._here: OrderedDict[int, int] = OrderedDict()
        self._there: OrderedDict[int, int] = OrderedDict()

    def here(self, there_ns: int) -> int:
        """Return a moment of the other machine as one of this [ns]; it is remembered."""
        with self._lock:
            if there_ns not in self._here:
                here_ns = there_ns - (self._ahead_ns() or 0)
                self._here[there_ns] = here_ns
                self._there[here_ns] = there_ns
                for memory in (self._here, self._there):
                    while len(memory) > _REMEMBERED:
                        memory.popitem(last=False)
            return self._here[there_ns]

    def there(self, here_ns: int) -> int:
        """Return a moment of this machine as one of the other [ns]."""
        with self._lock:
            known = self._there.get(here_ns)
            return here_ns + (self._ahead_ns() or 0) if known is None else known
