"""The time of simulated robots, which passes more slowly than the machine's where that is busy."""

import mmap
import struct
from pathlib import Path

from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, MonotonicClock
from lbm_studio.core.errors import StationError

STEP_NS = NANOSECONDS_PER_SECOND // 1000
"""Robot time between two steps of the simulator: that of real controllers [ns]."""

_TIME = struct.Struct("<q")
_POLL_NS = 1_000_000
_GIVE_UP_NS = 20 * NANOSECONDS_PER_SECOND


class RobotTime:
    """Tells robot time to whoever opens a :class:`RobotClock` on the same file. A context manager.

    Args:
        file: where it is told; made anew.
    """

    def __init__(self, file: Path) -> None:
        file.write_bytes(_TIME.pack(0))
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), _TIME.size)

    def tell(self, now_ns: int) -> None:
        """Tell the time [ns]."""
        _TIME.pack_into(self._map, 0, now_ns)  # eight aligned bytes: never seen half written

    def __enter__(self) -> "RobotTime":
        return self

    def __exit__(self, *_: object) -> None:
        self._map.close()


class RobotClock:
    """Robot time, as told by the simulator: a :class:`lbm_studio.core.clock.Clock`.

    Args:
        file: where it is told.

    Raises:
        StationError: no simulator is there.
    """

    def __init__(self, file: Path) -> None:
        try:
            with file.open("rb") as opened:
                self._map = mmap.mmap(opened.fileno(), _TIME.size, prot=mmap.PROT_READ)
        except (OSError, ValueError) as error:
            raise StationError(f"No robot simulator tells its time in “{file}”.") from error
        self._machine = MonotonicClock()

    def now_ns(self) -> int:
        return int(_TIME.unpack_from(self._map)[0])

    def sleep_until_ns(self, deadline_ns: int) -> None:
        """Return once ``now_ns() >= deadline_ns``.

        Raises:
            StationError: the robots' time stands still.
        """
        seen_ns, since_ns = self.now_ns(), self._machine.now_ns()
        while (now_ns := self.now_ns()) < deadline_ns:
            if now_ns > seen_ns:
                seen_ns, since_ns = now_ns, self._machine.now_ns()
            elif self._machine.now_ns() - since_ns > _GIVE_UP_NS:
                raise StationError("The robot simulator stands still.")
            left_ns = min(deadline_ns - now_ns, _POLL_NS)
            self._machine.sleep_until_ns(self._machine.now_ns() + left_ns)

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()
