"""Hindsight keypoints come from the demonstration's own future."""

import numpy as np

from lbm_studio.core.pose import Pose, rotation_from_vector
from lbm_studio.core.projection import project
from lbm_studio.learning.training.hindsight import coming_key_poses, key_frames, keypoint_targets
from tests.learning.conftest import body


def episode() -> np.ndarray:
    """One arm: closes between frames 3 and 4 and opens between 7 and 8, moving along x."""
    actions = np.tile(np.concatenate([Pose.identity().as_vector(), [0.08]]), (10, 1))
    actions[:, 0] = np.arange(10) * 0.01
    actions[4:8, 9] = 0.0
    return actions


def test_the_next_event_is_the_place_where_the_gripper_changes() -> None:
    keys = coming_key_poses(episode(), 1)

    np.testing.assert_allclose(keys.positions[:4, 0, 0], 0.03)
    np.testing.assert_allclose(keys.positions[4:8, 0, 0], 0.07)
    assert keys.known[:, 0].tolist() == [True] * 8 + [False] * 2


def test_small_changes_of_width_are_no_events() -> None:
    actions = episode()
    actions[:, 9] = 0.04 + 0.003 * (np.arange(10) % 2)

    assert not coming_key_poses(actions, 1).known.any()


def test_targets_are_projections_and_a_place_out_of_view_is_not_used() -> None:
    embodiment = body(1)
    actions = episode()
    keys = coming_key_poses(actions, 1)

    targets, usable = keypoint_targets(embodiment, actions, keys)

    camera = embodiment.cameras[0]
    expected, inside = project(camera, camera.pose, keys.positions[0, 0])
    np.testing.assert_allclose(targets[0, 0, 0], expected)
    assert usable[0, 0, 0] == inside
    assert not usable[-1].any()


def test_the_event_after_next_follows_the_next_ones_of_all_arms() -> None:
    both = np.concatenate([episode()[:, :9], episode()[:, :9], episode()[:, 9:]], axis=1)
    actions = np.concatenate([both, np.full((10, 1), 0.08)], axis=1)

    keys = coming_key_poses(actions, 2)

    assert keys.known[0].tolist() == [True, False, True, False]
    np.testing.assert_allclose(keys.positions[0, [0, 2], 0], [0.03, 0.07])
    assert keys.known[5].tolist() == [True, False, False, False]


def test_a_press_is_an_event_where_the_hand_was_lowest() -> None:
    heights = np.array([0.2, 0.15, 0.1, 0.05, 0.02, 0.02, 0.06, 0.1, 0.2])

    assert key_frames(np.zeros(9), heights).tolist() == [4, 5]


def test_a_push_is_an_event_where_it_begins_and_where_it_ends() -> None:
    heights = np.array([0.2, 0.1, 0.021, 0.02, 0.022, 0.02, 0.02, 0.1, 0.2])

    assert key_frames(np.zeros(9), heights).tolist() == [2, 6]


def test_a_dip_in_which_the_gripper_changed_is_told_by_the_gripper_alone() -> None:
    heights = np.array([0.2, 0.1, 0.02, 0.02, 0.02, 0.02, 0.1, 0.2])
    widths = np.array([0.08, 0.08, 0.08, 0.08, 0.0, 0.0, 0.0, 0.0])

    assert key_frames(widths, heights).tolist() == [3]


def test_a_hand_that_trembles_or_only_rises_touches_nothing() -> None:
    trembling = 0.1 + 0.01 * (-1.0) ** np.arange(20)

    assert not len(key_frames(np.zeros(20), trembling))
    assert not len(key_frames(np.zeros(20), np.linspace(0.0, 0.3, 20)))


def test_two_places_between_the_fingers_tell_how_the_hand_is_turned() -> None:
    actions = episode()
    turned = Pose(np.zeros(3), rotation_from_vector(np.array([0.0, 0.0, np.pi / 2])))
    actions[:, 3:9] = turned.as_vector()[3:]

    keys = coming_key_poses(actions, 1, (-0.04, 0.04))

    assert keys.known.shape == (10, 2)
    np.testing.assert_allclose(keys.positions[0], [[0.07, 0, 0], [-0.01, 0, 0]], atol=1e-12)
