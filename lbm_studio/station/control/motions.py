"""Who moves the arms: each motion says, once a control period, where every arm should go next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from lbm_studio.core.action import Action, ActionChunk, ArmTarget
from lbm_studio.core.clock import seconds_between
from lbm_studio.core.embodiment import ChunkSpec, SafetyCard
from lbm_studio.core.observation import StationState
from lbm_studio.core.pose import FloatArray, Pose, interpolate
from lbm_studio.core.safety import Limit
from lbm_studio.link.messages import Mode
from lbm_studio.station.control.chunks import (
    FIRST_CHUNK_WITHIN_S,
    ChunkSchedule,
    Supply,
)

HOMING_SPEED_M_S = 0.15
HOMING_SPEED_RAD_S = 0.8
_HOMING_WITHIN_S = 30.0
_NOT_HOME = f"The arms did not reach their rest pose within {_HOMING_WITHIN_S:.0f} s."
_AT_HOME_M = 1e-4
_AT_HOME_RAD = 1e-3
_CLEARANCE_M = 0.01

_DEFAULT_CARD = SafetyCard()
_NEVER_ANSWERED = "The policy has not answered."
_FELL_SILENT = "The policy has stopped answering."


@dataclass(frozen=True)
class Situation:
    """What a motion knows at the beginning of a control period.

    Attributes:
        state: what was measured just now.
        previous: what was sent last; where the arms were measured when nothing was sent yet.
        now_ns: the time [ns].
        period_s: duration of the control period [s].
    """

    state: StationState
    previous: Action
    now_ns: int
    period_s: float


@dataclass(frozen=True)
class Step:
    """What a motion wants in one control period.

    Attributes:
        action: where the arms should be at its end; None holds them.
        finished: the motion has come to its end.
        stop_reason: why the station must stop and latch; empty when all is well.
        limit: which limit that is; None where it is none.
        intent: as in ActionChunk.
    """

    action: Action | None = None
    finished: bool = False
    stop_reason: str = ""
    limit: Limit | None = None
    intent: Mapping[str, FloatArray] = field(default_factory=dict)


class Motion(Protocol):
    """Something that can move the arms."""

    @property
    def mode(self) -> Mode:
        """What people call it."""
        ...

    def next_step(self, situation: Situation) -> Step:
        """Return what to do in the coming control period; never waits.

        Raises:
            StudioError: it cannot go on; the station stops with this text as the reason.
        """
        ...

    def forget(self) -> None:
        """Drop what was planned: the arms have been brought to rest, the scene may have changed."""
        ...


class Demonstrator(Protocol):
    """A script that knows the scene and acts like a colleague at the controls."""

    def next_action(self) -> Action | None:
        """Return the intended action for the coming control period; None when it is done."""
        ...


class DemonstrationMotion:
    """Lets a scripted demonstrator act."""

    mode = Mode.DEMONSTRATION

    def __init__(self, demonstrator: Demonstrator) -> None:
        self._demonstrator = demonstrator

    def next_step(self, situation: Situation) -> Step:
        action = self._demonstrator.next_action()
        return Step(action, finished=action is None)

    def forget(self) -> None:
        """Nothing was planned: the script goes on where it was."""


class Predictor(Protocol):
    """Asks a policy for chunks without ever waiting for it."""

    def ask(self, state: StationState, goal: str, valid_s: float) -> bool:
        """Ask for the chunk that answers ``state``; False when nobody is there to be asked.

        Args:
            state: what was measured.
            goal: the prompt in force.
            valid_s: for how long an answer is of use [s].
        """
        ...

    def collect(self) -> ActionChunk | None:
        """Return the answer to the last question once it is there.

        Raises:
            StudioError: the policy refused.
        """
        ...

    def forget(self) -> None:
        """Begin a new episode: answers to earlier questions are dropped."""
        ...


def _never() -> bool:
    return False


class PolicyMotion:
    """Plays the chunks a policy predicts.

    Args:
        predictor: how the policy is asked.
        spec: the shape of its chunks.
        goal: the prompt; may be changed while it runs.
        speed: steps a control period, 0.25 to 2.
        card: how late an answer may be, and how old what it goes by.
        is_reached: whether the goal is reached, where that can be known (simulation).
    """

    mode = Mode.POLICY

    def __init__(
        self,
        predictor: Predictor,
        spec: ChunkSpec,
        *,
        goal: str,
        speed: float = 1.0,
        card: SafetyCard = _DEFAULT_CARD,
        is_reached: Callable[[], bool] = _never,
    ) -> None:
        self.goal = goal
        self.schedule = ChunkSchedule(spec, speed=speed, card=card)
        self._card = card
        self._predictor = predictor
        self._is_reached = is_reached
        self._asked_about_ns = 0
        self._has_answered = False
        predictor.forget()

    def next_step(self, situation: Situation) -> Step:
        if self._is_reached():
            return Step(finished=True)
        self.schedule.observe(situation.state.captured_ns)
        step = self._collect(situation.now_ns) or self._ask(situation)
        if step is not None:
            return step
        action = self.schedule.next_action(situation.now_ns)
        if self.schedule.supply(situation.now_ns) is Supply.STALE:
            reason = _FELL_SILENT if self._has_answered else _NEVER_ANSWERED
            return Step(stop_reason=reason, limit=Limit.SILENT_POLICY)
        chunk = self.schedule.current
        return Step(action, intent=chunk.intent if chunk else {})

    def forget(self) -> None:
        """Drop what was predicted, and what was asked for."""
        self._predictor.forget()
        self.schedule.clear()

    def _ask(self, situation: Situation) -> Step | None:
        if not self.schedule.wants_chunk():
            return None
        valid_s = self._card.policy_stop_s if self.schedule.has_begun else FIRST_CHUNK_WITHIN_S
        if not self._predictor.ask(situation.state, self.goal, valid_s):
            return None
        self._asked_about_ns = situation.state.captured_ns
        self.schedule.asked(situation.now_ns)
        return self._collect(situation.now_ns)  # a policy in this process has answered already

    def _collect(self, now_ns: int) -> Step | None:
        """Take an answer, if there is one; return the stop if it must not be played."""
        chunk = self._predictor.collect()
        if chunk is None:
            return None
        self._has_answered = True
        age_s = seconds_between(chunk.observed_ns, self._asked_about_ns)
        most_s = self._card.max_picture_age_s
        if age_s > most_s:
            reason = f"The camera pictures are {age_s:.1f} s old, {most_s:.1f} s are allowed."
            return Step(stop_reason=reason, limit=Limit.OLD_PICTURES)
        self.schedule.accept(chunk, now_ns)
        return None


class HomingMotion:
    """Brings every arm to a rest pose, slowly: first up, so that nothing is swept off the table.

    Args:
        home: where the arms rest; its gripper widths are not used, the grippers stay as they are.
    """

    mode = Mode.HOMING

    def __init__(self, home: Action) -> None:
        self._home = home
        self._begun_ns: int | None = None

    def next_step(self, situation: Situation) -> Step:
        if self._begun_ns is None:
            self._begun_ns = situation.now_ns
        before = situation.previous.arms
        if all(_is_at(before[name].pose, t.pose) for name, t in self._home.arms.items()):
            return Step(finished=True)
        if seconds_between(self._begun_ns, situation.now_ns) > _HOMING_WITHIN_S:
            return Step(stop_reason=_NOT_HOME)
        return Step(
            Action(
                {
                    name: ArmTarget(
                        _towards_home(before[name].pose, target.pose, situation.period_s),
                        before[name].gripper_width_m,
                    )
                    for name, target in self._home.arms.items()
                }
            )
        )

    def forget(self) -> None:
        """Nothing was planned."""


def _is_at(pose: Pose, goal: Pose) -> bool:
    return pose.distance_m(goal) < _AT_HOME_M and pose.angle_rad(goal) < _AT_HOME_RAD


def _towards_home(pose: Pose, home: Pose, period_s: float) -> Pose:
    goal = home
    if pose.position[2] < home.position[2] - _CLEARANCE_M:
        above = pose.position.copy()
        above[2] = home.position[2]
        goal = Pose(above, pose.rotation)
    periods = max(
        pose.distance_m(goal) / (HOMING_SPEED_M_S * period_s),
        pose.angle_rad(goal) / (HOMING_SPEED_RAD_S * period_s),
        1.0,
    )
    return interpolate(pose, goal, 1.0 / periods)
