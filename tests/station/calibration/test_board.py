import numpy as np

from lbm_studio.station.calibration.board import MODULES, Board


def test_the_frame_of_a_board_is_at_its_centre_x_to_the_right_and_y_up() -> None:
    board = Board(columns=7, rows=5, square_m=0.05)

    corners = board.corners_m

    assert corners.shape == (24, 3)
    np.testing.assert_allclose(corners.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(corners[0], [-0.125, 0.075, 0.0])  # the top left one
    np.testing.assert_allclose(corners[1] - corners[0], [0.05, 0.0, 0.0], atol=1e-12)


def test_the_light_squares_carry_markers() -> None:
    board = Board(columns=7, rows=5)

    pattern = board.pattern
    first, second = pattern[:MODULES, :MODULES], pattern[:MODULES, MODULES : 2 * MODULES]

    assert pattern.shape == (5 * MODULES, 7 * MODULES)
    assert first.all()
    assert not second[0].any()  # a light frame around the marker
    assert second[1, 1:-1].all()  # its dark border
    assert 0 < second[2:-2, 2:-2].sum() < 16
