import numpy as np
import pytest
from scipy.spatial.transform import Rotation as Scipy

from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.interchange.rotations import (
    MEANINGS,
    SIZES,
    Rotation,
    euler_angles,
    euler_matrices,
    matrices,
)

TURNS = Scipy.random(40, rng=np.random.default_rng(0))
ROWS = TURNS.as_matrix()[:, :2].reshape(-1, 6)
COLUMNS = TURNS.as_matrix()[:, :, :2].transpose(0, 2, 1).reshape(-1, 6)
WRITTEN = {
    Rotation.QUATERNION_XYZW: TURNS.as_quat(),
    Rotation.QUATERNION_WXYZ: TURNS.as_quat(scalar_first=True),
    Rotation.ROTATION_VECTOR: TURNS.as_rotvec(),
    Rotation.EULER_XYZ: TURNS.as_euler("xyz"),
    Rotation.EULER_XYZ_DEG: TURNS.as_euler("xyz", degrees=True),
    Rotation.EULER_XYZ_MOVING: TURNS.as_euler("XYZ"),
    Rotation.ROTATION_6D_ROWS: ROWS,
    Rotation.ROTATION_6D_COLUMNS: COLUMNS,
    Rotation.MATRIX_ROWS: TURNS.as_matrix().reshape(-1, 9),
    Rotation.MATRIX_COLUMNS: TURNS.as_matrix().transpose(0, 2, 1).reshape(-1, 9),
}


@pytest.mark.parametrize("rotation", Rotation)
def test_every_representation_is_read_as_scipy_writes_it(rotation: Rotation) -> None:
    written = WRITTEN[rotation]

    assert written.shape[1] == SIZES[rotation]
    assert MEANINGS[rotation]
    np.testing.assert_allclose(matrices(written, rotation), TURNS.as_matrix(), atol=1e-9)


@pytest.mark.parametrize(
    "rotation",
    [Rotation.QUATERNION_XYZW, Rotation.ROTATION_6D_ROWS, Rotation.MATRIX_ROWS],
)
def test_numbers_that_are_no_rotation_are_refused(rotation: Rotation) -> None:
    with pytest.raises(DatasetError, match="check which numbers"):
        matrices(np.zeros((2, SIZES[rotation])), rotation)


def test_a_sheared_matrix_is_refused() -> None:
    sheared = np.eye(3)
    sheared[0, 1] = 0.5

    with pytest.raises(DatasetError, match="no rotation matrix"):
        matrices(sheared.reshape(1, 9), Rotation.MATRIX_ROWS)


@pytest.mark.parametrize("turn", [*TURNS[:5], Scipy.from_euler("y", 90, degrees=True)])
def test_angles_of_a_rotation_give_it_back(turn: Scipy) -> None:
    angles = euler_angles(turn.as_matrix())

    np.testing.assert_allclose(euler_matrices(angles[None])[0], turn.as_matrix(), atol=1e-7)
