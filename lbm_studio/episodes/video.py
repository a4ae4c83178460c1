"""Pictures to MP4 and back (H.264, yuv420p), frame by frame and without a shift of colour.

One keyframe a second: a whole episode decodes in one pass and any frame is reached by decoding at
most a second. There are no B-frames, so the i-th packet is the i-th picture. RGB is converted with
BT.601 coefficients in limited range, rounded accurately, and the stream is tagged so; reading uses
the tags of the file. Colour is stored at half resolution, hence a picture decoded directly at half
size (``size_px``) is almost lossless even on small saturated objects.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self, cast

import av
import numpy as np
from av import VideoStream
from av.error import FFmpegError
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    ColorTrc,
    Interpolation,
    VideoReformatter,
)
from numpy.typing import NDArray

from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes import trust

Image = NDArray[np.uint8]

CODEC = "h264"
PIXEL_FORMAT = "yuv420p"
PRESET = "ultrafast"
QUALITY_CRF = 20
X264_OPTIONS: Mapping[str, int] = {"chromaloc": 1, "chroma-qp-offset": -6}
"""Colour samples lie in the centre of their four pixels, where averaging puts them, and are stored
finer than brightness: small saturated objects are what matters."""

_ENCODE_FLAGS = Interpolation.AREA | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP
_FULL_SIZE_FLAGS = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
_REDUCE_FLAGS = Interpolation.AREA | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
_STUMBLES = (
    FFmpegError,
    OSError,
    ValueError,
    LookupError,
    ArithmeticError,
    MemoryError,
    AttributeError,
)
"""What reading a damaged video raises; the last where nobody knows its codec."""

_SMPTE_170M = 6  # AVCOL_SPC_SMPTE170M: the BT.601 matrix as video files name it.


def keyframe_interval(rate_hz: int) -> int:
    """Return the distance between keyframes [frames]: one second."""
    return max(1, rate_hz)


def describe(width_px: int, height_px: int, rate_hz: int) -> dict[str, Any]:
    """Return the ``info`` entry of a video feature as LeRobot names its parts."""
    return {
        "video.height": height_px,
        "video.width": width_px,
        "video.codec": CODEC,
        "video.pix_fmt": PIXEL_FORMAT,
        "video.fps": rate_hz,
        "video.channels": 3,
        "has_audio": False,
        "video.g": keyframe_interval(rate_hz),
        "video.crf": QUALITY_CRF,
        "video.preset": PRESET,
        "video.fast_decode": 0,
        "video.video_backend": "pyav",
        "video.extra_options": dict(X264_OPTIONS),
        "is_depth_map": False,
    }


class VideoEncoder:
    """Writes one video, one picture at a time, on the calling thread.

    Args:
        path: file to create.
        width_px: picture width, even [px].
        height_px: picture height, even [px].
        rate_hz: pictures a second [Hz].
    """

    def __init__(self, path: Path, *, width_px: int, height_px: int, rate_hz: int) -> None:
        self.frames = 0
        # PyAV's hints are partial: its packets are generic, its streams take any keyword.
        self._container: Any = av.open(str(path), "w", format="mp4")
        self._stream = cast("VideoStream", self._container.add_stream("libx264", rate=rate_hz))
        self._stream.width, self._stream.height = width_px, height_px
        self._stream.pix_fmt = PIXEL_FORMAT
        self._stream.options = {
            "preset": PRESET,
            "crf": str(QUALITY_CRF),
            "g": str(keyframe_interval(rate_hz)),
            "bf": "0",
            "x264-params": ":".join(f"{name}={value}" for name, value in X264_OPTIONS.items()),
        }
        self._tag()
        self._converter = VideoReformatter()

    def add(self, image: Image) -> None:
        """Append one (H, W, 3) RGB picture."""
        picture = self._converter.reformat(
            av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24"),
            format=PIXEL_FORMAT,
            interpolation=_ENCODE_FLAGS,
            dst_colorspace=Colorspace.ITU601,
            dst_color_range=ColorRange.MPEG,
            threads=1,
        )
        picture.pts = self.frames
        self._container.mux(self._encode(picture))
        self.frames += 1

    def finish(self) -> None:
        """Write what is still in the encoder and close the file."""
        self._container.mux(self._encode(None))
        self._container.close()

    def abandon(self) -> None:
        """Close the file without caring for its contents."""
        try:
            self._container.close()
        except OSError:
            return  # The file is about to be deleted, most likely because the disk is full.

    def _encode(self, picture: av.VideoFrame | None) -> list[Any]:
        return cast("Any", self._stream).encode(picture)

    def _tag(self) -> None:
        context = self._stream.codec_context
        context.thread_count = 1
        context.colorspace = _SMPTE_170M
        context.color_range = ColorRange.MPEG
        context.color_primaries = ColorPrimaries.SMPTE170M
        context.color_trc = ColorTrc.SMPTE170M


class VideoReader:
    """Reads one video. A context manager.

    Args:
        path: the file.
        rate_hz: pictures a second of the dataset [Hz].

    Raises:
        DatasetError: the file is missing or damaged.
    """

    def __init__(self, path: Path, rate_hz: float) -> None:
        self._path = path
        self._rate_hz = rate_hz
        self._has_decoded = False
        if not trust.is_there(path):
            raise DatasetError(f"The video “{path}” is missing.")
        try:
            self._container = av.open(str(path))
            self._stream = self._container.streams.video[0]
            self._stream.codec_context.thread_count = 1
        except _STUMBLES as error:
            raise _damaged(path, error) from error

    @property
    def size_px(self) -> tuple[int, int]:
        """Stored (width, height) of the pictures [px]."""
        return self._stream.width, self._stream.height

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def count_frames(self) -> int:
        """Return how many pictures the file holds, by counting its packets."""
        try:
            return sum(1 for packet in self._container.demux(self._stream) if packet.size)
        except _STUMBLES as error:
            raise _damaged(self._path, error) from error

    def frames(
        self, first: int, count: int, *, size_px: tuple[int, int] | None = None
    ) -> Iterator[Image]:
        """Yield ``count`` (H, W, 3) RGB pictures from number ``first`` on.

        Args:
            first: number of the first picture within the file.
            count: how many.
            size_px: (width, height) to reduce to by averaging areas; the stored size by default
                [px].

        Raises:
            DatasetError: the file is damaged or holds fewer pictures.
        """
        found = 0
        try:
            for picture in self._decode_from(first):
                if found == count:
                    return
                yield self._convert(picture, size_px)
                found += 1
        except _STUMBLES as error:
            raise _damaged(self._path, error) from error
        if found < count:
            raise DatasetError(
                f"“{self._path}” holds {first + found} pictures where {first + count} are expected:"
                " the video is damaged."
            )

    def _decode_from(self, first: int) -> Iterator[av.VideoFrame]:
        time_base = self._stream.time_base
        if time_base is None:
            raise DatasetError(f"“{self._path}” is damaged: its video has no time base.")
        if first or self._has_decoded:
            moment = round(first / self._rate_hz / time_base)
            self._container.seek(moment, stream=self._stream, backward=True)
        self._has_decoded = True
        self._converter = VideoReformatter()
        for picture in self._container.decode(self._stream):
            number = round((picture.pts or 0) * float(time_base) * self._rate_hz)
            if number >= first:
                yield picture

    def _convert(self, picture: av.VideoFrame, size_px: tuple[int, int] | None) -> Image:
        stored = (picture.width, picture.height)
        width, height = size_px or self.size_px
        converted = self._converter.reformat(
            picture,
            width=width,
            height=height,
            format="rgb24",
            interpolation=_FULL_SIZE_FLAGS if (width, height) == stored else _REDUCE_FLAGS,
            threads=1,
        )
        return np.asarray(converted.to_ndarray(), dtype=np.uint8)


def count_frames(path: Path) -> int:
    """Return how many pictures a video file holds, by counting its packets.

    Raises:
        DatasetError: the file is missing or damaged.
    """
    with VideoReader(path, rate_hz=1.0) as reader:
        return reader.count_frames()


def _damaged(path: Path, error: Exception) -> DatasetError:
    return DatasetError(f"The video “{path}” is damaged and cannot be read ({error}).")
