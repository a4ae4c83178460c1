"""Pictures survive the way; what is no picture of this station's cameras is refused."""

import random
import warnings
from collections.abc import Mapping

import msgspec
import numpy as np
import pytest

from lbm_studio.core.errors import StudioError
from lbm_studio.link.frames import Image, TickFrames
from lbm_studio.link.messages import FramesReady
from lbm_studio.link.remote.pictures import pack, unpack
from tests.link.remote.mutation import mutated_parts

SIZES = {"front": (48, 64), "side": (96, 128)}
FUZZED = 400
READY = FramesReady(
    number=7,
    captured_ns=5000,
    slot=3,
    seconds=0.02,
    devices_ns={"front": 17},
    troubles={"side": "The camera is unplugged."},
)


def gradient(size: tuple[int, int], shade: int = 0) -> Image:
    height, width = size
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack(
        [rows * 255 // height, columns * 255 // width, np.full(size, shade)], axis=-1
    ).astype(np.uint8)


@pytest.fixture
def frames() -> TickFrames:
    images = {name: gradient(size, 60) for name, size in SIZES.items()}
    return TickFrames(7, 5000, images, {"front": 5000, "side": 4800})


def test_pictures_arrive_as_they_were_with_every_moment_translated(frames: TickFrames):
    arrived, ready = unpack(pack(frames, READY), SIZES, here=lambda moment_ns: moment_ns - 1000)

    assert (arrived.number, arrived.captured_ns) == (7, 4000)
    assert ready == msgspec.structs.replace(READY, captured_ns=4000)
    assert arrived.images_captured_ns == {"front": 4000, "side": 3800}
    for name, image in frames.images.items():
        difference = np.abs(arrived.images[name].astype(int) - image.astype(int))
        assert difference.mean() < 1.0


@pytest.mark.parametrize(
    "sizes",
    [
        {"front": (48, 64)},
        {**SIZES, "back": (48, 64)},
        {"front": (48, 64), "back": (96, 128)},
        {"front": (96, 128), "side": (96, 128)},
    ],
    ids=["fewer", "more", "others", "larger"],
)
def test_pictures_of_other_cameras_are_refused(
    frames: TickFrames, sizes: Mapping[str, tuple[int, int]]
):
    with pytest.raises(StudioError):
        unpack(pack(frames, READY), sizes)


def test_nothing_arriving_is_refused():
    for parts in ([], [b""], [b"x", b"y"]):
        with pytest.raises(StudioError):
            unpack(parts, SIZES)


def test_whatever_becomes_of_the_bytes_it_is_pictures_of_the_right_size_or_refused(
    frames: TickFrames,
):
    random_source = random.Random(0)
    genuine = pack(frames, READY)
    outcomes = {True: 0, False: 0}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(FUZZED):
            outcomes[is_refused(mutated_parts(genuine, random_source))] += 1

    assert outcomes[True] > FUZZED / 10


def is_refused(parts: list[bytes]) -> bool:
    try:
        arrived, _ = unpack(parts, SIZES)
    except StudioError:
        return True
    assert {name: image.shape[:2] for name, image in arrived.images.items()} == SIZES
    return False
