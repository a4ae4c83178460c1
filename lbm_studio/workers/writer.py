"""The writer process: records episodes from what the station and the cameras publish.

It has no say in the control loop: whatever happens to the disk or the encoders, the arms go on.
"""

import argparse
from contextlib import closing
from pathlib import Path

from lbm_studio.core.clock import NANOSECONDS_PER_SECOND, Clock, MonotonicClock
from lbm_studio.link.bus import (
    FRAMES_TOPIC,
    TICK_TOPIC,
    Responder,
    Subscriber,
    wait_for_any,
)
from lbm_studio.link.frames import DEFAULT_SLOTS, FrameReader
from lbm_studio.link.messages import (
    Accepted,
    BeginEpisode,
    DiscardEpisode,
    FramesReady,
    JudgeEpisode,
    KeepEpisode,
    Message,
    Tick,
    WriterRequest,
)
from lbm_studio.link.session import Session
from lbm_studio.workers.introduction import ask_description
from lbm_studio.workers.lifetime import Lifetime
from lbm_studio.workers.recorder import EpisodeRecorder

PATIENCE_TICKS = DEFAULT_SLOTS // 2
"""A tick waits for its pictures no longer than the ring surely keeps them."""

SETTLE_S = 0.5
"""How long the last ticks of an episode may wait for their pictures when it is kept [s]."""

_WAIT_S = 0.1


class WriterServer:
    """Feeds a recorder with what is published, and answers requests.

    Args:
        recorder: writes the episodes.
        ticks: the station's ticks.
        frames: news of pictures.
        clock: the time.
    """

    def __init__(
        self, recorder: EpisodeRecorder, ticks: Subscriber, frames: Subscriber, clock: Clock
    ) -> None:
        self._recorder = recorder
        self._ticks = ticks
        self._frames = frames
        self._clock = clock

    def listen(self) -> None:
        """Record all that was published since the last call."""
        while isinstance(tick := self._ticks.receive(), Tick):
            self._recorder.add_tick(tick)
        while isinstance(ready := self._frames.receive(), FramesReady):
            self._recorder.add_frames(ready)
        self._recorder.record_pairs()

    def handle(self, request: WriterRequest) -> Message:
        """Answer one request.

        Raises:
            StudioError: it cannot be fulfilled; the sentence says why.
        """
        match request:
            case BeginEpisode():
                self._recorder.begin(request)
            case JudgeEpisode():
                self._settle()
                return self._recorder.judge()
            case KeepEpisode():
                self._settle()
                return self._recorder.keep(request)
            case DiscardEpisode():
                self._recorder.discard()
        return Accepted()

    def _settle(self) -> None:
        """Wait a moment for the pictures of the last ticks."""
        self.listen()
        deadline_ns = self._clock.now_ns() + round(SETTLE_S * NANOSECONDS_PER_SECOND)
        while not self._recorder.is_settled and self._clock.now_ns() < deadline_ns:
            wait_for_any([self._frames], _WAIT_S)
            self.listen()


def main(arguments: list[str]) -> int:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(prog="lbm-studio worker writer", description=__doc__)
    parser.add_argument("--session", type=Path, required=True, help="folder of the session")
    session = Session(parser.parse_args(arguments).session)
    with Lifetime(session, "writer") as lifetime:
        _serve(session, lifetime)
    return 0


def _serve(session: Session, lifetime: Lifetime) -> None:
    clock = MonotonicClock()
    with (
        FrameReader(session.ring_name) as reader,
        Subscriber(session.station_events, TICK_TOPIC) as ticks,
        Subscriber(session.frame_events, FRAMES_TOPIC) as frames,
        Responder(session.writer_commands, WriterRequest) as responder,
        closing(
            EpisodeRecorder(
                lambda: ask_description(session), reader, clock, patience=PATIENCE_TICKS
            )
        ) as recorder,
    ):
        server = WriterServer(recorder, ticks, frames, clock)
        while not lifetime.is_over():
            wait_for_any([responder, ticks, frames], _WAIT_S)
            server.listen()
            responder.poll(server.handle, 0.0)
