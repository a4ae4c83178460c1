"""Minimum, maximum, mean, deviation and quantiles of every feature, per episode and merged.

Columns are counted whole. Images are sampled while they are recorded, as histograms of one pixel in
sixteen of every fourth picture, so that no picture has to be decoded again; their values are scaled
to 0..1 and their count is of pixels. Quantiles of merged statistics are bounds, as LeRobot merges
them: the smallest of the lower ones, the largest of the upper ones.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.pose import FloatArray
from lbm_studio.episodes import trust

QUANTILES: Mapping[str, float] = {
    "q01": 0.01,
    "q10": 0.1,
    "q50": 0.5,
    "q90": 0.9,
    "q99": 0.99,
}
MOMENTS = ("min", "max", "mean", "std")
COUNT = "count"
NAMES = (*MOMENTS, COUNT, *QUANTILES)

_PIXEL_STRIDE = 4
_FRAME_STRIDE = 4
_LEVELS = 256


@dataclass(frozen=True)
class FeatureStatistics:
    """Statistics of one feature.

    Attributes:
        count: how many samples.
        values: by name of ``MOMENTS`` and ``QUANTILES``: one number per dimension or colour.
    """

    count: int
    values: Mapping[str, FloatArray]

    @property
    def size(self) -> int:
        """How many dimensions or colours there are."""
        return self.values["mean"].size

    def as_record(self, *, is_image: bool) -> dict[str, Any]:
        """Return the JSON values by name; those of an image are 3 x 1 x 1."""
        shape = (-1, 1, 1) if is_image else (-1,)
        record: dict[str, Any] = {k: v.reshape(shape).tolist() for k, v in self.values.items()}
        return {name: [self.count] if name == COUNT else record[name] for name in NAMES}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "FeatureStatistics":
        """Build from what :meth:`as_record` returned.

        Raises:
            LookupError, TypeError, ValueError: it is something else.
        """
        names = (*MOMENTS, *QUANTILES)
        values = {name: np.asarray(record[name], dtype=np.float64).reshape(-1) for name in names}
        if len({value.size for value in values.values()}) > 1:
            raise ValueError("statistics of several sizes")
        return cls(trust.whole(record[COUNT][0], least=1, most=2**62), values)


def of_values(values: NDArray[Any]) -> FeatureStatistics:
    """Return the statistics of (T,) or (T, D) numbers or truth values, T > 0."""
    samples = np.asarray(values, dtype=np.float64).reshape(len(values), -1)
    quantiles = np.quantile(samples, list(QUANTILES.values()), axis=0)
    return FeatureStatistics(
        len(samples),
        {
            "min": samples.min(axis=0),
            "max": samples.max(axis=0),
            "mean": samples.mean(axis=0),
            "std": samples.std(axis=0),
            **dict(zip(QUANTILES, quantiles, strict=True)),
        },
    )


class ImageSampler:
    """Collects a histogram per colour of the pictures of one camera."""

    def __init__(self) -> None:
        self._seen = 0
        self._histograms = np.zeros((3, _LEVELS), dtype=np.int64)

    def add(self, image: NDArray[np.uint8]) -> None:
        """Look at one (H, W, 3) picture."""
        if self._seen % _FRAME_STRIDE == 0:
            pixels = image[::_PIXEL_STRIDE, ::_PIXEL_STRIDE].reshape(-1, 3)
            for colour in range(3):
                self._histograms[colour] += np.bincount(pixels[:, colour], minlength=_LEVELS)
        self._seen += 1

    def statistics(self) -> FeatureStatistics:
        """Return the statistics of the pictures so far, at least one, scaled to 0..1."""
        levels = np.arange(_LEVELS) / (_LEVELS - 1)
        share = self._histograms / self._histograms.sum(axis=1, keepdims=True)  # (3, levels)
        mean = share @ levels
        deviation = np.sqrt(np.maximum(share @ levels**2 - mean**2, 0.0))
        reached = np.cumsum(share, axis=1)
        present = self._histograms > 0
        values = {
            "min": levels[present.argmax(axis=1)],
            "max": levels[_LEVELS - 1 - present[:, ::-1].argmax(axis=1)],
            "mean": mean,
            "std": deviation,
        }
        for name, fraction in QUANTILES.items():
            values[name] = levels[(reached >= fraction - 1e-12).argmax(axis=1)]
        return FeatureStatistics(int(self._histograms[0].sum()), values)


def merge(first: FeatureStatistics, second: FeatureStatistics) -> FeatureStatistics:
    """Return the statistics of both sets of samples together."""
    a, b = first.values, second.values
    count = first.count + second.count
    weight = second.count / count
    mean = (1.0 - weight) * a["mean"] + weight * b["mean"]
    spread = (1.0 - weight) * weight * (b["mean"] - a["mean"]) ** 2
    variance = (1.0 - weight) * a["std"] ** 2 + weight * b["std"] ** 2 + spread
    values = {
        "min": np.minimum(a["min"], b["min"]),
        "max": np.maximum(a["max"], b["max"]),
        "mean": mean,
        "std": np.sqrt(variance),
    }
    for name, fraction in QUANTILES.items():
        bound = np.minimum if fraction <= QUANTILES["q50"] else np.maximum
        values[name] = bound(a[name], b[name])
    return FeatureStatistics(count, values)


def merge_all(
    episodes: Iterable[Mapping[str, FeatureStatistics]],
) -> dict[str, FeatureStatistics]:
    """Return the statistics by feature of all episodes together."""
    total: dict[str, FeatureStatistics] = {}
    for episode in episodes:
        for key, statistics in episode.items():
            total[key] = merge(total[key], statistics) if key in total else statistics
    return total
