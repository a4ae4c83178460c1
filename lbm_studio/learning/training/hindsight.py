"""Hindsight keypoints: where each arm will next open or close its gripper.

They are read from the demonstration's own future and need no simulator state, only what was
commanded later in the same episode and the camera calibration, so they exist for real stations
too. Legend: T frames, A arms, V views.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.action import arm_count, gripper_index, pose_slice
from lbm_studio.core.embodiment import Embodiment
from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.core.projection import camera_pose, project

SMALLEST_GRIPPER_CHANGE_M = 0.01
"""A commanded change of width beyond this within one step is an event [m]."""


@dataclass(frozen=True)
class KeyPoses:
    """``positions`` (T, A, 3) in the station frame [m] and ``known`` (T, A).

    Whether an event follows.
    """

    positions: FloatArray
    known: NDArray[np.bool_]


def next_key_poses(actions: NDArray[np.floating]) -> KeyPoses:
    """Return, for every frame, the commanded position at each arm's next gripper event.

    ``actions`` is (T, A x 10).
    """
    frames, arms = len(actions), arm_count(actions.shape[1])
    positions = np.zeros((frames, arms, 3))
    known = np.zeros((frames, arms), dtype=bool)
    for arm in range(arms):
        widths = actions[:, gripper_index(arm, arms)]
        events = np.flatnonzero(np.abs(np.diff(widths)) > SMALLEST_GRIPPER_CHANGE_M)
        following = np.searchsorted(events, np.arange(frames))
        known[:, arm] = following < len(events)
        at = events[following[known[:, arm]]]
        positions[known[:, arm], arm] = actions[at, pose_slice(arm)][:, :3]
    return KeyPoses(positions, known)


def keypoint_targets(
    embodiment: Embodiment, states: NDArray[np.floating], keys: KeyPoses
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Project the key poses into every view at every frame; wrist cameras move with the hand.

    Returns:
        (T, V, A, 2) fractions of the image and (T, V, A) whether the place is known, inside the
        view and, for a wrist camera, that of its own arm.
    """
    frames, arms = keys.known.shape
    targets = np.zeros((frames, len(embodiment.cameras), arms, 2))
    usable = np.zeros((frames, len(embodiment.cameras), arms), dtype=bool)
    for view, camera in enumerate(embodiment.cameras):
        if camera.arm is None:
            places, inside = project(camera, camera.pose, keys.positions)
            targets[:, view], usable[:, view] = places, inside & keys.known
            continue
        arm = embodiment.arm_names.index(camera.arm)
        for frame in range(frames):
            hand = Pose.from_vector(states[frame, pose_slice(arm)])
            place, inside = project(camera, camera_pose(camera, hand), keys.positions[frame, arm])
            targets[frame, view, arm] = place
            usable[frame, view, arm] = bool(inside) and bool(keys.known[frame, arm])
    return targets, usable
