"""Action vectors and relative chunks, for one, two and three arms."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from lbm_studio.core.action import (
    Action,
    ActionConvention,
    ArmTarget,
    absolute_chunk,
    arm_count,
    gripper_index,
    pose_slice,
    relative_chunk,
    vector_names,
)
from lbm_studio.core.errors import StudioError
from lbm_studio.core.pose import FloatArray, Pose

ARM_SETS = [("right",), ("right", "left"), ("right", "left", "third")]
each_arm_set = pytest.mark.parametrize("arms", ARM_SETS, ids=lambda arms: f"{len(arms)} arms")


def random_action(arms: tuple[str, ...], seed: int) -> Action:
    generator = np.random.default_rng(seed)
    rotations = Rotation.random(len(arms), np.random.default_rng(seed)).as_matrix()
    return Action(
        {
            name: ArmTarget(
                Pose(generator.uniform(-0.5, 0.5, 3), rotation), generator.uniform(0, 0.08)
            )
            for name, rotation in zip(arms, rotations, strict=True)
        }
    )


def random_vectors(arms: tuple[str, ...], *shape: int) -> FloatArray:
    count = int(np.prod(shape))
    vectors = [random_action(arms, seed).as_vector(arms) for seed in range(count)]
    return np.stack(vectors).reshape(*shape, -1)


@each_arm_set
def test_an_action_survives_its_vector(arms: tuple[str, ...]) -> None:
    action = random_action(arms, 1)

    back = Action.from_vector(action.as_vector(arms), arms)

    for name in arms:
        np.testing.assert_allclose(
            back.arms[name].pose.rotation, action.arms[name].pose.rotation, atol=1e-12
        )
        np.testing.assert_array_equal(
            back.arms[name].pose.position, action.arms[name].pose.position
        )
        assert back.arms[name].gripper_width_m == action.arms[name].gripper_width_m


def test_the_vector_holds_all_poses_before_all_grippers_in_arm_order() -> None:
    action = random_action(("right", "left"), 2)

    vector = action.as_vector(("right", "left"))

    np.testing.assert_array_equal(vector[pose_slice(1)], action.arms["left"].pose.as_vector())
    assert vector[gripper_index(0, 2)] == action.arms["right"].gripper_width_m
    assert vector[-1] == action.arms["left"].gripper_width_m


@each_arm_set
def test_every_number_of_the_vector_has_a_name_with_a_unit_or_a_matrix_cell(
    arms: tuple[str, ...],
) -> None:
    names = vector_names(arms)

    assert len(set(names)) == len(names) == len(random_vectors(arms, 1)[0])
    assert names[0] == "right.x_m"
    assert names[3] == "right.r00"
    assert names[8] == "right.r12"
    assert names[gripper_index(0, len(arms))] == "right.gripper_m"
    assert arm_count(len(names)) == len(arms)


def test_a_vector_made_for_other_arms_is_refused_in_words() -> None:
    vector = random_action(("right", "left"), 3).as_vector(("right", "left"))

    with pytest.raises(StudioError, match="An action for right has 10 numbers, not 20"):
        Action.from_vector(vector, ("right",))


@each_arm_set
@pytest.mark.parametrize("batch", [(), (4,), (2, 3)], ids=["one", "batch", "nested"])
def test_a_chunk_made_relative_becomes_absolute_again(
    arms: tuple[str, ...], batch: tuple[int, ...]
) -> None:
    chunk = random_vectors(arms, *batch, 5)
    state = random_vectors(arms, *batch, 7)[..., -1, :]

    back = absolute_chunk(relative_chunk(chunk, state), state)

    np.testing.assert_allclose(back, chunk, atol=1e-12)


@each_arm_set
def test_a_relative_pose_is_expressed_in_that_arms_own_end_effector_frame(
    arms: tuple[str, ...],
) -> None:
    state, target = random_action(arms, 4), random_action(arms, 5)

    relative = relative_chunk(target.as_vector(arms)[None], state.as_vector(arms))[0]

    for index, name in enumerate(arms):
        expected = target.arms[name].pose.relative_to(state.arms[name].pose)
        np.testing.assert_allclose(relative[pose_slice(index)], expected.as_vector(), atol=1e-12)
        assert relative[gripper_index(index, len(arms))] == target.arms[name].gripper_width_m


@each_arm_set
def test_staying_where_it_is_measured_is_the_identity(arms: tuple[str, ...]) -> None:
    state = random_action(arms, 6).as_vector(arms)

    relative = relative_chunk(state[None], state)[0]

    for index in range(len(arms)):
        np.testing.assert_allclose(
            relative[pose_slice(index)], Pose.identity().as_vector(), atol=1e-12
        )


def test_making_a_chunk_relative_leaves_its_input_alone_and_accepts_single_precision() -> None:
    arms = ("right", "left")
    chunk = random_vectors(arms, 3).astype(np.float32)
    before = chunk.copy()

    back = absolute_chunk(relative_chunk(chunk, chunk[0]), chunk[0])

    np.testing.assert_array_equal(chunk, before)
    np.testing.assert_allclose(back, chunk, atol=1e-6)


def test_conventions_are_equal_only_for_the_same_arms_in_the_same_order() -> None:
    convention = ActionConvention(("right", "left"))

    assert convention == ActionConvention(("right", "left"))
    assert convention != ActionConvention(("left", "right"))
    assert convention != ActionConvention(
        ("right", "left"), rotation="rotation_6d_first_two_columns"
    )
