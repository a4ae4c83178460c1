"""Recording episodes from published ticks and shared pictures, without knowing sockets."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from lbm_studio.core.clock import Clock, seconds_between
from lbm_studio.core.embodiment import Measurement, SafetyCard, StationDescription
from lbm_studio.core.episode import EpisodeMetadata, EpisodeSource
from lbm_studio.core.errors import DatasetError, StudioError, UnknownNameError
from lbm_studio.core.safety import tally
from lbm_studio.episodes.take import Tick as RecordedTick
from lbm_studio.episodes.usual import usual_in
from lbm_studio.episodes.verdict import TakeVerdict
from lbm_studio.episodes.writer import DatasetWriter
from lbm_studio.link.frames import TickFrames
from lbm_studio.link.messages import (
    BeginEpisode,
    EpisodeJudged,
    EpisodeKept,
    FramesReady,
    KeepEpisode,
    Tick,
)
from lbm_studio.workers.pairing import TickPairing

BACKLOG_TICKS = 32
"""Ticks whose pictures may wait for the encoders before whole ticks are left out."""


class Frames(Protocol):
    """Where pictures come from: a :class:`FrameReader`."""

    def read_at(self, captured_ns: int) -> TickFrames | None:
        """Return the pictures of that moment, None when they are gone."""
        ...


class EpisodeRecorder:
    """Writes the ticks in which something was commanded, each with its pictures, as one episode.

    Args:
        describe: asks what the station is.
        frames: where pictures come from.
        clock: the time.
        patience: how many ticks may wait for their pictures.
    """

    def __init__(
        self,
        describe: Callable[[], StationDescription],
        frames: Frames,
        clock: Clock,
        *,
        patience: int,
    ) -> None:
        self._describe = describe
        self._frames = frames
        self._clock = clock
        self._patience = patience
        self._episode: _Episode | None = None

    @property
    def is_recording(self) -> bool:
        """Whether an episode has begun and is neither kept nor discarded."""
        return self._episode is not None

    @property
    def is_settled(self) -> bool:
        """Whether no tick of the episode waits for its pictures."""
        return self._episode is None or self._episode.pairing.is_settled

    def begin(self, request: BeginEpisode) -> None:
        """Record the commanded ticks from now on.

        Raises:
            StudioError: it cannot be recorded; the sentence says why.
        """
        if self._episode is not None:
            raise DatasetError("An episode is being recorded already. Keep or discard it first.")
        source = _source(request.source)
        station = self._describe()
        writer = DatasetWriter.open(Path(request.dataset), station, backlog=BACKLOG_TICKS)
        try:
            writer.begin()
        except BaseException:
            writer.close()
            raise
        self._episode = _Episode(
            request=request,
            source=source,
            begun_ns=self._clock.now_ns(),
            writer=writer,
            pairing=TickPairing(self._patience),
            verdict=TakeVerdict(
                station.embodiment, station.embodiment.chunk.rate_hz, safety=station.safety
            ),
            safety=station.safety,
        )

    def add_tick(self, tick: Tick) -> None:
        """Take in a published tick; those before the episode or without a command are left out."""
        episode = self._episode
        if episode is None or not tick.sent or tick.captured_ns < episode.begun_ns:
            return
        episode.scene = episode.scene or (tick.skill, tick.seed)
        if episode.scene != (tick.skill, tick.seed):
            episode.failure = "The scene was changed during the recording: nothing was kept."
        episode.pairing.add_tick(tick)

    def add_frames(self, ready: FramesReady) -> None:
        """Take in the news that the pictures of a tick are there."""
        if self._episode is not None:
            self._episode.pairing.add_frames(ready)

    def record_pairs(self) -> None:
        """Write the ticks whose pictures are there."""
        episode = self._episode
        if episode is None:
            return
        for tick in episode.pairing.take_pairs():
            if episode.failure:
                continue
            if not episode.writer.has_room:
                episode.overrun += 1
                continue
            frames = self._frames.read_at(tick.captured_ns)
            if frames is None:  # overwritten meanwhile
                episode.pairing.dropped += 1
            else:
                _write(episode, tick, frames)

    def judge(self) -> EpisodeJudged:
        """Return what is known of the running episode.

        Raises:
            StudioError: there is none, or it cannot be kept; the sentence says why.
        """
        episode = self._running()
        if episode.failure:
            raise DatasetError(episode.failure)
        return EpisodeJudged(
            frames=episode.verdict.ticks,
            dropped_ticks=episode.dropped,
            findings=_findings(episode),
        )

    def keep(self, request: KeepEpisode) -> EpisodeKept:
        """Finish, verify and keep the episode; ticks that still wait for pictures are given up.

        Raises:
            StudioError: it cannot be kept, and is gone; the sentence says why.
        """
        episode = self._running()
        self._episode = None
        episode.pairing.give_up()
        with episode.writer:
            if episode.failure:
                raise DatasetError(episode.failure)
            dropped = episode.dropped
            findings = _findings(episode)
            summary = episode.writer.keep(_metadata(episode, request.success))
        return EpisodeKept(
            index=summary.index, frames=summary.length, dropped_ticks=dropped, findings=findings
        )

    def discard(self) -> None:
        """Forget the episode.

        Raises:
            DatasetError: there is none.
        """
        self._running().writer.close()
        self._episode = None

    def close(self) -> None:
        """Forget a running episode; kept ones are safe."""
        if self._episode is not None:
            self.discard()

    def _running(self) -> "_Episode":
        if self._episode is None:
            raise DatasetError("No episode is being recorded: begin one first.")
        return self._episode


@dataclass
class _Episode:
    """All that belongs to the running episode."""

    request: BeginEpisode
    source: EpisodeSource
    begun_ns: int
    writer: DatasetWriter
    pairing: TickPairing
    verdict: TakeVerdict
    safety: SafetyCard
    limited: Counter[str] = field(default_factory=Counter[str])
    scene: tuple[str, int] | None = None
    failure: str = ""
    overrun: int = 0

    @property
    def dropped(self) -> int:
        """Whole ticks that were left out: their pictures or the encoders were late."""
        return self.pairing.dropped + self.overrun


def _write(episode: _Episode, tick: Tick, frames: TickFrames) -> None:
    recorded = _recorded(tick, frames)
    try:
        episode.writer.add_tick(recorded)
    except StudioError as error:  # told to whoever wants to keep the episode
        episode.failure = str(error)
        return
    episode.limited += tally([tick.clamped])
    taken = recorded.images_captured_ns
    episode.verdict.add(
        state=recorded.state,
        images=recorded.images,
        clamped=bool(recorded.clamped),
        action=recorded.action,
        ages_s={name: seconds_between(ns, recorded.captured_ns) for name, ns in taken.items()},
    )


def _findings(episode: _Episode) -> tuple[str, ...]:
    usual_s = usual_in(Path(episode.request.dataset), episode.request.goal)
    return episode.verdict.findings(episode.dropped, overrun=episode.overrun, usual_s=usual_s)


def _recorded(tick: Tick, frames: TickFrames) -> RecordedTick:
    """Return what is recorded of a tick."""
    measured = {
        Measurement.JOINT_VELOCITIES: tick.joint_velocities,
        Measurement.JOINT_TORQUES: tick.joint_torques,
        Measurement.WRENCHES: tick.wrenches,
    }
    taken = frames.images_captured_ns
    return RecordedTick(
        state=np.array(tick.state),
        action=np.array(tick.sent),
        joints=np.array(tick.joints),
        captured_ns=tick.captured_ns,
        images=frames.images,
        images_captured_ns=taken,
        clamped=bool(tick.clamped),
        latency_ns=tick.latency_ns,
        images_latency_ns={n: max(0, frames.stored_ns - ns) for n, ns in taken.items()},
        measured={measurement: np.array(values) for measurement, values in measured.items()},
    )


def _metadata(episode: _Episode, success: bool | None) -> EpisodeMetadata:
    skill, seed = episode.scene or ("", -1)
    return EpisodeMetadata(
        goal=episode.request.goal,
        source=episode.source,
        success=success,
        skill=skill,
        seed=seed,
        operator=episode.request.operator,
        dropped_ticks=episode.dropped,
        safety=episode.safety,
        limited=dict(episode.limited),
    )


def _source(name: str) -> EpisodeSource:
    try:
        return EpisodeSource(name)
    except ValueError as error:
        raise UnknownNameError("source of an episode", name, EpisodeSource) from error
