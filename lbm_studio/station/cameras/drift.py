"""Whether a camera has moved since its reference picture was taken, and by how many pixels.

What stands still is found again: features of both pictures are matched, and the motion that most of
them agree on is the camera's. Arms and objects that have moved agree on nothing; where too little
is left, nothing is claimed.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.cameras.source import Image
from lbm_studio.station.opencv import load_opencv

TOLERATED_PX = 2.0
"""A shift of less is within what matching can tell [px]."""

_FEATURES = 1000
_CONTRAST = 0.01
_UNLIKE_NEXT = 0.8  # a match must be so much better than the next best one
_AGREE_PX = 2.0
_FEWEST = 12
_FEWEST_CELLS = 5  # of 4 x 4: so far must what agrees be spread
_CELLS = 4
_GRID = np.linspace(0.1, 0.9, 5)


@dataclass(frozen=True)
class Drift:
    """What became of one camera.

    Attributes:
        shift_px: by how much its picture is displaced, on average; None when that cannot be told,
            since too little of what it saw is still there [px].
        agreeing: how many features say so.
    """

    shift_px: float | None
    agreeing: int

    @property
    def has_moved(self) -> bool:
        """Whether it certainly stands elsewhere."""
        return self.shift_px is not None and self.shift_px >= TOLERATED_PX

    @property
    def words(self) -> str:
        """What is to be said about it, going on from “It”."""
        if self.shift_px is None:
            return "sees too little of what it saw to tell whether it has moved"
        if self.has_moved:
            return f"has moved: its picture is displaced by {self.shift_px:.0f} px"
        return f"stands where it stood, within {TOLERATED_PX:.0f} px"


def measure_drift(reference: Image, picture: Image) -> Drift:
    """Return how far ``picture`` is displaced against ``reference``; both of one size.

    Raises:
        StationError: OpenCV is not installed.
    """
    cv2 = load_opencv()
    before, now = _matches(cv2, reference, picture)
    if len(before) < _FEWEST:
        return Drift(None, 0)
    size = np.array(picture.shape[1::-1], np.float64)
    still = np.linalg.norm(now - before, axis=1) < TOLERATED_PX
    if _is_spread(before[still], size):  # whatever else has moved did so by itself
        shift = float(np.median(np.linalg.norm((now - before)[still], axis=1)))
        return Drift(shift, int(still.sum()))
    motion, agreeing = cv2.estimateAffinePartial2D(
        before, now, method=cv2.RANSAC, ransacReprojThreshold=_AGREE_PX
    )
    if motion is None:
        return Drift(None, 0)
    agrees = np.asarray(agreeing).ravel() > 0
    if not _is_spread(before[agrees], size):
        return Drift(None, int(agrees.sum()))
    grid = np.stack(np.meshgrid(_GRID * size[0], _GRID * size[1]), axis=-1).reshape(-1, 2)
    moved = grid @ np.asarray(motion)[:, :2].T + np.asarray(motion)[:, 2] - grid
    return Drift(float(np.linalg.norm(moved, axis=1).mean()), int(agrees.sum()))


def _matches(cv2: Any, reference: Image, picture: Image) -> tuple[FloatArray, FloatArray]:
    """Return (N, 2) places of the same features in both pictures [px]."""
    finder = cv2.SIFT_create(_FEATURES, contrastThreshold=_CONTRAST)
    places, looks = [], []
    for image in (reference, picture):
        points, descriptors = finder.detectAndCompute(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), None)
        places.append(np.array([point.pt for point in points], np.float64).reshape(-1, 2))
        looks.append(descriptors)
    if any(look is None or len(look) < _FEWEST for look in looks):
        return np.zeros((0, 2)), np.zeros((0, 2))
    found = cv2.BFMatcher(cv2.NORM_L2).knnMatch(looks[0], looks[1], k=2)
    good = [best for best, other in found if best.distance < _UNLIKE_NEXT * other.distance]
    return (
        places[0][[match.queryIdx for match in good]],
        places[1][[match.trainIdx for match in good]],
    )


def _is_spread(points: FloatArray, size: FloatArray) -> bool:
    """Whether points are enough, and not all on one object."""
    if len(points) < _FEWEST:
        return False
    cells = np.unique((points / size * _CELLS).astype(int), axis=0)
    return len(cells) >= _FEWEST_CELLS
