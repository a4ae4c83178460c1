"""Hindsight keypoints: where each arm will next open or close its gripper, or touch down.

They are read from the demonstration's own future and need no simulator state, only what was
commanded later in the same episode and the camera calibration, so they exist for real stations
too. Legend: T frames, A arms, V views, E coming events, O places on the line between the fingers,
P = E x O x A key points: those of the next event of every arm, then of the one after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.action import arm_count, gripper_index, pose_slice
from lbm_studio.core.embodiment import Embodiment
from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.core.projection import camera_pose, project

SMALLEST_GRIPPER_CHANGE_M = 0.01
"""A commanded change of width beyond this within one step is an event [m]."""
SMALLEST_DIP_M = 0.03
"""A hand that comes down and goes up again by this much has touched something [m]."""
LEVEL_M = 0.005
"""A hand stays down while it is within this of the lowest point of a dip [m]."""


@dataclass(frozen=True)
class KeyPoses:
    """``positions`` (T, P, 3) in the station frame [m] and ``known`` (T, P).

    Whether an event follows.
    """

    positions: FloatArray
    known: NDArray[np.bool_]

    def at(self, frames: NDArray[np.int64]) -> "KeyPoses":
        """Return those of some frames only."""
        return KeyPoses(self.positions[frames], self.known[frames])


def coming_key_poses(
    actions: NDArray[np.floating], count: int, offsets_m: Sequence[float] = (0.0,)
) -> KeyPoses:
    """Return, for every frame, where each arm's hand was commanded to be at its next events.

    Args:
        actions: (T, A x 10).
        count: how many events.
        offsets_m: places on the line between the fingers, from the gripper's centre [m].
    """
    frames, arms = len(actions), arm_count(actions.shape[1])
    shape = (frames, count, len(offsets_m), arms)
    positions, known = np.zeros((*shape, 3)), np.zeros(shape, dtype=bool)
    for arm in range(arms):
        path = _between_fingers(actions[:, pose_slice(arm)], offsets_m)
        heights = actions[:, pose_slice(arm)][:, 2]
        events = key_frames(actions[:, gripper_index(arm, arms)], heights)
        following = np.searchsorted(events, np.arange(frames))[:, None] + np.arange(count)
        is_known = following < len(events)  # (T, K)
        known[..., arm] = is_known[..., None]
        positions[..., arm, :][is_known] = path[events[following[is_known]]]
    return KeyPoses(positions.reshape(frames, -1, 3), known.reshape(frames, -1))


def _between_fingers(
    poses: NDArray[np.floating], offsets_m: Sequence[float]
) -> NDArray[np.floating]:
    """Return (T, O, 3) places on the line along which the fingers of (T, 9) poses open."""
    across = np.stack([Pose.from_vector(pose).rotation[:, 1] for pose in poses])
    return poses[:, None, :3] + np.asarray(offsets_m)[:, None] * across[:, None]


def key_frames(
    widths_m: NDArray[np.floating], heights_m: NDArray[np.floating]
) -> NDArray[np.int64]:
    """Return the frames of one arm's events, in order.

    An event is a change of the gripper, or the beginning and the end of a dip during which the
    gripper did not change: a push or a press.

    Args:
        widths_m: (T,) commanded gripper width [m].
        heights_m: (T,) commanded height of the end effector [m].
    """
    changes = np.flatnonzero(np.abs(np.diff(widths_m)) > SMALLEST_GRIPPER_CHANGE_M)
    events = {int(frame) for frame in changes}
    for first, last in _dips(heights_m):
        if not np.any((changes >= first) & (changes <= last)):
            events |= {first, last}
    return np.array(sorted(events), dtype=np.int64)


def _dips(heights_m: NDArray[np.floating]) -> list[tuple[int, int]]:
    """Return the first and last frame of every stretch in which the hand was down."""
    dips: list[tuple[int, int]] = []
    highest, lowest, is_falling = heights_m[0], 0, False
    for frame, height in enumerate(heights_m):
        if is_falling and height < heights_m[lowest]:
            lowest = frame
        elif is_falling and height > heights_m[lowest] + SMALLEST_DIP_M:
            dips.append(_level_stretch(heights_m, lowest))
            is_falling, highest = False, height
        elif not is_falling:
            highest = max(highest, height)
            if height < highest - SMALLEST_DIP_M:
                is_falling, lowest = True, frame
    return [*dips, _level_stretch(heights_m, lowest)] if is_falling else dips


def _level_stretch(heights_m: NDArray[np.floating], lowest: int) -> tuple[int, int]:
    above = np.flatnonzero(heights_m > heights_m[lowest] + LEVEL_M)
    first = above[above < lowest].max(initial=-1) + 1
    last = above[above > lowest].min(initial=len(heights_m)) - 1
    return int(first), int(last)


def keypoint_targets(
    embodiment: Embodiment, states: NDArray[np.floating], keys: KeyPoses
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Project the key poses into every view at every frame; wrist cameras move with the hand.

    Returns:
        (T, V, P, 2) fractions of the image and (T, V, P) whether the place is known, inside the
        view and, for a wrist camera, that of its own arm.
    """
    frames, points = keys.known.shape
    arms = len(embodiment.arms)
    targets = np.zeros((frames, len(embodiment.cameras), points, 2))
    usable = np.zeros((frames, len(embodiment.cameras), points), dtype=bool)
    for view, camera in enumerate(embodiment.cameras):
        if camera.arm is None:
            places, inside = project(camera, camera.pose, keys.positions)
            targets[:, view], usable[:, view] = places, inside & keys.known
            continue
        arm = embodiment.arm_names.index(camera.arm)
        own = slice(arm, points, arms)
        for frame in range(frames):
            hand = Pose.from_vector(states[frame, pose_slice(arm)])
            places, inside = project(camera, camera_pose(camera, hand), keys.positions[frame, own])
            targets[frame, view, own] = places
            usable[frame, view, own] = inside & keys.known[frame, own]
    return targets, usable
