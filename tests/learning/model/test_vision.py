"""Heat maps become keypoints."""

import torch
from torch import Tensor

from lbm_studio.learning.model.vision import peak_argmax, soft_argmax


def map_with_peaks(*cells: tuple[int, int]) -> Tensor:
    logits = torch.full((1, 1, 20, 40), -20.0)
    for number, (row, column) in enumerate(cells):
        logits[0, 0, row, column] = -0.2 * number
    return logits


def test_a_single_peak_is_found_where_it_is_by_both() -> None:
    logits = map_with_peaks((4, 30))

    for read in (soft_argmax, peak_argmax):
        keypoint, probability = read(logits)
        torch.testing.assert_close(keypoint[0, 0], torch.tensor([30.5 / 40, 4.5 / 20]))
        assert probability.item() > 0.99


def test_torn_between_two_objects_the_higher_peak_is_taken_and_the_doubt_is_told() -> None:
    logits = map_with_peaks((4, 30), (15, 5))

    between, _ = soft_argmax(logits)
    keypoint, probability = peak_argmax(logits)

    assert 10 / 40 < between[0, 0, 0] < 25 / 40
    torch.testing.assert_close(keypoint[0, 0], torch.tensor([30.5 / 40, 4.5 / 20]))
    assert 0.5 < probability.item() < 0.6
