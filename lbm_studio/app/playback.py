"""Which frame of an episode is due while it plays: at any speed, once or over and over."""

from lbm_studio.core.clock import seconds_between

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""How fast an episode can be played, as multiples of the recorded speed."""


class Playback:
    """Counts frames while time passes; knows no pictures.

    Attributes:
        speed: as a multiple of the recorded speed.
        loops: whether it begins again at the end of what is kept.
    """

    def __init__(self) -> None:
        self.speed = 1.0
        self.loops = False
        self._from: tuple[int, int] | None = None
        self._now_ns = 0

    @property
    def is_playing(self) -> bool:
        return self._from is not None

    def start(self, position: int) -> None:
        """Play on from a position."""
        self._from = (position, self._now_ns)

    def stop(self) -> None:
        """Play no more."""
        self._from = None

    def set_speed(self, speed: float, position: int) -> None:
        """Play at another speed, the nearest there is, from where it is now."""
        self.speed = min(SPEEDS, key=lambda known: abs(known - speed))
        if self.is_playing:
            self.start(position)

    def poll(self, now_ns: int, rate_hz: float) -> int | None:
        """Return the position that is due, which may lie behind the end; None while it rests."""
        self._now_ns = now_ns
        if self._from is None:
            return None
        position, began_ns = self._from
        return position + int(seconds_between(began_ns, now_ns) * rate_hz * self.speed)


def looped(position: int, kept: tuple[int, int]) -> int:
    """Return a position behind what is kept as one within."""
    first, last = kept
    if position <= last:
        return position
    return first + (position - first) % (last - first + 1)
