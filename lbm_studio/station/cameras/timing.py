"""When a picture was taken, on this machine's clock, from the time stamps of a device.

A device's clock has an origin of its own, but it does not stumble when this machine is busy. The
picture that arrived soonest after it was taken tells how far the two clocks are apart; all others
were merely delayed on the way.
"""

from collections import deque

from lbm_studio.core.clock import NANOSECONDS_PER_SECOND
from lbm_studio.station.cameras.source import RawPicture

REMEMBERED = 300
"""From so many pictures the distance of the clocks is told: they drift apart, slowly."""

_RESTARTED_NS = NANOSECONDS_PER_SECOND
"""A device whose clock jumps by more was started anew [ns]."""


class DeviceClock:
    """Brings the times of one device to this machine's clock."""

    def __init__(self) -> None:
        self._apart_ns: deque[int] = deque(maxlen=REMEMBERED)

    def taken_ns(self, picture: RawPicture) -> int:
        """Return when a picture was taken, or arrived where the device tells nothing [ns].

        What every picture of the device takes to arrive is not in it: the latency of the slot.
        """
        if picture.device_ns is None:
            return picture.arrived_ns
        apart_ns = picture.arrived_ns - picture.device_ns
        if self._apart_ns and abs(apart_ns - self._apart_ns[-1]) > _RESTARTED_NS:
            self._apart_ns.clear()
        self._apart_ns.append(apart_ns)
        return picture.device_ns + min(self._apart_ns)
