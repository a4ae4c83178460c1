"""How well what was found explains what was seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lbm_studio.core.pose import FloatArray
from lbm_studio.core.station_file import Intrinsics
from lbm_studio.station.calibration.detection import Sighting
from lbm_studio.station.calibration.lens import project

_MM_PER_M = 1000.0
_USUAL_PX = 0.5
_SMALLEST = 1e-12


@dataclass(frozen=True)
class Residual:
    """Root mean square of the distances between where corners are and where they should be.

    Attributes:
        px: in the pictures [px].
        mm: the same at the distance of the board [mm].
    """

    px: float
    mm: float


@dataclass(frozen=True, eq=False)
class Expectation:
    """Where a camera should have seen the corners of one sighting.

    Attributes:
        sighting: what it did see.
        lens: of the camera.
        corners_m: (N, 3) the corners in the camera's frame [m].
    """

    sighting: Sighting
    lens: Intrinsics
    corners_m: FloatArray

    @property
    def errors_px(self) -> FloatArray:
        """(N, 2) expected minus seen [px]."""
        return project(self.lens, self.corners_m) - self.sighting.corners_px


def misfit(expectations: Sequence[Expectation]) -> FloatArray:
    """Return what is to be made small: all errors, large ones shortened (Cauchy's loss) [px].

    A corner that a finger half hides is read several pixels wrong, and must not drag the others.
    """
    errors_px = np.concatenate([each.errors_px for each in expectations])
    squares = (errors_px**2).sum(axis=1, keepdims=True) / _USUAL_PX**2
    shortened = np.sqrt(np.log1p(squares) / np.maximum(squares, _SMALLEST))
    return (errors_px * shortened).ravel()


def residual_of(expectations: Sequence[Expectation]) -> Residual:
    """Return what is left over on average."""
    squares_px = [(each.errors_px**2).sum(axis=1) for each in expectations]
    scales = [-each.corners_m[:, 2] / each.lens.fx_px * _MM_PER_M for each in expectations]
    px, mm_per_px = np.concatenate(squares_px), np.concatenate(scales)
    return Residual(float(np.sqrt(px.mean())), float(np.sqrt((px * mm_per_px**2).mean())))
