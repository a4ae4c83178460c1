"""Hindsight keypoints come from the demonstration's own future."""

import numpy as np

from lbm_studio.core.pose import Pose
from lbm_studio.core.projection import project
from lbm_studio.learning.training.hindsight import keypoint_targets, next_key_poses
from tests.learning.conftest import body


def episode() -> np.ndarray:
    """One arm: closes between frames 3 and 4 and opens between 7 and 8, moving along x."""
    actions = np.tile(np.concatenate([Pose.identity().as_vector(), [0.08]]), (10, 1))
    actions[:, 0] = np.arange(10) * 0.01
    actions[4:8, 9] = 0.0
    return actions


def test_the_next_event_is_the_place_where_the_gripper_changes() -> None:
    keys = next_key_poses(episode())

    np.testing.assert_allclose(keys.positions[:4, 0, 0], 0.03)
    np.testing.assert_allclose(keys.positions[4:8, 0, 0], 0.07)
    assert keys.known[:, 0].tolist() == [True] * 8 + [False] * 2


def test_small_changes_of_width_are_no_events() -> None:
    actions = episode()
    actions[:, 9] = 0.04 + 0.003 * (np.arange(10) % 2)

    assert not next_key_poses(actions).known.any()


def test_targets_are_projections_and_a_place_out_of_view_is_not_used() -> None:
    embodiment = body(1)
    actions = episode()
    keys = next_key_poses(actions)

    targets, usable = keypoint_targets(embodiment, actions, keys)

    camera = embodiment.cameras[0]
    expected, inside = project(camera, camera.pose, keys.positions[0, 0])
    np.testing.assert_allclose(targets[0, 0, 0], expected)
    assert usable[0, 0, 0] == inside
    assert not usable[-1].any()
