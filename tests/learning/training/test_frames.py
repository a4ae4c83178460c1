"""Which frames of an episode are learned from."""

import numpy as np

from lbm_studio.core.pose import Pose
from lbm_studio.learning.training.frames import first_moving_frame, spread_frames

STILL = np.tile(np.append(Pose.identity().as_vector(), 0.08), (20, 1))


def test_frames_before_anything_moves_are_left_out_but_for_the_last() -> None:
    moving = STILL.copy()
    moving[7:, 0] += 0.02

    assert first_moving_frame(moving, STILL) == 6
    assert first_moving_frame(STILL, moving) == 6


def test_turning_and_gripping_is_moving_as_well_and_trembling_is_not() -> None:
    turning, gripping, trembling = STILL.copy(), STILL.copy(), STILL.copy()
    turning[5:, 4] += 0.1
    gripping[9:, 9] = 0.0
    trembling[:, 0] += 0.001 * (-1.0) ** np.arange(20)

    assert first_moving_frame(turning, STILL) == 4
    assert first_moving_frame(STILL, gripping) == 8
    assert first_moving_frame(trembling, trembling) == 0


def test_chosen_frames_are_spread_over_the_whole_episode() -> None:
    chosen = spread_frames(5, 105, 10, np.random.default_rng(0))

    assert [(frame - 5) // 10 for frame in chosen] == list(range(10))
    assert spread_frames(5, 12, None, np.random.default_rng(0)).tolist() == list(range(5, 12))
    assert spread_frames(0, 7, 30, np.random.default_rng(0)).tolist() == list(range(7))
