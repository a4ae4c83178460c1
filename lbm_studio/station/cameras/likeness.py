"""How alike two pictures are, whatever the light: brightness and edges, compared coarsely."""

import numpy as np

from lbm_studio.core.pose import FloatArray
from lbm_studio.station.cameras.source import Image
from lbm_studio.station.opencv import load_opencv

_TONES = (32, 24)
_EDGES = (48, 36)


def likeness(first: Image, second: Image) -> float:
    """Return 1 for equal pictures, about 0 for unrelated ones; their sizes may differ.

    Raises:
        StationError: OpenCV is not installed.
    """
    pairs = zip(_features(first), _features(second), strict=True)
    return float(np.mean([np.vdot(one, other) for one, other in pairs]))


def _features(image: Image) -> tuple[FloatArray, FloatArray]:
    """Return coarse tones and directions of edges, each of length 1."""
    cv2 = load_opencv()
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float64)
    tones = cv2.GaussianBlur(cv2.resize(grey, _TONES, interpolation=cv2.INTER_AREA), (0, 0), 1.0)
    small = cv2.resize(grey, _EDGES, interpolation=cv2.INTER_AREA)
    slopes = np.stack([cv2.Sobel(small, cv2.CV_64F, *axis) for axis in ((1, 0), (0, 1))])
    steepness = np.linalg.norm(slopes, axis=0)
    return _unit(tones - tones.mean()), _unit(slopes / (steepness + steepness.mean() + 1e-9))


def _unit(values: FloatArray) -> FloatArray:
    return values / max(float(np.linalg.norm(values)), 1e-9)
