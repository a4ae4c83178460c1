from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.video import VideoEncoder, VideoReader, count_frames


def encode(path: Path, images: NDArray[np.uint8], rate_hz: int = 10) -> Path:
    height, width = images.shape[1:3]
    encoder = VideoEncoder(path, width_px=width, height_px=height, rate_hz=rate_hz)
    for image in images:
        encoder.add(image)
    encoder.finish()
    return path


def decode(path: Path, first: int, count: int) -> NDArray[np.uint8]:
    with VideoReader(path, 10) as reader:
        return np.stack(list(reader.frames(first, count)))


def scene(frames: int) -> NDArray[np.uint8]:
    """Return a table with four small saturated cubes that move."""
    images = np.full((frames, 288, 384, 3), (184, 168, 148), np.uint8)
    colours = [(217, 38, 30), (38, 166, 51), (38, 76, 217), (242, 204, 25)]
    for number in range(frames):
        for k, colour in enumerate(colours):
            left = 40 + 70 * k + 3 * number
            images[number, 100 + 20 * k : 118 + 20 * k, left : left + 18] = colour
    return images


def psnr_db(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    return float(10 * np.log10(255**2 / np.mean((a.astype(float) - b) ** 2)))


def test_flat_colours_are_not_shifted(tmp_path: Path) -> None:
    colours = np.random.default_rng(0).integers(0, 256, (40, 3), np.uint8)
    images = np.broadcast_to(colours[:, None, None, :], (40, 48, 64, 3)).copy()

    error = decode(encode(tmp_path / "v.mp4", images), 0, 40)[:, 24, 32].astype(int) - colours

    assert np.abs(error).max() <= 4
    assert np.abs(error.mean(axis=0)).max() < 0.5


def test_small_coloured_objects_stay_crisp(tmp_path: Path) -> None:
    images = scene(12)
    coloured = (images != images[0, 0, 0]).any(axis=-1)

    decoded = decode(encode(tmp_path / "v.mp4", images), 0, 12)

    assert psnr_db(images, decoded) > 40.0
    assert psnr_db(images[coloured], decoded[coloured]) > 27.0


def test_half_size_is_nearly_lossless_even_on_them(tmp_path: Path) -> None:
    images = scene(6)
    halved = images.reshape(6, 144, 2, 192, 2, 3).mean(axis=(2, 4))
    coloured = (np.abs(halved - halved[0, 0, 0]) > 1).any(axis=-1)

    with VideoReader(encode(tmp_path / "v.mp4", images), 10) as reader:
        decoded = np.stack(list(reader.frames(0, 6, size_px=(192, 144))))

    assert psnr_db(decoded[coloured], halved[coloured]) > 45.0


def test_the_file_says_which_colours_it_holds(tmp_path: Path) -> None:
    with av.open(str(encode(tmp_path / "v.mp4", scene(2)))) as container:
        frame = next(container.decode(container.streams.video[0]))

    assert (frame.format.name, frame.colorspace, frame.color_range) == ("yuv420p", 6, 1)


def test_packets_are_counted_without_decoding(tmp_path: Path) -> None:
    assert count_frames(encode(tmp_path / "v.mp4", scene(23))) == 23


@pytest.mark.parametrize("first", [0, 1, 9, 10, 11, 29])
def test_any_frame_is_reached(tmp_path: Path, first: int) -> None:
    images = np.stack([np.full((48, 64, 3), 8 * k, np.uint8) for k in range(30)])

    decoded = decode(encode(tmp_path / "v.mp4", images), first, 1)

    assert abs(int(decoded[0, 0, 0, 0]) - 8 * first) <= 2


def test_a_video_that_is_too_short_is_named(tmp_path: Path) -> None:
    path = encode(tmp_path / "v.mp4", scene(5))

    with pytest.raises(DatasetError, match="holds 5 pictures where 8 are expected"):
        decode(path, 0, 8)
