"""Rigid poses in SE(3) and the rotation representation the LBM papers use.

A pose is written ``a_T_b``: it takes coordinates in frame b to coordinates in frame a. The 6-D
rotation is the top two ROWS of the rotation matrix, flattened (TRI LBM paper, arXiv 2507.05331,
section IV-D1; not the column variant of Zhou et al. 2019). Mixing the two silently corrupts every
rotation, so the convention is stored with each dataset and checkpoint.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

POSE_VECTOR_SIZE = 9
"""xyz [m] followed by the 6-D rotation."""


@dataclass(frozen=True, eq=False)
class Pose:
    """A rigid transform.

    Attributes:
        position: (3,) translation [m].
        rotation: (3, 3) orthonormal rotation matrix.
    """

    position: FloatArray
    rotation: FloatArray

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Pose):
            return NotImplemented
        return np.array_equal(self.position, other.position) and np.array_equal(
            self.rotation, other.rotation
        )

    def __hash__(self) -> int:
        return hash((*self.position.tolist(), *self.rotation.ravel().tolist()))

    @classmethod
    def identity(cls) -> Self:
        return cls(np.zeros(3), np.eye(3))

    @classmethod
    def from_vector(cls, vector: NDArray[np.floating]) -> Self:
        """Build from (9,) xyz [m] + 6-D rotation; the rotation need not be exactly orthonormal."""
        values = np.asarray(vector, dtype=np.float64)
        return cls(values[:3].copy(), matrix_from_rotation_6d(values[3:POSE_VECTOR_SIZE]))

    def as_vector(self) -> FloatArray:
        """Return (9,) xyz [m] + 6-D rotation (top two rows)."""
        return np.concatenate([self.position, rotation_6d_from_matrix(self.rotation)])

    def inverse(self) -> "Pose":
        """Return ``b_T_a`` of this ``a_T_b``."""
        transposed = self.rotation.T
        return Pose(-transposed @ self.position, transposed)

    def __matmul__(self, other: "Pose") -> "Pose":
        """Return ``a_T_c`` from this ``a_T_b`` and ``b_T_c``."""
        return Pose(self.position + self.rotation @ other.position, self.rotation @ other.rotation)

    def relative_to(self, reference: "Pose") -> "Pose":
        """Return this pose expressed in the frame of ``reference`` (inverse(reference) @ self)."""
        return reference.inverse() @ self

    def apply(self, points: NDArray[np.floating]) -> FloatArray:
        """Take (..., 3) points [m] in the pose's own frame to the parent frame."""
        return np.asarray(points) @ self.rotation.T + self.position

    def distance_m(self, other: "Pose") -> float:
        """Return the distance between the two origins [m]."""
        return float(np.linalg.norm(self.position - other.position))

    def angle_rad(self, other: "Pose") -> float:
        """Return the angle of the rotation between the two [rad]."""
        return float(np.linalg.norm(rotation_vector(self.rotation.T @ other.rotation)))


def rotation_6d_from_matrix(rotation: NDArray[np.floating]) -> FloatArray:
    """Return (..., 6), the top two rows of (..., 3, 3), flattened."""
    matrix = np.asarray(rotation, dtype=np.float64)
    return matrix[..., :2, :].reshape(*matrix.shape[:-2], 6)


def matrix_from_rotation_6d(rotation_6d: NDArray[np.floating]) -> FloatArray:
    """Return the (..., 3, 3) rotation whose top two rows are nearest (Gram-Schmidt) to (..., 6).

    Rows that are zero or parallel fix no rotation; what they leave open is filled in, so that the
    result is proper.
    """
    values = np.asarray(rotation_6d, dtype=np.float64)
    first = _unit(values[..., :3], otherwise=np.array([1.0, 0.0, 0.0]))
    second: FloatArray = values[..., 3:6]
    second = second - first * np.sum(first * second, axis=-1, keepdims=True)
    second = _unit(second, otherwise=_perpendicular(first))
    return np.stack([first, second, np.cross(first, second)], axis=-2)


def _unit(vectors: FloatArray, *, otherwise: FloatArray) -> FloatArray:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.where(length < 1e-9, otherwise, vectors / np.maximum(length, 1e-9))


def _perpendicular(unit_vectors: FloatArray) -> FloatArray:
    other = np.eye(3)[np.argmin(np.abs(unit_vectors), axis=-1)]
    crossed = np.cross(unit_vectors, other)
    return crossed / np.linalg.norm(crossed, axis=-1, keepdims=True)


def rotation_vector(rotation: FloatArray) -> FloatArray:
    """Return the (3,) axis times angle [rad] of a (3, 3) rotation; exact up to and including pi."""
    skew = 0.5 * np.array(
        [
            rotation[2, 1] - rotation[1, 2],
            rotation[0, 2] - rotation[2, 0],
            rotation[1, 0] - rotation[0, 1],
        ]
    )
    sine = float(np.linalg.norm(skew))
    cosine = float(np.clip((np.trace(rotation) - 1.0) / 2.0, -1.0, 1.0))
    angle = float(np.arctan2(sine, cosine))
    if cosine > 0.0:
        return skew * (angle / sine) if sine > 1e-9 else skew
    axis = _axis_of_wide_turn(rotation, cosine)
    return angle * (-axis if axis @ skew < 0.0 else axis)


def _axis_of_wide_turn(rotation: FloatArray, cosine: float) -> FloatArray:
    """Return the axis, up to its sign, of a turn by more than pi/2.

    Unlike the skew part of the matrix, the symmetric part it is taken from does not vanish at pi.
    """
    outer = ((rotation + rotation.T) / 2.0 - cosine * np.eye(3)) / (1.0 - cosine)  # axis axis^T
    axis = outer[:, int(np.argmax(np.diag(outer)))]
    return axis / np.linalg.norm(axis)


def rotation_from_vector(vector: NDArray[np.floating]) -> FloatArray:
    """Return the (3, 3) rotation about (3,) axis times angle [rad] (Rodrigues)."""
    values = np.asarray(vector, dtype=np.float64)
    angle = float(np.linalg.norm(values))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = values / angle
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * cross @ cross


def interpolate(start: Pose, end: Pose, fraction: float) -> Pose:
    """Return the pose ``fraction`` of the way from start (0) to end (1): a straight line."""
    turn = rotation_vector(start.rotation.T @ end.rotation)
    return Pose(
        start.position + fraction * (end.position - start.position),
        start.rotation @ rotation_from_vector(fraction * turn),
    )
