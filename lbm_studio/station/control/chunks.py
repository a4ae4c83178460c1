"""Which step of which chunk is due: from late predictions to one action a control period.

Time is counted in *steps played*, not in seconds: it runs while a chunk is played, at the chosen
speed, and stands still while the arms hold. An observation remembers how many steps had been played
when it was taken, so a chunk that arrives late begins at the step that is due by then; the steps in
between are skipped. At speed 1 that is plain time. While the arms waited for the chunk nothing has
passed: it begins at its first step.
"""

import math
from collections import deque
from enum import Enum

from lbm_studio.core.action import Action, ActionChunk, ArmTarget
from lbm_studio.core.clock import seconds_between
from lbm_studio.core.embodiment import ChunkSpec, SafetyCard
from lbm_studio.core.errors import StudioError
from lbm_studio.core.pose import interpolate

MIN_SPEED = 0.25
MAX_SPEED = 2.0

FIRST_CHUNK_WITHIN_S = 10.0
"""The first chunk after a start or a pause may take this long: the arms are at rest [s]."""

_DEFAULT_CARD = SafetyCard()
_MEMORY = 64
_LATENCY_WEIGHT = 0.3
_EPSILON = 1e-6
_JITTER = 0.2  # part of a control period that an answer may be late without consequence


class Supply(Enum):
    """Whether there is something to play."""

    FRESH = "fresh"
    HOLDING = "holding"
    STALE = "stale"


class ChunkSchedule:
    """Plays chunks, ``speed`` steps a control period, and says when the next one is needed.

    A chunk is played for ``spec.execute`` steps. If its successor is late, the rest of the chunk is
    played for up to the card's ``policy_hold_s``, then the arms hold; after its ``policy_stop_s``
    the supply is STALE.

    Args:
        spec: the shape of the chunks.
        speed: steps a control period, 0.25 to 2.
        card: how late a chunk may be.
    """

    def __init__(
        self, spec: ChunkSpec, *, speed: float = 1.0, card: SafetyCard = _DEFAULT_CARD
    ) -> None:
        self._spec = spec
        self._card = card
        self.speed = speed
        self._latency_s = 0.0
        self.clear()

    @property
    def speed(self) -> float:
        """Steps played a control period."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        if not MIN_SPEED <= speed <= MAX_SPEED:
            raise StudioError(
                f"A speed of {speed:g} is out of range. "
                f"Choose one from {MIN_SPEED:g} to {MAX_SPEED:g}."
            )
        self._speed = float(speed)

    def clear(self) -> None:
        """Forget every chunk: the next one is a first one."""
        self._played = 0.0
        self._moments: deque[tuple[int, float]] = deque(maxlen=_MEMORY)
        self._current: ActionChunk | None = None
        self._observed_at = 0.0  # steps played when the current chunk was observed
        self._begun_at = 0.0  # steps played when the current chunk began
        self._next: ActionChunk | None = None
        self._asked_ns: int | None = None
        self._waiting_since_ns: int | None = None

    @property
    def has_begun(self) -> bool:
        """Whether a chunk has been played since the schedule was made or cleared."""
        return self._current is not None

    def observe(self, captured_ns: int) -> None:
        """Note an observation; called once a control period, before anything else."""
        self._moments.append((captured_ns, self._played))

    def wants_chunk(self) -> bool:
        """Whether a prediction should be asked for now, so that it arrives in time."""
        if self._asked_ns is not None or self._next is not None:
            return False
        return self._current is None or self._remaining <= self._lead

    def asked(self, now_ns: int) -> None:
        """Note that a prediction was asked for."""
        self._asked_ns = now_ns

    def accept(self, chunk: ActionChunk, now_ns: int) -> None:
        """Take the answer to the last question; it begins once the current chunk is played."""
        if self._asked_ns is not None and self.has_begun:
            taken_s = seconds_between(self._asked_ns, now_ns)
            self._latency_s += _LATENCY_WEIGHT * (taken_s - self._latency_s)
            self._latency_s = max(self._latency_s, taken_s)
        self._asked_ns = None
        self._next = chunk

    def next_action(self, now_ns: int) -> Action | None:
        """Return the action for the coming control period, and count it as played; None: hold."""
        if self._next is not None and (self._current is None or self._remaining <= 0.0):
            self._begin(self._next)
        chunk = self._current
        if chunk is None or self._is_overdue(now_ns) or self._left <= _EPSILON:
            self._wait_from(now_ns)
            return None
        index = chunk.past + self._played - self._observed_at + self._speed - 1.0
        self._played += self._speed
        return action_at(chunk, index)

    def supply(self, now_ns: int) -> Supply:
        """Return whether there is something to play; asked after ``next_action``."""
        if self._waiting_since_ns is None:
            return Supply.FRESH
        waited_s = seconds_between(self._waiting_since_ns, now_ns)
        if waited_s > (self._card.policy_stop_s if self.has_begun else FIRST_CHUNK_WITHIN_S):
            return Supply.STALE
        return Supply.HOLDING if waited_s > self._card.policy_hold_s else Supply.FRESH

    @property
    def current(self) -> ActionChunk | None:
        """The chunk that is being played."""
        return self._current

    @property
    def _remaining(self) -> float:
        """Steps of the current chunk that are to be played before its successor begins."""
        remaining = min(self._begun_at + self._spec.execute - self._played, self._left)
        return remaining if remaining > _EPSILON else 0.0

    @property
    def _left(self) -> float:
        """Steps of the current chunk that have not been played, whether they are to be or not."""
        if self._current is None:
            return 0.0
        ahead = len(self._current.actions) - self._current.past
        return ahead - (self._played - self._observed_at)

    @property
    def _lead(self) -> float:
        """Steps that are played during a prediction; no more than the chunk has to spare."""
        spare = self._spec.length - self._spec.past - self._spec.execute
        periods = math.ceil(self._latency_s / self._spec.period_s - _JITTER)
        return min(max(periods, 0) * self._speed, max(spare, 0))

    def _begin(self, chunk: ActionChunk) -> None:
        self._current, self._next = chunk, None
        self._observed_at = self._played_when(chunk.observed_ns)
        self._begun_at = self._played
        self._waiting_since_ns = None

    def _is_overdue(self, now_ns: int) -> bool:
        if self._remaining > 0.0:
            return False
        return seconds_between(self._wait_from(now_ns), now_ns) > self._card.policy_hold_s

    def _wait_from(self, now_ns: int) -> int:
        """Return since when the next chunk is missed [ns]."""
        if self._waiting_since_ns is None:
            self._waiting_since_ns = now_ns
        return self._waiting_since_ns

    def _played_when(self, observed_ns: int) -> float:
        """Return the steps that had been played at a moment, between the observations around it."""
        if not self._moments:
            return self._played
        earlier = self._moments[0]
        for later in self._moments:
            if later[0] >= observed_ns:
                break
            earlier = later
        else:
            return earlier[1]
        if later[0] == earlier[0]:
            return later[1]
        fraction = (observed_ns - earlier[0]) / (later[0] - earlier[0])
        return earlier[1] + max(0.0, fraction) * (later[1] - earlier[1])


def action_at(chunk: ActionChunk, index: float) -> Action:
    """Return the action at a fractional index, interpolated; ends are not extrapolated."""
    last = len(chunk.actions) - 1
    index = min(max(index, 0.0), float(last))
    lower = min(math.floor(index), max(last - 1, 0))
    fraction = index - lower
    start, end = chunk.actions[lower], chunk.actions[min(lower + 1, last)]
    if fraction in (0.0, 1.0):
        return end if fraction else start
    return Action(
        {name: _between(start.arms[name], end.arms[name], fraction) for name in start.arms}
    )


def _between(start: ArmTarget, end: ArmTarget, fraction: float) -> ArmTarget:
    width = start.gripper_width_m + fraction * (end.gripper_width_m - start.gripper_width_m)
    return ArmTarget(interpolate(start.pose, end.pose, fraction), width)
