"""Pictures become tensors."""

import numpy as np

from lbm_studio.learning.model.images import images_to_tensor, shrink


def test_shrinking_averages_blocks() -> None:
    image = np.zeros((1, 4, 6, 3), dtype=np.uint8)
    image[0, :2, :2] = 100
    image[0, 0, 0] = 200

    small = shrink(image, 2)

    assert small.shape == (1, 2, 3, 3)
    assert small[0, 0, 0, 0] == 125
    assert small[0, 1, 2, 0] == 0


def test_colours_become_the_first_of_the_last_three_dimensions() -> None:
    image = np.zeros((2, 4, 6, 3), dtype=np.uint8)
    image[..., 1] = 255

    tensor = images_to_tensor(image)

    assert tensor.shape == (2, 3, 4, 6)
    assert tensor[:, 1].min() == 0.5
    assert tensor[:, 0].max() == -0.5
