"""The one loop through which everything moves: policy, teleoperation, demonstrations and homing.

Every control period: obey the latch, read, ask the motion in charge, clamp, look at the latch once
more, send. The loop owns the modes and changes them in its own thread only; the latch may fall in
any thread at any time.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from lbm_studio.core.action import Action
from lbm_studio.core.clock import Clock, seconds_between, time_of_day
from lbm_studio.core.embodiment import SafetyCard
from lbm_studio.core.errors import StationError, StoppedError, StudioError
from lbm_studio.core.observation import StationState
from lbm_studio.core.pose import FloatArray
from lbm_studio.core.safety import Limit
from lbm_studio.link.messages import Mode
from lbm_studio.station.control.motions import Motion, Situation, Step
from lbm_studio.station.interface import Station
from lbm_studio.station.latch import Cause, StopLatch, no_lasting_cause
from lbm_studio.station.safety.envelope import SafetyEnvelope
from lbm_studio.station.safety.watch import Trip
from lbm_studio.station.safety.words import told

_MOVING = frozenset({Mode.TELEOPERATION, Mode.DEMONSTRATION, Mode.POLICY, Mode.HOMING})
_PAUSABLE = frozenset({Mode.DEMONSTRATION, Mode.POLICY})

STOOD_STILL_S = 1.0
"""Moving arms are stopped when so much time has passed since the last control period [s]."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cycle:
    """What happened in one control period.

    Attributes:
        number: counts from 0.
        state: what was measured at its beginning.
        sent: what really went to the arms, after the clamp; None when nothing did.
        limits: names of the limits that changed it, or that stopped the station.
        mode: who moved the arms; the mode in force when the period was over.
        finished: the last motion has come to its end by itself.
        stop_reason: why the stop is latched; empty when it is not.
        late_s: how long after it was due the period began [s].
        intent: as in ActionChunk.
        read_ns: when the state was there; not before it was captured [ns].
    """

    number: int
    state: StationState
    sent: Action | None
    limits: tuple[str, ...]
    mode: Mode
    finished: bool
    stop_reason: str
    late_s: float
    intent: Mapping[str, FloatArray]
    read_ns: int = 0


class ControlLoop:
    """Moves one station. All methods but :meth:`heartbeat` belong to one thread.

    Args:
        station: what is moved; connected.
        clock: the time.
        envelope: the safety card, applied to every action.
        latch: the stop.
        has_window: whether somebody sends heartbeats; a batch without a window has nobody.
        moment: returns the time of day, for sentences.
    """

    def __init__(
        self,
        station: Station,
        clock: Clock,
        *,
        envelope: SafetyEnvelope,
        latch: StopLatch,
        has_window: bool = True,
        moment: Callable[[], str] = time_of_day,
    ) -> None:
        self._station = station
        self._clock = clock
        self._envelope = envelope
        self._latch = latch
        self._has_window = has_window
        self._moment = moment
        self._heartbeat_ns = self._ticked_ns = clock.now_ns()
        self._period_s = station.description.embodiment.chunk.period_s
        self._number = 0
        self._mode = Mode.IDLE
        self._finished = False
        self._motion: Motion | None = None
        self._state: StationState | None = None
        self._previous: Action | None = None
        self._is_holding = True
        self._limits: tuple[str, ...] = ()

    @property
    def card(self) -> SafetyCard:
        """The limits in force."""
        return self._envelope.card

    @property
    def mode(self) -> Mode:
        """Who moves the arms."""
        return Mode.STOPPED if self._latch.is_latched else self._mode

    @property
    def is_moving(self) -> bool:
        """Whether somebody is in charge of the arms."""
        return self.mode in _MOVING

    @property
    def motion(self) -> Motion | None:
        """Who is in charge, or paused."""
        return self._motion

    @property
    def commanded(self) -> Action | None:
        """What was sent last; None before anything was."""
        return self._previous

    def heartbeat(self) -> None:
        """Note that the window is alive. Any thread may call this."""
        self._heartbeat_ns = self._clock.now_ns()

    def start(self, motion: Motion) -> None:
        """Let ``motion`` move the arms from the next period on; whoever did so before is dropped.

        Raises:
            StoppedError: the stop is latched.
        """
        self.require_released()
        self.heartbeat()
        self._ticked_ns = self._clock.now_ns()
        self._motion = motion
        self._mode = motion.mode
        self._finished = False
        self._envelope.watch.begin()
        if self._is_holding:
            self._start_from_measured()

    def pause(self) -> None:
        """Hold still; :meth:`resume` goes on.

        Raises:
            StationError: nothing is running that can be paused.
        """
        self.require_released()
        if self._mode not in _PAUSABLE:
            raise StationError(
                "There is nothing to pause: neither a policy nor a demonstration runs."
            )
        self._mode = Mode.PAUSED
        self._hold()

    def resume(self) -> None:
        """Go on after :meth:`pause`.

        Raises:
            StationError: nothing is paused.
        """
        self.require_released()
        if self._mode is not Mode.PAUSED or self._motion is None:
            raise StationError("There is nothing to resume: nothing is paused.")
        self._motion.forget()
        self.start(self._motion)

    def halt(self) -> None:
        """End whatever moves the arms and hold still. Not a stop: no latch falls or opens."""
        self._drop_motion()
        if not self._latch.is_latched:  # otherwise the stop would be obeyed a second time
            self._mode = Mode.IDLE
            self._hold()

    def reset_stop(self, asked_ns: int | None = None) -> None:
        """Release the latch; nothing moves until something is started.

        Args:
            asked_ns: when somebody asked for it, now by default [ns]; later stops stay latched.

        Raises:
            StationError: the cause of the stop is still there.
        """
        self._obey_latch()
        self._latch.reset(asked_ns)
        if not self._latch.is_latched:
            self._mode = Mode.IDLE

    def require_released(self) -> None:
        """Return only if the stop is not latched.

        Raises:
            StoppedError: it is; the text says why.
        """
        if self._latch.is_latched:
            raise StoppedError(
                f"The station is stopped: {self._latch.reason} Reset the stop first."
            )

    def rearrange(self) -> None:
        """Forget what was sent: the arms were put somewhere else, e.g. by a new simulated scene."""
        self._previous = None
        self._finished = False

    def tick(self, due_ns: int | None = None) -> Cycle:
        """Do one control period: everything that has to happen at its beginning.

        Args:
            due_ns: when it should have begun; now by default [ns].
        """
        now_ns = self._clock.now_ns()
        self._limits = ()
        self._obey_latch()
        state = self._read()
        read_ns = self._clock.now_ns()
        self._watch_time(now_ns)
        self._watch_heartbeat(now_ns)
        self._watch_arms(state)
        step = self._next_step(state, now_ns)
        sent = self._send(step.action, state)
        if step.finished:
            self.halt()
            self._finished = True
        self._obey_latch()
        self._number += 1
        return Cycle(
            number=self._number - 1,
            state=state,
            sent=None if self._latch.is_latched else sent,
            limits=self._limits,
            mode=self.mode,
            finished=self._finished,
            stop_reason=self._latch.reason,
            late_s=max(0.0, seconds_between(due_ns or now_ns, now_ns)),
            intent=step.intent,
            read_ns=read_ns,
        )

    def _obey_latch(self) -> None:
        """Bring the arms to rest if the latch has fallen, and forget what was going on."""
        if not self._latch.is_latched or self._mode is Mode.STOPPED:
            return
        self._station.stop()
        self._drop_motion()
        self._mode = Mode.STOPPED
        self._finished = False
        self._is_holding = True
        _LOG.info("The station was stopped: %s", self._latch.reason)

    def _drop_motion(self) -> None:
        """Empty every queue: whatever was planned is not done, not even after a reset."""
        if self._motion is not None:
            self._motion.forget()
            self._motion = None

    def _trip(
        self,
        what: str,
        who: str,
        *,
        cause: Cause = no_lasting_cause,
        limit: str = "",
        at_m: FloatArray | None = None,
    ) -> None:
        """Stop and latch, with a sentence that says what, where and when."""
        self._latch.trip(told(what, self._moment(), at_m), who, cause)
        self._limits += (limit,) if limit else ()
        self._obey_latch()

    def _read(self) -> StationState:
        try:
            self._state = self._station.read()
        except StationError as error:
            if self._state is None:
                raise
            self._trip(str(error), "station", cause=self._cannot_read)
        return self._state

    def _cannot_read(self) -> str:
        try:
            self._station.read()
        except StationError as error:
            return str(error)
        return ""

    def _watch_time(self, now_ns: int) -> None:
        """Stop arms that nobody has looked after for a while, whatever is known of them since."""
        passed_s = seconds_between(self._ticked_ns, now_ns)
        self._ticked_ns = now_ns
        if self.is_moving and self._has_window and passed_s > STOOD_STILL_S:
            what = f"The control loop stood still, or its clock jumped, by {passed_s:.1f} s"
            self._trip(what, "watchdog")

    def _watch_heartbeat(self, now_ns: int) -> None:
        if self.is_moving and self._is_window_silent(now_ns):
            what = "The window has stopped answering"
            self._trip(what, "watchdog", cause=self._window_is_silent, limit=Limit.HEARTBEAT)

    def _window_is_silent(self) -> str:
        is_silent = self._is_window_silent(self._clock.now_ns())
        return "The window does not answer." if is_silent else ""

    def _is_window_silent(self, now_ns: int) -> bool:
        silent_s = seconds_between(self._heartbeat_ns, now_ns)
        return self._has_window and silent_s > self.card.heartbeat_s

    def _watch_arms(self, state: StationState) -> None:
        """Stop arms that push too hard, or are not where they were sent."""
        if not self.is_moving or self._previous is None:
            return
        trip = self._envelope.watch.judge_measured(state, self._previous)
        if trip is not None:
            self._obey(trip, self._pushes if trip.is_load else no_lasting_cause)

    def _obey(self, trip: Trip, cause: Cause = no_lasting_cause) -> None:
        self._trip(trip.what, "safety", cause=cause, limit=trip.name, at_m=trip.at_m)

    def _pushes(self) -> str:
        trip = self._state and self._envelope.watch.judge_load(self._state)
        return f"{trip.what}." if trip else ""

    def _next_step(self, state: StationState, now_ns: int) -> Step:
        if self._motion is None or not self.is_moving:
            return Step()
        previous = self._previous or self._start_from_measured()
        try:
            step = self._motion.next_step(Situation(state, previous, now_ns, self._period_s))
        except StudioError as error:
            step = Step(stop_reason=str(error))
        if step.stop_reason:
            self._trip(step.stop_reason, self._mode.value, limit=step.limit or "")
        return step

    def _send(self, action: Action | None, state: StationState) -> Action | None:
        if action is None or self._previous is None:
            self._hold()
            return None
        trip = self._envelope.watch.judge_asked(action, self._previous)
        if trip is not None:
            self._obey(trip)
            return None
        clamped = self._envelope.clamp(action, self._previous, self._period_s, state)
        if self._latch.is_latched:
            return None
        try:
            self._station.command(clamped.action)
        except StationError as error:
            self._trip(str(error), "station")
            return None
        self._is_holding = False
        self._previous = clamped.action
        self._limits = clamped.limits
        return clamped.action

    def _hold(self) -> None:
        if not self._is_holding and not self._latch.is_latched:
            self._station.hold()
            self._is_holding = True

    def _start_from_measured(self) -> Action:
        """Begin where the arms are, with the grip asked for last: it may hold something."""
        measured = self._read().as_action()
        before = self._previous.arms if self._previous else measured.arms
        self._previous = Action(
            {
                name: replace(target, gripper_width_m=before[name].gripper_width_m)
                for name, target in measured.arms.items()
            }
        )
        return self._previous
