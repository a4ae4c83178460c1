"""Which frames of an episode are worth keeping: the idle start goes (TRI LBM paper, IV-D3).

Everything before a hand has moved by 5 cm or turned by 15 degrees goes, since a policy learns to
hesitate from it. A gripper that opens or closes earlier counts as well: what it did is part of the
skill. The end stays: it shows when the skill is over.
"""

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.action import arm_count, gripper_index, pose_slice
from lbm_studio.core.pose import matrix_from_rotation_6d
from lbm_studio.episodes.edits.change import FrameRange

MOVED_M = 0.05
MOVED_RAD = np.radians(15.0)
GRIPPED_M = 0.01


def first_moved_frame(states: NDArray[np.floating]) -> int | None:
    """Return the first frame at which a hand is elsewhere than at the start; None for none.

    Args:
        states: (T, A) measured, T > 0.
    """
    arms = arm_count(states.shape[1])
    moved = np.zeros(len(states), dtype=np.bool_)
    for arm in range(arms):
        poses = np.asarray(states[:, pose_slice(arm)], dtype=np.float64)
        widths = states[:, gripper_index(arm, arms)]
        moved |= np.linalg.norm(poses[:, :3] - poses[0, :3], axis=1) >= MOVED_M
        moved |= turned_rad(poses[:, 3:], poses[0, 3:]) >= MOVED_RAD
        moved |= np.abs(widths - widths[0]) >= GRIPPED_M
    return int(moved.argmax()) if moved.any() else None


def turned_rad(rotations: NDArray[np.floating], start: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return by how much (T,) the rotations (T, 6) differ from one (6,) or from (T, 6) [rad]."""
    matrices, origin = matrix_from_rotation_6d(rotations), matrix_from_rotation_6d(start)
    trace = np.sum(matrices * origin, axis=(-2, -1))
    return np.arccos(np.clip((trace - 1.0) / 2.0, -1.0, 1.0))


def propose_trim(states: NDArray[np.floating], extent: FrameRange) -> FrameRange | None:
    """Return which frames of an episode to keep; None where nothing is to be cut.

    Args:
        states: (T, A) measured, of the whole recording.
        extent: the frames of the episode, or of the part, in the recording.
    """
    first = first_moved_frame(states[extent.first : extent.last + 1])
    return FrameRange(extent.first + first, extent.last) if first else None
