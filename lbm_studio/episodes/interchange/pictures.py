"""Encoded pictures to arrays, and arrays to the size and orientation a camera slot has."""

import io
import warnings
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

import numpy as np
from PIL import Image as PillowImage

from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.interchange.foreign import MAX_PIXELS
from lbm_studio.episodes.video import Image

ENCODINGS = ("JPEG", "PNG")


class Fit(StrEnum):
    """How a picture of another shape fills the slot."""

    CROP = "crop"
    PAD = "pad"
    STRETCH = "stretch"


def decode(data: bytes, what: str) -> Image:
    """Return the (H, W, 3) RGB picture that JPEG or PNG data holds.

    Raises:
        DatasetError: the data is damaged, of another kind, or claims an absurd size.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Pillow warns of pictures that grow too large.
            with PillowImage.open(io.BytesIO(data), formats=ENCODINGS) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise DatasetError(
                        f"{what} holds a picture of {picture.width} x {picture.height} pixels,"
                        " which no camera gives."
                    )
                return np.asarray(picture.convert("RGB"))
    except (
        OSError,
        ValueError,
        SyntaxError,
        Warning,
        PillowImage.DecompressionBombError,
    ) as error:
        raise DatasetError(
            f"{what} holds a picture that is damaged or neither JPEG nor PNG ({error})."
        ) from error


def fitted(
    image: Image, size_px: tuple[int, int], fit: Fit, *, turn_deg: int = 0, mirrored: bool = False
) -> Image:
    """Return a picture turned, mirrored and scaled to the slot.

    Args:
        image: (H, W, 3) RGB.
        size_px: (width, height) of the slot [px].
        fit: what happens to another shape: cut off, surrounded by black, or distorted.
        turn_deg: counter-clockwise, a multiple of 90 [deg].
        mirrored: whether left and right are exchanged after turning.
    """
    turned = np.rot90(image, turn_deg // 90)
    turned = turned[:, ::-1] if mirrored else turned
    if (turned.shape[1], turned.shape[0]) == size_px:
        return np.ascontiguousarray(turned)
    picture = PillowImage.fromarray(np.ascontiguousarray(turned))
    if fit is Fit.STRETCH:
        return np.asarray(picture.resize(size_px, _filter(picture.width / size_px[0])))
    return _cropped(picture, size_px) if fit is Fit.CROP else _padded(picture, size_px)


def picked(images: Iterable[Image], frames: Sequence[int]) -> Iterator[Image]:
    """Yield the pictures with the given rising numbers; one named twice is yielded twice.

    Raises:
        DatasetError: there are fewer.
    """
    numbered = enumerate(images)
    number, shown = -1, None
    for frame in frames:
        while number < frame:
            try:
                number, shown = next(numbered)
            except StopIteration:
                raise DatasetError(
                    f"A camera has only {number + 1} pictures: the episode is damaged."
                ) from None
        if shown is not None:
            yield shown


def _cropped(picture: PillowImage.Image, size_px: tuple[int, int]) -> Image:
    width, height = size_px
    scale = min(picture.width / width, picture.height / height)
    left = (picture.width - scale * width) / 2.0
    top = (picture.height - scale * height) / 2.0
    box = (left, top, left + scale * width, top + scale * height)
    return np.asarray(picture.resize(size_px, _filter(scale), box=box))


def _padded(picture: PillowImage.Image, size_px: tuple[int, int]) -> Image:
    width, height = size_px
    scale = max(picture.width / width, picture.height / height)
    inner = (max(1, round(picture.width / scale)), max(1, round(picture.height / scale)))
    canvas = np.zeros((height, width, 3), dtype=np.uint8)
    left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
    canvas[top : top + inner[1], left : left + inner[0]] = np.asarray(
        picture.resize(inner, _filter(scale))
    )
    return canvas


def _filter(scale: float) -> PillowImage.Resampling:
    """Average areas when reducing; interpolate when enlarging."""
    return PillowImage.Resampling.BOX if scale >= 1.0 else PillowImage.Resampling.BILINEAR
