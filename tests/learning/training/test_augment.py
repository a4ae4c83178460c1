"""Pictures are changed within bounds: grey stays grey, and colours turn and fade."""

import numpy as np
import pytest
import torch

from lbm_studio.learning.model.images import images_to_tensor
from lbm_studio.learning.training.augment import recolour, shift
from lbm_studio.learning.training.spec import UNCHANGED, Augmentation

STILL = Augmentation(shift=0.0, contrast=UNCHANGED, colour_offset=0.0)
GENERATOR = np.random.default_rng(0)


def coloured(*colour: int) -> np.ndarray:
    return np.tile(np.array(colour, dtype=np.uint8), (4, 2, 6, 8, 1))


def changed(images: np.ndarray, **bounds: object) -> torch.Tensor:
    still = {name: getattr(STILL, name) for name in STILL.__dataclass_fields__}
    return recolour(images, Augmentation(**{**still, **bounds}), GENERATOR)


def test_without_bounds_nothing_changes() -> None:
    images = GENERATOR.integers(0, 256, (2, 3, 5, 6, 3), dtype=np.uint8)

    shown, moved = shift(images, STILL, GENERATOR)

    np.testing.assert_array_equal(shown, images)
    assert not moved.any()
    torch.testing.assert_close(recolour(images, STILL, GENERATOR), images_to_tensor(images))


def test_brightness_scales_from_black_and_contrast_from_grey() -> None:
    bright = changed(coloured(100, 200, 0), brightness=(1.2, 1.2))
    flat = changed(coloured(100, 200, 0), contrast=(0.5, 0.5))

    expected = torch.tensor([120.0, 240.0, 0.0]) / 255 - 0.5
    torch.testing.assert_close(bright[0, 0, :, 0, 0], expected)
    expected = 0.5 * (torch.tensor([100.0, 200.0, 0.0]) / 255 - 0.5)
    torch.testing.assert_close(flat[0, 0, :, 0, 0], expected)


@pytest.mark.parametrize("bounds", [{"saturation": (0.0, 2.0)}, {"hue": 0.5}])
def test_grey_stays_grey_whatever_becomes_of_colours(bounds: dict[str, object]) -> None:
    grey, red = coloured(90, 90, 90), coloured(200, 30, 30)

    torch.testing.assert_close(changed(grey, **bounds), images_to_tensor(grey), atol=2e-3, rtol=0)
    assert (changed(red, **bounds) - images_to_tensor(red)).abs().max() > 0.05


def test_without_saturation_a_picture_has_no_colours() -> None:
    faded = changed(coloured(200, 30, 60), saturation=(0.0, 0.0))

    assert faded.std(dim=2).max() < 2e-3


def test_a_third_of_the_circle_turns_red_towards_another_colour() -> None:
    red = images_to_tensor(coloured(200, 30, 30))[0, 0, :, 0, 0]

    turned = changed(coloured(200, 30, 30), hue=0.5)[:, :, :, 0, 0].flatten(0, 1)

    assert (turned.argmax(dim=1) != red.argmax()).any()
