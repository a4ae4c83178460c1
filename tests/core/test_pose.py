"""Pose maths, held against scipy's independent implementation."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from lbm_studio.core.pose import (
    Pose,
    interpolate,
    matrix_from_rotation_6d,
    rotation_6d_from_matrix,
    rotation_from_vector,
    rotation_vector,
)

AXES = Rotation.random(50, np.random.default_rng(3)).apply([1.0, 0.0, 0.0])
ANGLES_RAD = [0.0, 1e-13, 1e-9, 1e-6, 0.3, 2.0, np.pi - 1e-6, np.pi - 1e-10, np.pi]


def random_pose(seed: int) -> Pose:
    position = np.random.default_rng(seed).uniform(-1.0, 1.0, 3)
    return Pose(position, Rotation.random(None, np.random.default_rng(seed)).as_matrix())


def assert_same(actual: Pose, expected: Pose) -> None:
    np.testing.assert_allclose(actual.position, expected.position, atol=1e-12)
    np.testing.assert_allclose(actual.rotation, expected.rotation, atol=1e-12)


@pytest.mark.parametrize("angle_rad", ANGLES_RAD)
def test_a_rotation_vector_becomes_the_matrix_scipy_gives(angle_rad: float) -> None:
    for axis in AXES:
        expected = Rotation.from_rotvec(axis * angle_rad).as_matrix()
        np.testing.assert_allclose(rotation_from_vector(axis * angle_rad), expected, atol=1e-12)


@pytest.mark.parametrize("angle_rad", ANGLES_RAD)
def test_the_vector_of_a_rotation_turns_back_into_it_even_at_half_a_turn(angle_rad: float) -> None:
    for axis in AXES:
        rotation = Rotation.from_rotvec(axis * angle_rad).as_matrix()
        vector = rotation_vector(rotation)
        assert np.linalg.norm(vector) == pytest.approx(angle_rad, abs=1e-7)
        np.testing.assert_allclose(Rotation.from_rotvec(vector).as_matrix(), rotation, atol=1e-7)


@pytest.mark.parametrize("axis", np.eye(3).tolist())
def test_a_half_turn_about_a_coordinate_axis_is_found(axis: list[float]) -> None:
    rotation = 2.0 * np.outer(axis, axis) - np.eye(3)

    vector = rotation_vector(rotation)

    np.testing.assert_allclose(np.abs(vector), np.pi * np.asarray(axis), atol=1e-12)


@pytest.mark.parametrize("angle_rad", [0.5, np.pi - 1e-3, np.pi - 1e-6, np.pi])
def test_a_rotation_rounded_to_single_precision_keeps_its_axis(angle_rad: float) -> None:
    for axis in AXES:
        exact = Rotation.from_rotvec(axis * angle_rad)
        vector = rotation_vector(exact.as_matrix().astype(np.float32).astype(np.float64))
        assert (Rotation.from_rotvec(vector) * exact.inv()).magnitude() < 1e-5


def test_six_numbers_are_the_top_two_rows_of_the_matrix() -> None:
    rotation = Rotation.random(None, np.random.default_rng(1)).as_matrix()

    np.testing.assert_array_equal(rotation_6d_from_matrix(rotation), rotation[:2].ravel())


def test_six_numbers_give_the_rotation_back_for_any_leading_shape() -> None:
    rotations = Rotation.random(12, np.random.default_rng(2)).as_matrix().reshape(3, 4, 3, 3)

    back = matrix_from_rotation_6d(rotation_6d_from_matrix(rotations))

    np.testing.assert_allclose(back, rotations, atol=1e-12)


def test_six_noisy_numbers_of_any_length_give_a_proper_rotation() -> None:
    noisy = np.random.default_rng(0).normal(size=(100, 6)) * 3.0

    rotations = matrix_from_rotation_6d(noisy)

    np.testing.assert_allclose(rotations @ rotations.mT, np.tile(np.eye(3), (100, 1, 1)), atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(rotations), 1.0, atol=1e-9)


@pytest.mark.parametrize(
    "numbers",
    [[0.0] * 6, [1.0, 0, 0, 1.0, 0, 0], [0, 0, 2.0, 0, 0, -4.0], [0, 0, 0, 0, 1.0, 0]],
    ids=["all zero", "equal rows", "opposite rows", "first row zero"],
)
def test_six_numbers_that_fix_no_rotation_still_give_a_proper_one(numbers: list[float]) -> None:
    rotation = matrix_from_rotation_6d(np.array(numbers))

    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1.0)


def test_poses_compose_like_homogeneous_matrices() -> None:
    a, b = random_pose(1), random_pose(2)

    def homogeneous(pose: Pose) -> np.ndarray:
        return np.block([[pose.rotation, pose.position[:, None]], [np.zeros(3), np.ones(1)]])

    np.testing.assert_allclose(homogeneous(a @ b), homogeneous(a) @ homogeneous(b), atol=1e-12)
    np.testing.assert_allclose(homogeneous(a.inverse()), np.linalg.inv(homogeneous(a)), atol=1e-12)


def test_a_pose_relative_to_another_composes_back() -> None:
    a, b = random_pose(3), random_pose(4)

    assert_same(b @ a.relative_to(b), a)
    assert_same(a.relative_to(a), Pose.identity())


def test_points_are_taken_to_the_parent_frame() -> None:
    pose = random_pose(5)
    points = np.random.default_rng(5).normal(size=(2, 7, 3))

    expected = Rotation.from_matrix(pose.rotation).apply(points.reshape(-1, 3)) + pose.position

    np.testing.assert_allclose(pose.apply(points).reshape(-1, 3), expected, atol=1e-12)


def test_a_pose_survives_its_vector() -> None:
    pose = random_pose(6)

    assert_same(Pose.from_vector(pose.as_vector()), pose)


def test_a_pose_does_not_share_memory_with_the_vector_it_came_from() -> None:
    vector = random_pose(7).as_vector()
    pose = Pose.from_vector(vector)
    before = pose.position.copy()

    vector[:] = 0.0

    np.testing.assert_array_equal(pose.position, before)


def test_poses_are_equal_exactly_when_their_numbers_are() -> None:
    pose, twin = random_pose(8), random_pose(8)
    moved = Pose(pose.position + [0.0, 0.0, 1e-9], pose.rotation)

    assert pose == twin
    assert hash(pose) == hash(twin)
    assert pose != moved
    assert pose != "a pose"


def test_distance_and_angle_between_poses_agree_with_scipy() -> None:
    a, b = random_pose(9), random_pose(10)

    expected = (
        Rotation.from_matrix(a.rotation).inv() * Rotation.from_matrix(b.rotation)
    ).magnitude()

    assert a.angle_rad(b) == pytest.approx(expected)
    assert a.distance_m(b) == pytest.approx(np.linalg.norm(a.position - b.position))


@pytest.mark.parametrize("fraction", [0.0, 0.25, 0.5, 1.0])
def test_interpolation_follows_a_straight_line_and_a_constant_axis(fraction: float) -> None:
    a, b = random_pose(11), random_pose(12)

    between = interpolate(a, b, fraction)

    assert a.distance_m(between) == pytest.approx(fraction * a.distance_m(b))
    assert a.angle_rad(between) == pytest.approx(fraction * a.angle_rad(b))
    assert between.angle_rad(b) == pytest.approx((1.0 - fraction) * a.angle_rad(b))
