"""The inference process: a policy behind a socket, so that no other one loads the library for it.

It answers before the library is loaded, which happens with the first checkpoint.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from lbm_studio.core.clock import (
    NANOSECONDS_PER_SECOND,
    Clock,
    MonotonicClock,
    seconds_between,
)
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.core.errors import StationError
from lbm_studio.core.moments import StateHistory, state_from_vector
from lbm_studio.core.observation import CameraFrame, Observation
from lbm_studio.link.bus import TICK_TOPIC, Responder, Subscriber, wait_for_any
from lbm_studio.link.frames import FrameReader, TickFrames
from lbm_studio.link.messages import (
    Accepted,
    CheckGoal,
    InferenceRequest,
    LoadPolicy,
    Message,
    Predict,
    Tick,
)
from lbm_studio.link.session import Session
from lbm_studio.policy.client import encode_chunk
from lbm_studio.policy.manifest import check_fits, read_manifest
from lbm_studio.policy.session import Policy, PolicySession
from lbm_studio.workers.introduction import ask_description
from lbm_studio.workers.lifetime import Lifetime

_LOOK_INTERVAL_NS = 2_000_000
_WAIT_S = 0.1


class ServedPolicy(Policy, Protocol):
    """A policy that knows what it was taught."""

    def check_goal(self, goal: str) -> None:
        """Return only if it was taught anything like ``goal``.

        Raises:
            UntaughtGoalError: it was not.
        """
        ...


Loader = Callable[[Path, StationDescription], ServedPolicy]


class Frames(Protocol):
    """Where pictures come from: a :class:`FrameReader`."""

    @property
    def newest_ns(self) -> int:
        """Capture time of the newest pictures [ns]."""
        ...

    def read(self, number: int | None = None) -> TickFrames | None:
        """Return the newest pictures."""
        ...

    def read_at(self, captured_ns: int) -> TickFrames | None:
        """Return the pictures of that moment."""
        ...

    def paired(self, newest: TickFrames) -> TickFrames:
        """Return the pictures of a tick with each the nearest to the tick's moment there is."""
        ...


class InferenceServer:
    """Loads policies and predicts chunks; one policy session at a time.

    Args:
        load: makes a policy of a checkpoint for a station.
        describe: asks what the station is.
        frames: where pictures come from.
        clock: the time.
    """

    def __init__(
        self, load: Loader, describe: Callable[[], StationDescription], frames: Frames, clock: Clock
    ) -> None:
        self._load = load
        self._describe = describe
        self._frames = frames
        self._clock = clock
        self._states = StateHistory()
        self._station: StationDescription | None = None
        self._policy: ServedPolicy | None = None
        self._session: PolicySession | None = None
        self._session_number: int | None = None

    def note(self, tick: Tick) -> None:
        """Take in what was measured, for observations of an earlier moment."""
        self._states.add(tick.captured_ns, tick.state)

    def handle(self, request: InferenceRequest) -> Message:
        """Answer one request.

        Raises:
            StudioError: it cannot be fulfilled; the sentence says why.
        """
        match request:
            case LoadPolicy():
                return self._load_policy(request)
            case CheckGoal():
                self._loaded()[0].check_goal(request.goal)
                return Accepted()
            case Predict():
                return self._predict(request)

    def _load_policy(self, request: LoadPolicy) -> Message:
        station = self._describe()
        policy = self._load(Path(request.checkpoint), station)
        self._station, self._policy = station, policy
        self._session = self._session_number = None
        return Accepted()

    def _loaded(self) -> tuple[ServedPolicy, StationDescription]:
        if self._policy is None or self._station is None:
            raise StationError("No policy is loaded. Load a checkpoint first.")
        return self._policy, self._station

    def _predict(self, request: Predict) -> Message:
        policy, station = self._loaded()
        embodiment = station.embodiment
        _require_size(request, embodiment.action_size)
        if self._session is None or request.session != self._session_number:
            self._session = policy.start_session(request.seed)
            self._session_number = request.session
        frames = self._await_frames(request.captured_ns, station)
        begun_ns = self._clock.now_ns()
        chunk = self._session.predict(self._observation(request, frames, embodiment.arm_names))
        seconds = seconds_between(begun_ns, self._clock.now_ns())
        return encode_chunk(chunk, request, embodiment.arm_names, seconds=seconds)

    def _await_frames(self, captured_ns: int, station: StationDescription) -> TickFrames:
        """Return the pictures of the tick, which may still be drawn, or the newest there are."""
        patience_s, most_s = station.embodiment.chunk.period_s, station.safety.max_picture_age_s
        deadline_ns = self._clock.now_ns() + round(patience_s * NANOSECONDS_PER_SECOND)
        while (now_ns := self._clock.now_ns()) < deadline_ns:
            if self._frames.newest_ns >= captured_ns:
                break
            self._clock.sleep_until_ns(now_ns + _LOOK_INTERVAL_NS)
        frames = self._frames.read_at(captured_ns)
        if frames is None:
            return self._newest_frames(most_s)
        _require_fresh(frames, captured_ns, most_s)
        return frames

    def _observation(
        self, request: Predict, newest: TickFrames, arm_names: Sequence[str]
    ) -> Observation:
        """Return what the policy is shown: pictures and state of the moment of the oldest one."""
        self._states.add(request.captured_ns, request.state)
        moment_ns = min(newest.moment_ns, request.captured_ns)
        frames = self._frames.paired(newest)
        taken = frames.images_captured_ns
        pictures = {
            name: CameraFrame(image, taken.get(name, frames.captured_ns))
            for name, image in frames.images.items()
        }
        state = state_from_vector(self._states.at(moment_ns), arm_names, moment_ns)
        return Observation(state, pictures, request.goal)

    def _newest_frames(self, most_s: float) -> TickFrames:
        frames = self._frames.read()
        if frames is None:
            raise StationError("There are no camera pictures: the policy cannot see.")
        age_s = seconds_between(frames.moment_ns, self._clock.now_ns())
        if age_s > most_s:
            raise StationError(
                f"The camera pictures are {age_s:.1f} s old: the policy will not act on them."
            )
        return frames


def _require_fresh(frames: TickFrames, captured_ns: int, most_s: float) -> None:
    for name, taken_ns in frames.images_captured_ns.items():
        age_s = seconds_between(taken_ns, captured_ns)
        if age_s > most_s:
            raise StationError(
                f"The picture of the camera “{name}” is {age_s:.1f} s old: the policy will not act "
                "on it."
            )


def _require_size(request: Predict, action_size: int) -> None:
    if len(request.state) != action_size:
        raise StationError(
            f"The state has {len(request.state)} numbers; this station has {action_size}."
        )


def load_checkpoint(checkpoint: Path, station: StationDescription) -> ServedPolicy:
    """Load a checkpoint with the learning library, on one thread: the station needs the others.

    Raises:
        CheckpointError: it is damaged or does not fit the station.
    """
    check_fits(read_manifest(checkpoint), station.embodiment)  # before the library takes its time
    import torch

    from lbm_studio.learning.session import load_policy

    torch.set_num_threads(1)
    return load_policy(checkpoint, station)


def main(arguments: list[str], load: Loader = load_checkpoint) -> int:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(prog="lbm-studio worker inference", description=__doc__)
    parser.add_argument("--session", type=Path, required=True, help="folder of the session")
    session = Session(parser.parse_args(arguments).session)
    clock = MonotonicClock()
    with (
        Lifetime(session, "inference") as lifetime,
        FrameReader(session.ring_name) as frames,
        Subscriber(session.station_events, TICK_TOPIC) as ticks,
        Responder(session.inference_commands, InferenceRequest) as responder,
    ):
        server = InferenceServer(load, lambda: ask_description(session), frames, clock)
        while not lifetime.is_over():
            wait_for_any([responder, ticks], _WAIT_S)
            while isinstance(tick := ticks.receive(), Tick):
                server.note(tick)
            responder.poll(server.handle, 0.0)
    return 0
