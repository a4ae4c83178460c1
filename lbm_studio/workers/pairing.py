"""Bringing ticks and the pictures of the same moment together, whichever arrives first."""

from collections.abc import Iterator

from lbm_studio.link.messages import FramesReady, Tick


class TickPairing:
    """Matches ticks with pictures by capture time; a tick without pictures is given up whole.

    Pictures are announced in the order of their capture times, so once those of a later tick are
    there, a tick that still has none never will.

    Args:
        patience: how many ticks may wait for pictures before the oldest is given up.
    """

    def __init__(self, patience: int) -> None:
        self._patience = patience
        self._waiting: dict[int, Tick] = {}
        self._ready: set[int] = set()
        self._newest_ready_ns = 0
        self.dropped = 0

    @property
    def is_settled(self) -> bool:
        """Whether no tick waits for its pictures."""
        return not self._waiting

    def add_tick(self, tick: Tick) -> None:
        """Take in a tick that wants its pictures."""
        self._waiting[tick.captured_ns] = tick

    def add_frames(self, ready: FramesReady) -> None:
        """Take in the news that the pictures of a tick are there."""
        self._ready.add(ready.captured_ns)
        self._newest_ready_ns = max(self._newest_ready_ns, ready.captured_ns)

    def take_pairs(self) -> Iterator[Tick]:
        """Yield the ticks whose pictures are there, in order, and give up what is overdue."""
        for captured_ns in sorted(self._waiting):
            overdue = len(self._waiting) > self._patience
            if captured_ns in self._ready:
                yield self._waiting.pop(captured_ns)
            elif captured_ns < self._newest_ready_ns or overdue:
                del self._waiting[captured_ns]
                self.dropped += 1
        self._forget_old()

    def give_up(self) -> None:
        """Drop every tick that still waits."""
        self.dropped += len(self._waiting)
        self._waiting.clear()

    def _forget_old(self) -> None:
        """Keep what a tick still under way may ask for."""
        kept = sorted(self._ready)[-self._patience :]
        self._ready = set(kept)
