"""A station process whose clock jumps: ahead at SIGUSR1, as far back at SIGUSR2."""

import signal
import sys
import time

from lbm_studio.core.clock import NANOSECONDS_PER_SECOND
from lbm_studio.workers import station

JUMP_S = 2.0


class JumpingClock:
    """The machine's clock, and how far it was moved. Fulfils ``Clock``."""

    moved_ns = 0

    def now_ns(self) -> int:
        return time.monotonic_ns() + JumpingClock.moved_ns

    def sleep_until_ns(self, deadline_ns: int) -> None:
        remaining_ns = deadline_ns - self.now_ns()
        if remaining_ns > 0:
            time.sleep(remaining_ns / NANOSECONDS_PER_SECOND)


def jump(number: int, frame: object) -> None:
    """Move the clock."""
    seconds = JUMP_S if number == signal.SIGUSR1 else -JUMP_S
    JumpingClock.moved_ns += round(seconds * NANOSECONDS_PER_SECOND)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, jump)
    signal.signal(signal.SIGUSR2, jump)
    station.MonotonicClock = JumpingClock  # type: ignore[misc,assignment]
    sys.exit(station.main(sys.argv[1:]))
