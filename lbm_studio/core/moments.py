"""One moment for all that an observation shows, whatever each camera's latency.

A picture shows what was there when it was taken, not when it arrived. So an observation is of the
moment its latest camera took its picture: of every other camera it takes the picture nearest to
that moment, and the state (and, to learn from, what was commanded) is interpolated to it: positions
and gripper widths along a straight line, rotations along the shortest turn. Recordings stay as they
were made; who reads them and who runs a policy both pair through this module.

Legend: T ticks, V cameras, A numbers of a state or action, N moments.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.action import Action, arm_count, pose_slice
from lbm_studio.core.observation import ArmState, CameraFrame, Observation, StationState
from lbm_studio.core.pose import FloatArray, Pose, interpolate

REMEMBERED_TICKS = 64
"""How many ticks of the past a running policy may need: two seconds at 30 Hz."""


@dataclass(frozen=True)
class Pairing:
    """Which pictures belong together, for each tick.

    Attributes:
        moments_ns: (T,) when what the tick shows was there [ns].
        ticks: (T, V) the tick whose picture of a camera shows that moment; never a later one.
    """

    moments_ns: NDArray[np.int64]
    ticks: NDArray[np.int64]


def pair_pictures(captured_ns: NDArray[np.int64]) -> Pairing:
    """Return what belongs together, from when the newest picture of each tick and camera was taken.

    Args:
        captured_ns: (T, V) in the order of the ticks [ns].
    """
    count, cameras = captured_ns.shape
    own = np.arange(count, dtype=np.int64)
    moments: NDArray[np.int64] = captured_ns.min(axis=1)
    ticks = np.empty((count, cameras), dtype=np.int64)
    for camera in range(cameras):
        taken: NDArray[np.int64] = captured_ns[:, camera]
        found: NDArray[np.int64] = np.asarray(np.searchsorted(taken, moments), dtype=np.int64)
        later = np.minimum(found, own)
        before = np.maximum(later - 1, 0)
        is_nearer = moments - taken[before] < taken[later] - moments
        ticks[:, camera] = np.where(is_nearer, before, later)
        ticks[taken == moments, camera] = own[taken == moments]
    return Pairing(moments, ticks)


def vectors_at(
    vectors: NDArray[np.floating], captured_ns: NDArray[np.int64], moments_ns: NDArray[np.int64]
) -> NDArray[np.floating]:
    """Return states or actions (N, A) as they were at other moments; ends are not extrapolated.

    Args:
        vectors: (T, A) in the layout of :mod:`lbm_studio.core.action`, T > 0.
        captured_ns: (T,) when each held, ascending [ns].
        moments_ns: (N,) when they are asked for [ns].
    """
    later = np.searchsorted(captured_ns, moments_ns)
    end = np.minimum(later, len(vectors) - 1)
    start = np.maximum(later - 1, 0)
    span = captured_ns[end] - captured_ns[start]
    result = np.array(vectors[end])
    for number in np.flatnonzero((span > 0) & (moments_ns < captured_ns[end])):
        a, b = int(start[number]), int(end[number])
        fraction = float((moments_ns[number] - captured_ns[a]) / span[number])
        result[number] = _between(vectors[a], vectors[b], fraction)
    return result


def _between(
    start: NDArray[np.floating], end: NDArray[np.floating], fraction: float
) -> NDArray[np.floating]:
    result = start + fraction * (end - start)
    for arm in range(arm_count(len(start))):
        part = pose_slice(arm)
        poses = Pose.from_vector(start[part]), Pose.from_vector(end[part])
        result[part] = interpolate(*poses, fraction).as_vector()
    return result


class StateHistory:
    """The states of the last ticks, to be asked for any moment among them."""

    def __init__(self) -> None:
        self._captured_ns: deque[int] = deque(maxlen=REMEMBERED_TICKS)
        self._vectors: deque[FloatArray] = deque(maxlen=REMEMBERED_TICKS)

    def add(self, captured_ns: int, vector: Sequence[float] | FloatArray) -> None:
        """Note (A,) measured at a moment [ns]; what is not newer than the last is ignored."""
        if self._captured_ns and captured_ns <= self._captured_ns[-1]:
            return
        self._captured_ns.append(captured_ns)
        self._vectors.append(np.asarray(vector, dtype=np.float64))

    def at(self, moment_ns: int) -> FloatArray:
        """Return (A,) at a moment; the oldest or the newest there is beyond them. Not empty."""
        times = np.array(self._captured_ns, dtype=np.int64)
        moments = np.array([moment_ns], dtype=np.int64)
        return vectors_at(np.stack(self._vectors), times, moments)[0]


class Surroundings:
    """What was measured and seen in the last ticks of one station, as observations of one moment.

    Args:
        arm_names: in the order of vectors.
    """

    def __init__(self, arm_names: Sequence[str]) -> None:
        self._arm_names = arm_names
        self._states = StateHistory()
        self._ticks: deque[tuple[StationState, Mapping[str, CameraFrame]]] = deque(
            maxlen=REMEMBERED_TICKS
        )

    def add(self, state: StationState, frames: Mapping[str, CameraFrame]) -> None:
        """Note a tick: its state, and the newest picture of every camera."""
        self._states.add(state.captured_ns, state.as_vector(self._arm_names))
        self._ticks.append((state, frames))

    def observation(self, goal: str) -> Observation:
        """Return what the newest tick shows; there is one."""
        state, newest = self._ticks[-1]
        if all(frame.captured_ns == state.captured_ns for frame in newest.values()):
            return Observation(state, newest, goal)
        times = [[frames[name].captured_ns for name in newest] for _, frames in self._ticks]
        pairing = pair_pictures(np.array(times, dtype=np.int64))
        ticks = zip(newest, pairing.ticks[-1], strict=True)
        frames = {name: self._ticks[int(tick)][1][name] for name, tick in ticks}
        moment_ns = int(pairing.moments_ns[-1])
        vector = self._states.at(moment_ns)
        return Observation(state_from_vector(vector, self._arm_names, moment_ns), frames, goal)


def state_from_vector(
    vector: FloatArray, arm_names: Sequence[str], captured_ns: int
) -> StationState:
    """Return the state a vector (A,) says; joint angles stay empty, policies never look at them."""
    unknown = np.zeros(0)
    arms = {
        name: ArmState(target.pose, target.gripper_width_m, unknown, unknown)
        for name, target in Action.from_vector(vector, arm_names).arms.items()
    }
    return StationState(arms, captured_ns)
