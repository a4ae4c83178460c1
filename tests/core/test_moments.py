"""One moment for all that an observation shows."""

import numpy as np

from lbm_studio.core.action import gripper_index, pose_slice
from lbm_studio.core.moments import (
    StateHistory,
    Surroundings,
    pair_pictures,
    state_from_vector,
    vectors_at,
)
from lbm_studio.core.observation import CameraFrame, StationState
from lbm_studio.core.pose import FloatArray, Pose, rotation_from_vector
from tests.core.stations import make_station

ARMS = make_station("right").embodiment.arm_names
MS = 1_000_000
TICKS_NS = np.arange(6) * 100 * MS
BLACK = np.zeros((2, 2, 3), np.uint8)


def vector(x_m: float, turn_rad: float = 0.0, width_m: float = 0.0) -> FloatArray:
    pose = Pose(np.array([x_m, 0.0, 0.0]), rotation_from_vector(np.array([0.0, 0.0, turn_rad])))
    return np.concatenate([pose.as_vector(), [width_m]])


def test_pictures_taken_with_each_tick_belong_to_it() -> None:
    pairing = pair_pictures(np.stack([TICKS_NS, TICKS_NS], axis=1))

    np.testing.assert_array_equal(pairing.moments_ns, TICKS_NS)
    np.testing.assert_array_equal(pairing.ticks, np.stack([np.arange(6)] * 2, axis=1))


def test_a_late_camera_sets_the_moment_and_the_others_go_back_to_it() -> None:
    pairing = pair_pictures(np.stack([TICKS_NS, TICKS_NS - 120 * MS], axis=1))

    np.testing.assert_array_equal(pairing.moments_ns, TICKS_NS - 120 * MS)
    assert pairing.ticks[:, 0].tolist() == [0, 0, 1, 2, 3, 4]
    assert pairing.ticks[:, 1].tolist() == [0, 1, 2, 3, 4, 5]


def test_no_picture_is_taken_from_a_tick_yet_to_come() -> None:
    wild = np.random.default_rng(0).integers(0, 600 * MS, (50, 3))

    pairing = pair_pictures(wild)

    assert (pairing.ticks <= np.arange(50)[:, None]).all()
    assert (pairing.ticks >= 0).all()


def test_what_was_measured_at_a_moment_is_returned_bit_for_bit() -> None:
    vectors = np.random.default_rng(0).normal(size=(6, 10)).astype(np.float32)

    np.testing.assert_array_equal(vectors_at(vectors, TICKS_NS, TICKS_NS[2:]), vectors[2:])


def test_between_two_ticks_positions_go_straight_and_rotations_the_shortest_turn() -> None:
    vectors = np.stack([vector(0.0, 0.0, 0.08), vector(0.2, 1.0, 0.0)])

    (found,) = vectors_at(vectors, TICKS_NS[:2], np.array([25 * MS]))

    np.testing.assert_allclose(found, vector(0.05, 0.25, 0.06), atol=1e-12)
    rotation = Pose.from_vector(found[pose_slice(0)]).rotation
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.isclose(found[gripper_index(0, 1)], 0.06)


def test_beyond_what_was_measured_the_ends_hold() -> None:
    vectors = np.stack([vector(0.0), vector(0.2)])

    found = vectors_at(vectors, TICKS_NS[:2], np.array([-MS, 500 * MS]))

    np.testing.assert_array_equal(found, vectors)


def test_a_history_tells_a_moment_of_the_past_and_ignores_repetitions() -> None:
    history = StateHistory()
    for tick, captured_ns in enumerate(TICKS_NS.tolist()):
        history.add(captured_ns, vector(0.1 * tick))
    history.add(int(TICKS_NS[-1]), vector(9.0))

    assert np.isclose(history.at(230 * MS)[0], 0.23)
    assert np.isclose(history.at(600 * MS)[0], 0.5)


def test_surroundings_show_one_moment() -> None:
    surroundings = Surroundings(ARMS)
    for tick, captured_ns in enumerate(TICKS_NS.tolist()):
        frames = {
            "scene": CameraFrame(BLACK, captured_ns - 120 * MS),
            "wrist": CameraFrame(BLACK, captured_ns),
        }
        surroundings.add(measured(0.1 * tick, captured_ns), frames)

    observation = surroundings.observation("Lift it.")

    assert observation.state.captured_ns == 380 * MS
    assert np.isclose(observation.state.arms["right"].pose.position[0], 0.38)
    taken = {name: frame.captured_ns for name, frame in observation.frames.items()}
    assert taken == {"scene": 380 * MS, "wrist": 400 * MS}


def test_surroundings_of_one_moment_are_shown_as_they_are() -> None:
    surroundings = Surroundings(ARMS)
    state = measured(0.1, 5)
    surroundings.add(state, {})

    assert surroundings.observation("Lift it.").state is state


def measured(x_m: float, captured_ns: int) -> StationState:
    return state_from_vector(vector(x_m), ARMS, captured_ns)
