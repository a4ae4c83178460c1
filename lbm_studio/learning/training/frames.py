"""Which frames of an episode are learned from: without an idle start, and no more than asked for.

Legend: T frames at the rate of the policy, A numbers of a state or action.
"""

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.action import arm_count, gripper_index, pose_slice

IDLE_M = 0.005
"""A hand that is farther than this from where it began has set off [m]."""
IDLE_MATRIX_CHANGE = 0.05
"""Likewise the largest change of a number of its rotation: about 3 degrees."""
IDLE_WIDTH_M = 0.005
"""Likewise of its gripper [m]."""


def first_moving_frame(states: NDArray[np.floating], actions: NDArray[np.floating]) -> int:
    """Return the last frame before anything moves or is told to; 0 where nothing ever does.

    Args:
        states: (T, A) measured.
        actions: (T, A) commanded.
    """
    moved = _differs(states, states[0]) | _differs(actions, states[0])
    return max(0, int(moved.argmax()) - 1)


def _differs(vectors: NDArray[np.floating], start: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return (T,) whether any hand is elsewhere than at the start."""
    arms = arm_count(vectors.shape[1])
    change = np.abs(vectors - start)
    differs = np.zeros(len(vectors), dtype=bool)
    for arm in range(arms):
        pose = change[:, pose_slice(arm)]
        differs |= (pose[:, :3] > IDLE_M).any(1) | (pose[:, 3:] > IDLE_MATRIX_CHANGE).any(1)
        differs |= change[:, gripper_index(arm, arms)] > IDLE_WIDTH_M
    return differs


def spread_frames(
    first: int, length: int, most: int | None, generator: np.random.Generator
) -> NDArray[np.int64]:
    """Return the frames ``first .. length - 1``, or ``most`` of them, one at random in every part.

    Args:
        first: the first that may be chosen.
        length: frames of the episode.
        most: how many at most; None returns all.
        generator: draws within the parts.
    """
    count = length - first
    if most is None or most >= count:
        return np.arange(first, length)
    places = (np.arange(most) + generator.random(most)) * count / most
    return first + places.astype(np.int64)
