"""One take at a time: the conversation with writer and station from Record to Keep or Discard."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from lbm_studio.app.live import StationLink
from lbm_studio.app.views.teach import MotionSource
from lbm_studio.core.clock import seconds_between
from lbm_studio.core.episode import EpisodeSource
from lbm_studio.link.messages import (
    BeginEpisode,
    DiscardEpisode,
    EpisodeJudged,
    EpisodeKept,
    Halt,
    JudgeEpisode,
    KeepEpisode,
    Message,
    Mode,
    Refused,
    StartDemonstration,
    StartTeleoperation,
    Tick,
)

WRITER_TIMEOUT_S = 10.0
KEEP_TIMEOUT_S = 120.0
MOVING = frozenset({Mode.TELEOPERATION, Mode.DEMONSTRATION})
STOPPED_BEFORE = "The take was stopped before it began. Record it again."


class TakePhase(StrEnum):
    """Where the running take is."""

    NONE = "none"
    STARTING = "starting"
    RECORDING = "recording"
    DECIDING = "deciding"
    SAVING = "saving"


@dataclass(frozen=True)
class TakeRequest:
    """What is to be recorded."""

    dataset: str
    goal: str
    source: MotionSource
    operator: str


class TakeRecorder:
    """Begins, ends, keeps and discards takes.

    Args:
        live: station and writer.
        on_kept: a take is on disk.
        on_trouble: a sentence for the user.

    Attributes:
        phase: where the running take is.
        elapsed_s: its length [s].
        success: whether the simulated goal is reached; None without one.
        was_stopped: whether a stop ended it.
        judgement: what is doubtful about it, once it has ended and the writer has answered.
    """

    def __init__(
        self,
        live: StationLink,
        on_kept: Callable[[EpisodeKept], object],
        on_trouble: Callable[[str], object],
    ) -> None:
        self._live = live
        self._on_kept = on_kept
        self._on_trouble = on_trouble
        self._then: Callable[[], object] | None = None
        self._request: TakeRequest | None = None
        self._has_moved = False
        self._began_ns: int | None = None
        self.phase = TakePhase.NONE
        self.elapsed_s = 0.0
        self.success: bool | None = None
        self.was_stopped = False
        self.judgement: EpisodeJudged | None = None

    def start(self, request: TakeRequest) -> None:
        """Begin a take; only while there is none."""
        self.phase = TakePhase.STARTING
        self.elapsed_s, self.success, self.was_stopped = 0.0, None, False
        self._began_ns, self._has_moved, self._request = None, False, request
        self.judgement = None
        source = _EPISODE_SOURCES[request.source]
        begin = BeginEpisode(
            dataset=request.dataset,
            goal=request.goal,
            source=source.value,
            operator=request.operator,
        )
        self._live.ask_writer(begin, self._writer_began, WRITER_TIMEOUT_S)

    def finish(self) -> None:
        """End the motion, ask what is doubtful and wait for the decision; only while recording."""
        self._halt()
        self._ask_for_judgement()

    def keep(self, success: bool | None) -> None:
        """Keep the take; only while recording or deciding."""
        if self.phase is TakePhase.RECORDING:
            self._halt()
        self.phase = TakePhase.SAVING
        judged = self.success if success is None else success
        self._live.ask_writer(KeepEpisode(success=judged), self._writer_kept, KEEP_TIMEOUT_S)

    def discard(self, then: Callable[[], object] | None = None) -> None:
        """Forget the take, then go on; only while recording or deciding."""
        if self.phase is TakePhase.RECORDING:
            self._halt()
        self.phase = TakePhase.SAVING
        self._then = then
        self._live.ask_writer(DiscardEpisode(), self._writer_discarded, WRITER_TIMEOUT_S)

    def lose(self) -> None:
        """The station is gone, and the take with it."""
        if self.phase is not TakePhase.NONE:  # the writer would refuse the next one
            self._live.ask_writer(DiscardEpisode(), self._ignore_refusal, WRITER_TIMEOUT_S)
        self.phase = TakePhase.NONE
        self._then = None

    def poll(self, tick: Tick, now_ns: int) -> None:
        """Follow the running take."""
        if self.phase is TakePhase.STARTING and tick.stop_reason:
            self.was_stopped = True
        if self.phase is not TakePhase.RECORDING:
            return
        if self._began_ns is None:
            self._began_ns = now_ns
        self.elapsed_s = round(seconds_between(self._began_ns, now_ns), 1)
        self.success = tick.success
        self._has_moved = self._has_moved or tick.mode in MOVING
        if tick.stop_reason:
            self.was_stopped = True
            self.phase = TakePhase.DECIDING
            self._ask_for_judgement()
        elif self._has_moved and (tick.finished or tick.mode not in MOVING):
            self.finish()

    def _halt(self) -> None:
        self.phase = TakePhase.DECIDING
        self._live.ask(Halt(), self._ignore_refusal)

    def _ask_for_judgement(self) -> None:
        request = self._request

        def judged(answer: Message) -> None:
            if isinstance(answer, EpisodeJudged) and request is self._request:
                self.judgement = answer

        self._live.ask_writer(JudgeEpisode(), judged, WRITER_TIMEOUT_S)

    def _writer_began(self, answer: Message) -> None:
        request = self._request
        if isinstance(answer, Refused) or request is None:
            self._give_up(answer)
            return
        if self.was_stopped:
            self._live.ask_writer(DiscardEpisode(), self._ignore_refusal, WRITER_TIMEOUT_S)
            self._give_up(Refused(reason=STOPPED_BEFORE))
            return
        if request.source is MotionSource.COLLEAGUE:
            self._live.ask(StartDemonstration(), self._station_began)
        else:
            start = StartTeleoperation(device=request.source.value)
            self._live.ask(start, self._station_began)

    def _station_began(self, answer: Message) -> None:
        if isinstance(answer, Refused):
            self._live.ask_writer(DiscardEpisode(), self._ignore_refusal, WRITER_TIMEOUT_S)
            self._give_up(answer)
        elif self.phase is TakePhase.STARTING:
            self.phase = TakePhase.RECORDING

    def _writer_kept(self, answer: Message) -> None:
        if isinstance(answer, EpisodeKept):
            self.phase = TakePhase.NONE
            self._on_kept(answer)
        else:
            self._give_up(answer)

    def _writer_discarded(self, answer: Message) -> None:
        then, self._then = self._then, None
        self.phase = TakePhase.NONE
        if isinstance(answer, Refused):
            self._on_trouble(answer.reason)
        elif then is not None:
            then()

    def _give_up(self, answer: Message) -> None:
        self.phase = TakePhase.NONE
        reason = answer.reason if isinstance(answer, Refused) else "The take was lost."
        self._on_trouble(reason)

    def _ignore_refusal(self, answer: Message) -> None:
        """An arm that stands still already, or a take that is gone already, is what was wanted."""


_EPISODE_SOURCES = {
    MotionSource.COLLEAGUE: EpisodeSource.SCRIPTED,
    MotionSource.KEYBOARD: EpisodeSource.TELEOPERATION,
    MotionSource.GAMEPAD: EpisodeSource.TELEOPERATION,
    MotionSource.SPACEMOUSE: EpisodeSource.TELEOPERATION,
    MotionSource.PHONE: EpisodeSource.TELEOPERATION,
}
