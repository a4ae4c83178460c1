"""From a device's picture to the one a policy sees: turned, mirrored, cropped, ideal, of its size.

A policy sees an ideal pinhole that looks through the middle of its picture (CameraDescription). A
calibrated camera is rectified to exactly that; of one that is not, the largest part of the right
proportions is taken from the middle. A picture that is made smaller is averaged, never thinned out.

Legend: H, W size of a picture [px].
"""

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.errors import StationError
from lbm_studio.core.station_file import CameraSetup, Intrinsics
from lbm_studio.core.turning import turn_picture
from lbm_studio.station.calibration.lens import ideal_lens, lens_matrix
from lbm_studio.station.cameras.source import Image
from lbm_studio.station.opencv import load_opencv

_FINEST = 8
"""How many times finer than it is shown a picture is rectified at most."""

Map = NDArray[np.float32]


class PicturePipeline:
    """What is done to every picture of one camera; planned at the first, then only carried out.

    Args:
        setup: the slot.

    Raises:
        StationError: OpenCV is not installed.
    """

    def __init__(self, setup: CameraSetup) -> None:
        self._cv2 = load_opencv()
        self._setup = setup
        self._size = (setup.width_px, setup.height_px)
        self._planned_for: tuple[int, int] | None = None
        self._maps: tuple[Map, Map] | None = None
        self._middle = (slice(None), slice(None))
        self.coverage = 1.0
        """Share of the policy's picture that the lens really shows, once a picture was seen."""

    def __call__(self, image: Image) -> Image:
        """Return (height_px, width_px, 3) of the setup from (H, W, 3).

        Raises:
            StationError: the crop lies outside the picture.
        """
        upright = cropped(turned(image, self._setup), self._setup)
        if upright.shape[:2] != self._planned_for:
            self._plan(upright.shape[0], upright.shape[1])
        if self._maps is None:
            upright = upright[self._middle]
        else:
            upright = self._cv2.remap(
                np.ascontiguousarray(upright), *self._maps, self._cv2.INTER_LINEAR
            )
        return self._resized(upright)

    def _resized(self, image: Image) -> Image:
        if image.shape[:2] == self._size[::-1]:
            return np.ascontiguousarray(image)
        is_smaller = image.shape[0] > self._size[1]
        how = self._cv2.INTER_AREA if is_smaller else self._cv2.INTER_LINEAR
        return self._cv2.resize(np.ascontiguousarray(image), self._size, interpolation=how)

    def _plan(self, height: int, width: int) -> None:
        self._planned_for = (height, width)
        lens = self._setup.intrinsics
        if lens is None:
            self._middle = _middle_part(height, width, self._size)
        else:
            self._maps = self._rectification(lens)
            x, y = self._sources(lens)
            inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
            self.coverage = float(np.mean(inside))

    def _rectification(self, lens: Intrinsics) -> tuple[Map, Map]:
        """Return OpenCV's maps, finer than the result where the device is."""
        ideal = ideal_lens(*self._size, self._setup.vertical_fov_rad)
        finer = int(np.clip(np.ceil(lens.fy_px / ideal.fy_px), 1, _FINEST))
        width, height = (finer * length for length in self._size)
        target = ideal_lens(width, height, self._setup.vertical_fov_rad)
        return self._undistortion(lens, target, (width, height), self._cv2.CV_16SC2)

    def _sources(self, lens: Intrinsics) -> tuple[Map, Map]:
        """Return where each pixel of the result comes from, x and y (H, W) [px]."""
        target = ideal_lens(*self._size, self._setup.vertical_fov_rad)
        return self._undistortion(lens, target, self._size, self._cv2.CV_32FC1)

    def _undistortion(
        self, lens: Intrinsics, target: Intrinsics, size: tuple[int, int], kind: int
    ) -> tuple[Map, Map]:
        x, y = self._cv2.initUndistortRectifyMap(
            lens_matrix(lens), np.array(lens.distortion), None, lens_matrix(target), size, kind
        )
        return x, y


def turned(image: Image, setup: CameraSetup) -> Image:
    """Return the picture after rotation and mirror, a view."""
    return turn_picture(image, setup.rotation_deg, mirror=setup.mirror)


def cropped(image: Image, setup: CameraSetup) -> Image:
    """Return what the setup keeps of a picture that is turned already.

    Raises:
        StationError: the crop lies outside the picture.
    """
    if setup.crop_px is None:
        return image
    x, y, width, height = setup.crop_px
    if x + width > image.shape[1] or y + height > image.shape[0]:
        raise StationError(
            f"The crop of the camera “{setup.name}” reaches beyond its picture of "
            f"{image.shape[1]} x {image.shape[0]} pixels. Change it on the Station panel."
        )
    return image[y : y + height, x : x + width]


def _middle_part(height: int, width: int, size: tuple[int, int]) -> tuple[slice, slice]:
    """Return the largest part of a picture in its middle that has the proportions of ``size``."""
    scale = min(width / size[0], height / size[1])
    part = round(scale * size[1]), round(scale * size[0])
    top, left = (height - part[0]) // 2, (width - part[1]) // 2
    return slice(top, top + part[0]), slice(left, left + part[1])
