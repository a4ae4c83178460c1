"""The speech process: records while somebody holds a key, says what was heard, plays sounds.

It records itself and leaves recognition, with its libraries, to a process below it that gives way
to all others: neither loading nor recognising ever costs a word, an arm or a picture anything.
"""

import argparse
import os
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import closing
from functools import lru_cache
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lbm_studio.core.cues import CUE_RATE_HZ, cue_samples
from lbm_studio.core.errors import StationError
from lbm_studio.core.sound import SILENCE_DBFS, Samples
from lbm_studio.link.bus import Responder
from lbm_studio.link.messages import (
    Accepted,
    CancelListening,
    FinishListening,
    FollowListening,
    Hearing,
    Listening,
    Message,
    PlayCue,
    SpeechPhase,
    SpeechRequest,
    StartListening,
)
from lbm_studio.link.session import Session
from lbm_studio.station.audio import Microphone, SystemMicrophone
from lbm_studio.station.speaker import Speaker, SystemSpeaker
from lbm_studio.workers.lifetime import Lifetime
from lbm_studio.workers.pool import join_pool

if TYPE_CHECKING:
    from lbm_studio.speech.ear import Ear

NICENESS = 10
"""How far recognition gives way to other processes, 0 to 19."""

NOTHING: Samples = np.zeros(0, np.float32)

Hear = Callable[[str, Samples, tuple[str, ...]], Hearing]
"""From the model's file, a recording and the goals people may speak of, to what was heard."""


class SpeechServer:
    """One utterance at a time: recorded, recognised, told. Nothing here waits.

    Args:
        microphone: what records.
        make_executor: where ``hear`` is called; made anew when it breaks.
        hear: recognises; the first call with a model loads it.
        speaker: what plays sounds.
    """

    def __init__(
        self,
        microphone: Microphone,
        make_executor: Callable[[], Executor],
        hear: Hear,
        speaker: Speaker | None = None,
    ) -> None:
        self._speaker = speaker or SystemSpeaker()
        self._microphone = microphone
        self._make_executor = make_executor
        self._executor = make_executor()
        self._hear = hear
        self._request: StartListening | None = None  # while it listens
        self._loading: Future[Hearing] | None = None
        self._hearing: Future[Hearing] | None = None

    def handle(self, request: SpeechRequest) -> Message:
        """Answer one request.

        Raises:
            StudioError: it cannot be fulfilled; the sentence says why.
        """
        match request:
            case StartListening():
                self._start(request)
            case FinishListening():
                self._finish()
            case CancelListening():
                self._cancel()
            case PlayCue():
                self._speaker.play(cue_samples(request.cue), CUE_RATE_HZ)
            case FollowListening():
                return self._listening()
        return Accepted()

    def close(self) -> None:
        """Record no more and end what recognises."""
        self._cancel()
        self._executor.shutdown(cancel_futures=True)

    def _start(self, request: StartListening) -> None:
        self._cancel()
        self._microphone.start()
        self._request = request
        self._loading = self._submit(request, NOTHING)  # while somebody speaks

    def _finish(self) -> None:
        if self._request is None:
            if self._hearing is None:
                raise StationError("Nothing is being recorded.")
            return  # it was long enough and has ended by itself
        request, self._request = self._request, None
        self._hearing = self._submit(request, self._microphone.stop())

    def _cancel(self) -> None:
        for future in (self._loading, self._hearing):
            if future is not None:
                future.cancel()
        self._request = self._loading = self._hearing = None
        self._microphone.stop()

    def _listening(self) -> Listening:
        self._raise_trouble()
        level_dbfs, recorded_s = SILENCE_DBFS, 0.0
        if self._request is not None:
            level_dbfs = self._loudest_dbfs()
            recorded_s = self._microphone.recorded_s
            if self._microphone.is_full:
                self._finish()
        return Listening(
            phase=self._phase(),
            level_dbfs=level_dbfs,
            recorded_s=recorded_s,
            hearing=_result(self._hearing),
        )

    def _phase(self) -> SpeechPhase:
        if self._request is not None:
            return SpeechPhase.LISTENING
        if self._hearing is None:
            return SpeechPhase.IDLE
        return SpeechPhase.DONE if self._hearing.done() else SpeechPhase.RECOGNISING

    def _loudest_dbfs(self) -> float:
        try:
            return self._microphone.loudest_dbfs()
        except StationError:
            self._cancel()
            raise

    def _submit(self, request: StartListening, samples: Samples) -> Future[Hearing]:
        try:
            return self._executor.submit(self._hear, request.model, samples, request.goals)
        except BrokenExecutor:
            self._executor = self._make_executor()
            return self._executor.submit(self._hear, request.model, samples, request.goals)

    def _raise_trouble(self) -> None:
        """Raise why recognition failed, if it did, and be ready for the next time."""
        futures = [f for f in (self._loading, self._hearing) if f is not None and f.done()]
        errors = [error for future in futures if (error := future.exception()) is not None]
        if not errors:
            return
        self._cancel()
        if isinstance(errors[0], BrokenExecutor):
            raise StationError("Recognition ended unexpectedly. Try again.") from errors[0]
        raise errors[0]


def _result(future: Future[Hearing] | None) -> Hearing | None:
    return future.result() if future is not None and future.done() else None


@lru_cache(maxsize=1)
def _ear(model: str) -> "Ear":
    from lbm_studio.speech.ear import load_ear

    return load_ear(model)


def hear_here(model: str, samples: Samples, goals: tuple[str, ...]) -> Hearing:
    """Recognise in the calling process, which keeps the model."""
    return _ear(model).hear(samples, goals)


def recognition_process() -> Executor:
    """Return a process of its own for recognition; it starts with the first work."""
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_give_way)


def _give_way() -> None:
    join_pool()
    os.nice(NICENESS)


def main(arguments: list[str], microphone: Microphone | None = None) -> int:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(prog="lbm-studio worker speech", description=__doc__)
    parser.add_argument("--session", type=Path, required=True, help="folder of the session")
    session = Session(parser.parse_args(arguments).session)
    with (
        Lifetime(session, "speech") as lifetime,
        Responder(session.speech_commands, SpeechRequest) as responder,
        closing(
            SpeechServer(microphone or SystemMicrophone(), recognition_process, hear_here)
        ) as server,
    ):
        responder.serve(server.handle, lifetime.is_over)
        for recognition in active_children():
            recognition.kill()  # it holds nothing that anybody will ask for
    return 0
