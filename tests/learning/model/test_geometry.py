"""Triangulation agrees with the projection that made the keypoints."""

import numpy as np
import torch

from lbm_studio.core.pose import Pose, rotation_from_vector
from lbm_studio.core.projection import project
from lbm_studio.learning.model.geometry import (
    HandPoses,
    SceneGeometry,
    proprioception,
    proprioception_size,
)
from tests.learning.conftest import body


def test_a_projected_point_is_found_again() -> None:
    embodiment = body(2)
    points = np.array([[0.05, 0.1, 0.02], [-0.08, -0.1, 0.15]])
    scene = [c for c in embodiment.cameras if c.arm is None]
    keypoints = np.stack([project(c, c.pose, points)[0] for c in scene])

    found = SceneGeometry(embodiment).triangulate(
        torch.tensor(keypoints[None]).float(), torch.ones(1, 2)
    )

    np.testing.assert_allclose(found[0].numpy(), points, atol=1e-4)


def test_one_fixed_camera_cannot_triangulate() -> None:
    assert not SceneGeometry(body(1, scene_cameras=1)).available


def test_a_point_in_the_hand_is_expressed_in_its_frame() -> None:
    hand = Pose(np.array([0.1, 0.2, 0.3]), rotation_from_vector(np.array([0.3, -0.4, 1.0])))
    local = np.array([0.02, -0.01, 0.05])
    state = np.concatenate([hand.as_vector(), [0.04]])
    hands = HandPoses.from_state(torch.tensor(state[None]).float(), arms=1)

    relative = hands.relative(torch.tensor(hand.apply(local)[None, None]).float())

    np.testing.assert_allclose(relative[0, 0, 0].numpy(), local, atol=1e-6)


def test_two_arms_are_described_by_38_numbers_as_in_the_paper() -> None:
    state = np.concatenate([Pose.identity().as_vector()] * 2 + [np.zeros(2)])

    numbers = proprioception(HandPoses.from_state(torch.tensor(state[None]).float(), arms=2))

    assert numbers.shape == (1, proprioception_size(2)) == (1, 38)
