"""What a policy saw before, in the frames of an episode."""

import numpy as np

from lbm_studio.learning.training.history import with_earlier

STEP = np.array([0, 1, 2, 3, 4, 5, 2, 4, 6])
EPISODE = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1])


def looks(*rows: int, steps: int = 2, gap: int = 2) -> list[int]:
    return with_earlier(np.array(rows), STEP, EPISODE, steps=steps, gap=gap).tolist()


def test_one_look_is_the_frame_itself() -> None:
    assert looks(3, 8, steps=1) == [3, 8]


def test_earlier_looks_come_first() -> None:
    assert looks(5, 3) == [3, 5, 1, 3]
    assert looks(5, steps=3) == [1, 3, 5]


def test_the_first_frame_of_an_episode_stands_in_for_older_ones() -> None:
    assert looks(1, 6) == [0, 1, 6, 6]


def test_where_frames_were_left_out_the_last_one_before_is_taken() -> None:
    assert looks(8, gap=3) == [6, 8]
