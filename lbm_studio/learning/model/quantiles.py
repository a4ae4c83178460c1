"""Quantiles of many numbers, kept small enough to be saved and merged with those of others.

A merged quantile is read off the mixture of the distribution functions: exact at the levels that
are kept where the parts are alike, and between two neighbouring ones where they are not. The levels
lie densely around those that normalisation needs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.pose import FloatArray

_TAIL = (0.0, 0.005, 0.01, 0.015, 0.0175, 0.02, 0.0225, 0.025, 0.03, 0.04, 0.06, 0.1, 0.25)
LEVELS = (*_TAIL, 0.5, *(1.0 - level for level in reversed(_TAIL)))
DECIMALS = 6
"""Kept when written: a thousandth of a millimetre."""


@dataclass(frozen=True)
class Quantiles:
    """What is known of the distribution of some numbers.

    Attributes:
        count: how many samples were measured.
        values: (levels, ...) quantiles of each number.
    """

    count: int
    values: FloatArray

    @classmethod
    def measure(cls, samples: NDArray[np.floating]) -> "Quantiles":
        """Measure (N, ...) samples."""
        return cls(len(samples), np.quantile(samples, LEVELS, axis=0).astype(np.float64))

    @classmethod
    def merge(cls, parts: Sequence["Quantiles"]) -> "Quantiles":
        """Return the quantiles of all samples together; each counts once, whoever measured it."""
        if len(parts) == 1:
            return parts[0]
        counts = np.array([part.count for part in parts], dtype=np.float64)
        shares = counts / counts.sum()
        shape = parts[0].values.shape
        columns = np.stack([part.values.reshape(len(LEVELS), -1) for part in parts])
        merged = [_merged(columns[:, :, n], shares) for n in range(columns.shape[2])]
        return cls(int(counts.sum()), np.stack(merged, axis=1).reshape(shape))

    def at(self, level: float) -> FloatArray:
        """Return the quantile at a level that is kept."""
        return self.values[LEVELS.index(level)]

    def as_json(self) -> dict[str, Any]:
        return {"count": self.count, "values": self.values.round(DECIMALS).tolist()}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Quantiles":
        return cls(int(raw["count"]), np.array(raw["values"], dtype=np.float64))


def _merged(values: FloatArray, shares: FloatArray) -> FloatArray:
    """Return the quantiles of a mixture of one number, given (parts, levels) quantiles."""
    places = np.unique(values)
    # A number that occurs often makes the function jump: its height before and after the jump.
    after = shares @ np.stack([np.interp(places, part, LEVELS) for part in values])
    mirrored = -values[:, ::-1]
    from_above = [np.interp(-places[::-1], part, LEVELS)[::-1] for part in mirrored]
    before = 1.0 - shares @ np.stack(from_above)
    heights = np.stack([before, after], axis=1).ravel()
    return np.interp(LEVELS, np.maximum.accumulate(heights), np.repeat(places, 2))
