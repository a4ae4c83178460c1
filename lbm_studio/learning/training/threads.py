"""How many CPU threads compute, chosen by timing steps while training goes on.

Alone on a machine, all cores are fastest. Beside a live station or a busy window they can be many
times slower than one, because threads that finished wait for one that has been put aside.
"""

import time
from collections.abc import Callable

import torch

REVIEW_EVERY = 50
"""Steps between two comparisons."""
STEPS_EACH = 2
"""Steps a candidate is tried for; the fastest counts."""


class ThreadChooser:
    """Sets torch's threads before each step.

    Args:
        threads: always this many; 0 compares one thread with as many as there are cores.
        seconds: reads a clock [s].
    """

    def __init__(self, threads: int, seconds: Callable[[], float] = time.perf_counter) -> None:
        self._seconds = seconds
        self._candidates = [threads] if threads else sorted({1, torch.get_num_threads()})
        self._fastest_s: dict[int, float] = {}
        self._steps = 0
        self._chosen = self._candidates[-1]
        self._begun_s = 0.0

    def begin(self) -> None:
        """Set the threads of the coming step."""
        phase = self._steps % REVIEW_EVERY // STEPS_EACH
        if phase < len(self._candidates):
            if self._steps % REVIEW_EVERY == 0:
                self._fastest_s.clear()
            threads = self._candidates[phase]
        else:
            self._chosen = min(self._fastest_s, key=lambda one: self._fastest_s[one])
            threads = self._chosen
        if threads != torch.get_num_threads():
            torch.set_num_threads(threads)
        self._begun_s = self._seconds()

    def end(self) -> None:
        """Note how long the step took."""
        spent_s, threads = self._seconds() - self._begun_s, torch.get_num_threads()
        self._fastest_s[threads] = min(spent_s, self._fastest_s.get(threads, spent_s))
        self._steps += 1

    @property
    def chosen(self) -> int:
        """The number that was fastest at the last comparison."""
        return self._chosen
