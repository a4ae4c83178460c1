"""The pictures of a station elsewhere, brought into the shared memory of this machine.

Pictures travel over a connection of their own, so that they hold up nothing else, and only those
are sent that were asked for: where the network is slow there are fewer of them, never older ones.
"""

import logging
from collections.abc import Callable, Sequence

import msgspec

from lbm_studio.core.clock import Clock, MonotonicClock, seconds_between
from lbm_studio.core.embodiment import CameraDescription
from lbm_studio.link.bus import FRAMES_TOPIC, Publisher
from lbm_studio.link.frames import FrameRing
from lbm_studio.link.remote import relay
from lbm_studio.link.remote.clocks import ClockBridge
from lbm_studio.link.remote.curve import CurveLine
from lbm_studio.link.remote.keys import KeyPair, PairedStation
from lbm_studio.link.remote.pictures import unpack
from lbm_studio.link.session import Session

ASK_AGAIN_AFTER_S = 0.5
"""Pictures that do not come may never have been asked for: the connection was new [s]."""

_LOOK_EVERY_S = 0.1

_LOG = logging.getLogger(__name__)


class PictureLine:
    """Asks for pictures and stores them.

    Args:
        session: of the window.
        station: the paired station.
        own: this machine's keys.
        run: of the process at this end.
        bridge: translates times.
        clock: the time here.
    """

    def __init__(
        self,
        session: Session,
        station: PairedStation,
        own: KeyPair,
        *,
        run: bytes,
        bridge: ClockBridge,
        clock: Clock | None = None,
    ) -> None:
        self._session = session
        self._run_number = run
        self._bridge = bridge
        self._clock = clock or MonotonicClock()
        self._station, self._own = station, own
        self._asked_ns = 0

    def serve(self, cameras: Sequence[CameraDescription], is_over: Callable[[], bool]) -> None:
        """Store what comes until it is over, or the pictures are of other cameras than these.

        Raises:
            StudioError: they are, or there is not enough shared memory.
        """
        with (
            CurveLine(self._station, self._own) as line,
            Publisher(self._session.frame_events) as publisher,
            FrameRing.create(self._session.ring_name, cameras) as ring,
        ):
            try:
                while not is_over():
                    self._ask_again(line)
                    if line.wait(_LOOK_EVERY_S):
                        self._take(line, ring, publisher)
            finally:
                ring.unlink()

    def _ask_again(self, line: CurveLine) -> None:
        now_ns = self._clock.now_ns()
        if seconds_between(self._asked_ns, now_ns) > ASK_AGAIN_AFTER_S:
            self._asked_ns = now_ns
            for _ in range(relay.CREDITS):
                line.send(relay.WANT, self._run_number)

    def _take(self, line: CurveLine, ring: FrameRing, publisher: Publisher) -> None:
        parts = line.receive()
        if not parts or parts[0] != relay.PICTURES:
            return
        self._asked_ns = self._clock.now_ns()
        line.send(relay.WANT, self._run_number)
        frames, ready = unpack(parts[1:], ring.layout.sizes, self._bridge.here)
        slot = ring.write(
            frames.number,
            frames.captured_ns,
            frames.images,
            images_captured_ns=frames.images_captured_ns,
            stored_ns=self._clock.now_ns(),
        )
        publisher.publish(FRAMES_TOPIC, msgspec.structs.replace(ready, slot=slot))
