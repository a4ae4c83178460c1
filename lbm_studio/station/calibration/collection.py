"""Choosing pictures from a stream: those that show the board, at rest, in a new way."""

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.calibration import RULES, CalibrationStep
from lbm_studio.core.pose import Pose
from lbm_studio.station.calibration.detection import BoardFinder, Sighting
from lbm_studio.station.calibration.pictures import PictureFolder
from lbm_studio.station.calibration.variety import is_alike, is_still

_REST_M = 2e-4
_REST_RAD = 1e-3

NOT_SEEN = "The board is not seen."
MOVING = "Hold still."
ALIKE = "Move on: this view is taken."
TAKEN = "Taken. Move on."


class Collection:
    """Takes pictures into a folder until there are enough of every camera.

    Args:
        finder: of the board.
        step: says how many are wanted.
        cameras: that look at it.
        folder: where the pictures go.
    """

    def __init__(
        self,
        finder: BoardFinder,
        step: CalibrationStep,
        cameras: tuple[str, ...],
        folder: PictureFolder,
    ) -> None:
        self._finder = finder
        self._wanted = RULES[step].wanted
        self._folder = folder
        self._taken: dict[str, list[Sighting]] = {name: [] for name in cameras}
        self._last: dict[str, tuple[Sighting, Pose | None]] = {}

    @property
    def done(self) -> int:
        """How many pictures there are of the camera that has fewest."""
        return min(len(taken) for taken in self._taken.values())

    @property
    def is_complete(self) -> bool:
        """Whether there are enough."""
        return self.done >= self._wanted

    def offer(
        self, camera: str, image: NDArray[np.uint8], hand: Pose | None = None, *, is_raw: bool
    ) -> str:
        """Take a picture if it is a good one; return what to do next.

        Args:
            camera: that took it.
            image: (H, W, 3) RGB.
            hand: pose of the end effector that carries the camera, in the frame of its arm's base.
            is_raw: whether it shows what the lens does.
        """
        seen, width_px = self._finder.find(image), image.shape[1]
        last = self._last.pop(camera, None)
        if seen is None:
            return NOT_SEEN
        self._last[camera] = (seen, hand)
        if last is None or not (is_still(last[0], seen, width_px) and _is_at_rest(last[1], hand)):
            return MOVING
        if any(is_alike(seen, each, width_px) for each in self._taken[camera]):
            return ALIKE
        self._taken[camera].append(seen)
        self._folder.add(camera, image, hand, is_raw=is_raw)
        return TAKEN


def _is_at_rest(before: Pose | None, now: Pose | None) -> bool:
    if before is None or now is None:
        return True
    return before.distance_m(now) < _REST_M and before.angle_rad(now) < _REST_RAD
