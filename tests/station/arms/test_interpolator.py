import numpy as np
import pytest

from lbm_studio.core.pose import Pose, rotation_from_vector
from lbm_studio.station.arms.interpolator import Interpolator

HERE = Pose(np.array([0.4, 0.0, 0.3]), np.eye(3))
THERE = Pose(np.array([0.44, 0.02, 0.3]), rotation_from_vector(np.array([0.0, 0.0, 0.2])))


def test_an_arm_that_was_told_nothing_stays_where_it_was() -> None:
    reference = Interpolator(HERE).at(17.0)

    assert reference.pose == HERE
    assert not reference.velocity.any()
    assert not reference.angular_velocity.any()


def test_half_way_through_the_period_the_arm_should_be_half_way_there() -> None:
    interpolator = Interpolator(HERE)

    interpolator.head_for(THERE, now_s=5.0, period_s=0.1)
    reference = interpolator.at(5.05)

    np.testing.assert_allclose(reference.pose.position, [0.42, 0.01, 0.3])
    assert reference.pose.angle_rad(HERE) == pytest.approx(0.1)
    np.testing.assert_allclose(reference.velocity, [0.4, 0.2, 0.0])
    np.testing.assert_allclose(reference.angular_velocity, [0.0, 0.0, 2.0])


def test_after_the_period_the_arm_should_rest_at_the_target() -> None:
    interpolator = Interpolator(HERE)

    interpolator.head_for(THERE, now_s=5.0, period_s=0.1)
    reference = interpolator.at(5.11)

    assert reference.pose == THERE
    assert not reference.velocity.any()


def test_a_target_that_comes_early_begins_where_the_last_one_has_led_so_far() -> None:
    interpolator = Interpolator(HERE)
    interpolator.head_for(THERE, now_s=5.0, period_s=0.1)
    before = interpolator.at(5.04).pose

    interpolator.head_for(HERE, now_s=5.04, period_s=0.1)

    assert interpolator.at(5.04).pose.distance_m(before) < 1e-12
    assert interpolator.at(5.15).pose == HERE


def test_holding_keeps_the_reference_of_that_moment() -> None:
    interpolator = Interpolator(HERE)
    interpolator.head_for(THERE, now_s=5.0, period_s=0.1)

    interpolator.hold(5.05)

    np.testing.assert_allclose(interpolator.at(9.0).pose.position, [0.42, 0.01, 0.3])
    assert not interpolator.at(9.0).velocity.any()


def test_the_angular_velocity_turns_the_start_into_the_end() -> None:
    tilted = Pose(np.zeros(3), rotation_from_vector(np.array([0.9, -0.4, 0.3])))
    end = Pose(np.zeros(3), rotation_from_vector(np.array([0.0, 0.3, 0.0])) @ tilted.rotation)
    interpolator = Interpolator(tilted)

    interpolator.head_for(end, now_s=0.0, period_s=0.5)

    turned = rotation_from_vector(interpolator.at(0.1).angular_velocity * 0.5) @ tilted.rotation
    np.testing.assert_allclose(turned, end.rotation, atol=1e-12)
