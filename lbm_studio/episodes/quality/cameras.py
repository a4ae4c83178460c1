"""Whether an episode shows under one camera's name what another camera sees.

The first picture of every episode is compared with what most episodes of the same station show
under each name. Two cameras may look much alike, so only the places count at which most episodes
show that they differ. Brightness is taken out: a lamp is no other camera.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.quality.finding import Finding, FindingKind, Severity
from lbm_studio.episodes.quality.record import EpisodeRecord

FEWEST = 3
"""Episodes of a station from which on most of them mean something."""
OTHER, PERHAPS_OTHER = -0.5, -0.2
"""A picture is 1 where it looks like its own camera, -1 where it looks like the other one."""
SCATTER = 0.4
"""Where most pictures fall below 1 by more than this, the cameras cannot be told apart."""
TELLING = 0.15
"""Cameras whose pictures usually differ by less cannot be told apart either."""
SAME_SHARE = 0.2
"""Two cameras show the same when they differ by less than this share of what is usual."""
NOISE = 0.05
CHECKED_TAG = "checked"
"""Says that a person looked at an episode and found its cameras right."""

_SWAPPED = "each shows what the other one shows in most episodes."

Look = NDArray[np.float64]


def check_cameras(records: Sequence[EpisodeRecord]) -> Iterator[Finding]:
    """Yield the episodes whose cameras are swapped, or show the same."""
    by_station: defaultdict[str, list[EpisodeRecord]] = defaultdict(list)
    for record in records:
        by_station[record.station.name].append(record)
    for group in by_station.values():
        if len(group) >= FEWEST:
            yield from _check_station(group)


def _check_station(records: Sequence[EpisodeRecord]) -> Iterator[Finding]:
    looks = [_looks(record) for record in records]
    cameras = dict.fromkeys(camera for seen in looks for camera in seen)
    for one, other in combinations(cameras, 2):
        shown = [
            (record, seen[one], seen[other])
            for record, seen in zip(records, looks, strict=True)
            if one in seen and other in seen
        ]
        if len(shown) >= FEWEST:
            yield from _compare(shown, one, other)


def _compare(
    shown: Sequence[tuple[EpisodeRecord, Look, Look]], one: str, other: str
) -> Iterator[Finding]:
    apart = np.array([np.mean(np.abs(a - b)) for _, a, b in shown])
    if np.median(apart) < TELLING:
        return
    pair = _Pair.measure([a for _, a, _ in shown], [b for _, _, b in shown])
    scores = np.array([pair.scores(a, b) for _, a, b in shown])  # (episodes, 2)
    scatter = float(np.median(np.maximum(1.0 - scores, 0.0), axis=0).max())
    can_tell = scatter < SCATTER
    for (record, _, _), score, distance in zip(shown, scores, apart, strict=True):
        if CHECKED_TAG in record.view.labels.tags:
            continue
        advice = f"If they are right, tag the episode “{CHECKED_TAG}”."
        if distance < SAME_SHARE * np.median(apart):
            severity, what = Severity.RUIN, "show the same picture."
        elif can_tell and score.max() < OTHER:
            severity, what = Severity.RUIN, f"are swapped: {_SWAPPED}"
        elif can_tell and score.max() < PERHAPS_OTHER:
            severity, what = Severity.DOUBT, f"may be swapped: {_SWAPPED}"
        else:
            continue
        clause = f"the cameras “{one}” and “{other}” {what} {advice}"
        yield record.finding(FindingKind.SWAPPED_CAMERAS, severity, clause)


@dataclass(frozen=True)
class _Pair:
    """What tells two cameras apart.

    Attributes:
        middle: halfway between what they usually show.
        weights: how much each place says, positive where the first camera shows more.
    """

    middle: Look
    weights: Look

    @classmethod
    def measure(cls, first: Sequence[Look], second: Sequence[Look]) -> "_Pair":
        usual, scatter = zip(_usual(first), _usual(second), strict=True)
        difference = usual[0] - usual[1]
        weights = difference / (scatter[0] ** 2 + scatter[1] ** 2)
        return cls((usual[0] + usual[1]) / 2, weights / max(np.sum(weights * difference) / 2, 1e-9))

    def scores(self, first: Look, second: Look) -> tuple[float, float]:
        """Return how much each picture looks like its own camera: 1, or -1 like the other."""
        one = float(np.sum((first - self.middle) * self.weights))
        return one, -float(np.sum((second - self.middle) * self.weights))


def _usual(looks: Sequence[Look]) -> tuple[Look, Look]:
    """Return what most pictures show, and how much they scatter about it."""
    stack = np.stack(looks)
    usual = np.median(stack, axis=0)
    return usual, np.median(np.abs(stack - usual), axis=0) + NOISE


def _looks(record: EpisodeRecord) -> Mapping[str, Look]:
    """Return the first picture of each camera; those that cannot be read are told elsewhere."""
    looks: dict[str, Look] = {}
    for camera in record.dataset.cameras:
        try:
            picture = record.thumbnails(camera, (0,))[0]
        except DatasetError:
            continue
        looks[camera] = (picture - picture.mean()) / (picture.std() + 1.0)
    return looks
