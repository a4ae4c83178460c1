"""What an arm is asked to do, one step or a chunk at a time, and the vector both are stored as.

Vector layout for arms (a, b): ``[a xyz, a rot6d, b xyz, b rot6d, a grip, b grip]``; positions and
gripper widths in metres, rotations as the top two rows of R. For the dual FR3 that is 20 numbers,
right arm first. The same layout holds the measured state. A chunk is learned relative to the
measured pose at the current step: every pose of the chunk is expressed in that arm's end effector
frame at the moment of the observation; grippers stay absolute.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.errors import StudioError
from lbm_studio.core.pose import (
    POSE_VECTOR_SIZE,
    FloatArray,
    Pose,
    matrix_from_rotation_6d,
    rotation_6d_from_matrix,
)


@dataclass(frozen=True)
class ActionConvention:
    """How action vectors are to be read. Two sources may be mixed only if theirs are equal.

    Attributes:
        arms: arm order of the vector.
        rotation: representation of rotations.
        reference: the frame poses are stored in.
        gripper: meaning of the gripper numbers.
    """

    arms: tuple[str, ...]
    rotation: str = "rotation_6d_top_two_rows"
    reference: str = "station_frame_commanded"
    gripper: str = "width_m"

    def in_words(self) -> str:
        """Return e.g. ``"right, left / rotation_6d_top_two_rows / ... / width_m"``."""
        return " / ".join((", ".join(self.arms), self.rotation, self.reference, self.gripper))


@dataclass(frozen=True)
class ArmTarget:
    """Where one end effector should be at the end of the step, in the station frame.

    Attributes:
        pose: of the end effector in the station frame.
        gripper_width_m: distance between the fingers [m].
    """

    pose: Pose
    gripper_width_m: float


@dataclass(frozen=True)
class Action:
    """One step for every arm of the station, by arm name."""

    arms: Mapping[str, ArmTarget]

    def as_vector(self, arm_names: Sequence[str]) -> FloatArray:
        """Return (A,) in the layout of this module."""
        poses = [self.arms[name].pose.as_vector() for name in arm_names]
        widths = [self.arms[name].gripper_width_m for name in arm_names]
        return np.concatenate([*poses, widths])

    @classmethod
    def from_vector(cls, vector: NDArray[np.floating], arm_names: Sequence[str]) -> "Action":
        """Build from (A,) in the layout of this module.

        Raises:
            StudioError: the vector was made for another number of arms.
        """
        expected = (len(arm_names) * (POSE_VECTOR_SIZE + 1),)
        if np.shape(vector) != expected:
            arms = " and ".join(arm_names)
            raise StudioError(
                f"An action for {arms} has {expected[0]} numbers, not {np.size(vector)}."
            )
        return cls(
            {
                name: ArmTarget(
                    Pose.from_vector(vector[pose_slice(index)]),
                    float(vector[gripper_index(index, len(arm_names))]),
                )
                for index, name in enumerate(arm_names)
            }
        )


@dataclass(frozen=True)
class ActionChunk:
    """Consecutive actions in the station frame, decoded against one observation.

    Attributes:
        actions: one action a step of the chunk; index ``past`` is the first to execute.
        past: how many leading actions lie before the observation.
        observed_ns: capture time of the observation the chunk answers [ns].
        intent: per camera (arms, 3): where each arm will next open or close its gripper, x to the
            right and y downwards as fractions of the image, and how sure that is. Empty when the
            policy gives none.
    """

    actions: tuple[Action, ...]
    past: int
    observed_ns: int
    intent: Mapping[str, FloatArray]


def pose_slice(arm_index: int) -> slice:
    """Return where the pose of the ``arm_index``-th arm lies in a vector."""
    return slice(arm_index * POSE_VECTOR_SIZE, (arm_index + 1) * POSE_VECTOR_SIZE)


def gripper_index(arm_index: int, arm_count: int) -> int:
    """Return where the gripper width of the ``arm_index``-th arm lies in a vector."""
    return arm_count * POSE_VECTOR_SIZE + arm_index


def arm_count(vector_size: int) -> int:
    """Return how many arms a vector of that length describes."""
    return vector_size // (POSE_VECTOR_SIZE + 1)


def vector_names(arm_names: Sequence[str]) -> list[str]:
    """Return a name with unit for each number of the vector, e.g. ``"right.x_m"``."""
    pose = [
        *(f"{axis}_m" for axis in "xyz"),
        *(f"r{row}{column}" for row in "01" for column in "012"),
    ]
    names = [f"{arm}.{part}" for arm in arm_names for part in pose]
    return [*names, *(f"{arm}.gripper_m" for arm in arm_names)]


def relative_chunk(vectors: NDArray[np.floating], state: NDArray[np.floating]) -> FloatArray:
    """Express (..., T, A) absolute vectors relative to the state (..., A); grippers unchanged."""
    result = np.array(vectors, dtype=np.float64)
    for index in range(arm_count(result.shape[-1])):
        part = pose_slice(index)
        origin, frame = _split(np.asarray(state)[..., part])
        position, rotation = _split(result[..., part])
        inverse = np.swapaxes(frame, -1, -2)[..., None, :, :]
        offset = (position - origin[..., None, :])[..., None]
        result[..., part] = _join((inverse @ offset)[..., 0], inverse @ rotation)
    return result


def absolute_chunk(vectors: NDArray[np.floating], state: NDArray[np.floating]) -> FloatArray:
    """Inverse of :func:`relative_chunk` for the same state."""
    result = np.array(vectors, dtype=np.float64)
    for index in range(arm_count(result.shape[-1])):
        part = pose_slice(index)
        origin, frame = _split(np.asarray(state)[..., part])
        position, rotation = _split(result[..., part])
        frame = frame[..., None, :, :]
        moved = (frame @ position[..., None])[..., 0] + origin[..., None, :]
        result[..., part] = _join(moved, frame @ rotation)
    return result


def _split(pose_vectors: NDArray[np.floating]) -> tuple[FloatArray, FloatArray]:
    values = np.asarray(pose_vectors, dtype=np.float64)
    return values[..., :3], matrix_from_rotation_6d(values[..., 3:])


def _join(position: FloatArray, rotation: FloatArray) -> FloatArray:
    return np.concatenate([position, rotation_6d_from_matrix(rotation)], axis=-1)
