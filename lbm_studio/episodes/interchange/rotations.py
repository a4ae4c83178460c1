"""The ways in which programs write rotations down, and how positions go with them."""

from collections.abc import Callable, Mapping
from enum import StrEnum

import numpy as np

from lbm_studio.core.errors import DatasetError
from lbm_studio.core.pose import FloatArray, matrix_from_rotation_6d, rotation_from_vector

_SMALLEST = 1e-6


class Rotation(StrEnum):
    """A representation of rotations."""

    QUATERNION_XYZW = "quaternion_xyzw"
    QUATERNION_WXYZ = "quaternion_wxyz"
    ROTATION_VECTOR = "rotation_vector"
    EULER_XYZ = "euler_xyz"
    EULER_XYZ_DEG = "euler_xyz_deg"
    EULER_XYZ_MOVING = "euler_xyz_moving"
    ROTATION_6D_ROWS = "rotation_6d_rows"
    ROTATION_6D_COLUMNS = "rotation_6d_columns"
    MATRIX_ROWS = "matrix_rows"
    MATRIX_COLUMNS = "matrix_columns"


MEANINGS: Mapping[Rotation, str] = {
    Rotation.QUATERNION_XYZW: "unit quaternion, real part last",
    Rotation.QUATERNION_WXYZ: "unit quaternion, real part first",
    Rotation.ROTATION_VECTOR: "axis times angle [rad]",
    Rotation.EULER_XYZ: "roll, pitch, yaw about fixed axes [rad]",
    Rotation.EULER_XYZ_DEG: "roll, pitch, yaw about fixed axes [deg]",
    Rotation.EULER_XYZ_MOVING: "about the turned x, then y, then z axis [rad]",
    Rotation.ROTATION_6D_ROWS: "the top two rows of the matrix",
    Rotation.ROTATION_6D_COLUMNS: "the first two columns of the matrix",
    Rotation.MATRIX_ROWS: "the matrix, row by row",
    Rotation.MATRIX_COLUMNS: "the matrix, column by column",
}

SIZES: Mapping[Rotation, int] = {
    Rotation.QUATERNION_XYZW: 4,
    Rotation.QUATERNION_WXYZ: 4,
    Rotation.ROTATION_VECTOR: 3,
    Rotation.EULER_XYZ: 3,
    Rotation.EULER_XYZ_DEG: 3,
    Rotation.EULER_XYZ_MOVING: 3,
    Rotation.ROTATION_6D_ROWS: 6,
    Rotation.ROTATION_6D_COLUMNS: 6,
    Rotation.MATRIX_ROWS: 9,
    Rotation.MATRIX_COLUMNS: 9,
}
"""Numbers of one rotation."""


def matrices(values: FloatArray, rotation: Rotation) -> FloatArray:
    """Return (T, 3, 3) rotation matrices of (T, n) numbers.

    Raises:
        DatasetError: some of them are no rotations.
    """
    return _READERS[rotation](np.asarray(values, dtype=np.float64))


def euler_matrices(angles_rad: FloatArray) -> FloatArray:
    """Return (T, 3, 3) turns about the fixed x, then y, then z axis by (T, 3) angles [rad]."""
    x, y, z = (_about(axis, angles_rad[:, axis]) for axis in range(3))
    return z @ y @ x


def euler_angles(rotation: FloatArray) -> FloatArray:
    """Return the (3,) angles about the fixed x, y, z axis [rad] that make a (3, 3) rotation."""
    pitch = np.arcsin(np.clip(-rotation[2, 0], -1.0, 1.0))
    if np.abs(rotation[2, 0]) > 1.0 - _SMALLEST:  # roll and yaw turn about the same axis
        yaw = np.arctan2(-rotation[0, 1], rotation[1, 1])
        return np.array([0.0, pitch, yaw])
    roll = np.arctan2(rotation[2, 1], rotation[2, 2])
    return np.array([roll, pitch, np.arctan2(rotation[1, 0], rotation[0, 0])])


def _about(axis: int, angles_rad: FloatArray) -> FloatArray:
    cosine, sine = np.cos(angles_rad), np.sin(angles_rad)
    first, second = (axis + 1) % 3, (axis + 2) % 3
    turn = np.zeros((len(angles_rad), 3, 3))
    turn[:, axis, axis] = 1.0
    turn[:, first, first] = turn[:, second, second] = cosine
    turn[:, second, first] = sine
    turn[:, first, second] = -sine
    return turn


def _from_quaternions(xyzw: FloatArray) -> FloatArray:
    norm = np.linalg.norm(xyzw, axis=1, keepdims=True)
    if np.any(norm < _SMALLEST):
        raise DatasetError("A quaternion is zero, which is no rotation: check which numbers it is.")
    x, y, z, w = (xyzw / norm).T
    return np.stack(
        [
            np.stack([1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)], axis=-1),
            np.stack([2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)], axis=-1),
            np.stack([2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)], axis=-1),
        ],
        axis=-2,
    )


def _from_vectors(vectors: FloatArray) -> FloatArray:
    return np.stack([rotation_from_vector(vector) for vector in vectors])


def _from_rows(values: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(values.reshape(len(values), 2, 3), axis=-1)
    if np.any(lengths < _SMALLEST):
        raise DatasetError("A rotation has an empty row: check which numbers it is.")
    return matrix_from_rotation_6d(values)


def _from_matrix(values: FloatArray) -> FloatArray:
    found = values.reshape(-1, 3, 3)
    nearest = _from_rows(values[:, :6])
    if not np.allclose(found, nearest, atol=0.05):
        raise DatasetError("Nine numbers are no rotation matrix: check which numbers it is.")
    return nearest


def _transposed(rotations: FloatArray) -> FloatArray:
    return np.swapaxes(rotations, -1, -2)


_READERS: Mapping[Rotation, Callable[[FloatArray], FloatArray]] = {
    Rotation.QUATERNION_XYZW: _from_quaternions,
    Rotation.QUATERNION_WXYZ: lambda v: _from_quaternions(v[:, [1, 2, 3, 0]]),
    Rotation.ROTATION_VECTOR: _from_vectors,
    Rotation.EULER_XYZ: euler_matrices,
    Rotation.EULER_XYZ_DEG: lambda v: euler_matrices(np.radians(v)),
    Rotation.EULER_XYZ_MOVING: lambda v: _transposed(euler_matrices(-v)),
    Rotation.ROTATION_6D_ROWS: _from_rows,
    Rotation.ROTATION_6D_COLUMNS: lambda v: _transposed(_from_rows(v)),
    Rotation.MATRIX_ROWS: _from_matrix,
    Rotation.MATRIX_COLUMNS: lambda v: _transposed(_from_matrix(v)),
}
