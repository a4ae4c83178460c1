"""How evenly the starts of the demonstrations of a goal cover the table.

Where the first object lay is read off where a hand first closes; without a grasp, where the hands
begin.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lbm_studio.episodes.quality.finding import Finding, FindingKind, Severity
from lbm_studio.episodes.quality.record import EpisodeRecord

CLOSING_M = 0.01
"""A gripper that closes by this much grasps [m]."""
FIELDS = 4
"""Fields of the grid, each way."""
FEWEST = 5
NARROW_M = 0.03
UNEVEN = 0.6


@dataclass(frozen=True, eq=False)
class Coverage:
    """Where the demonstrations of one goal begin.

    Attributes:
        goal: their prompt.
        places_m: (N, 2) x and y of the first grasp, or of the hand that moves most [m].
        fields: how many of the fields of a grid over their bounding box hold one.
        expected: how many would, were they spread at random.
    """

    goal: str
    places_m: NDArray[np.float64]
    fields: int
    expected: float

    @property
    def spread_m(self) -> float:
        """The longer side of their bounding box [m]."""
        return float(np.ptp(self.places_m, axis=0).max())


def measure_coverage(records: Sequence[EpisodeRecord]) -> tuple[Coverage, ...]:
    """Return where the demonstrations of each goal begin, goal by goal."""
    places: defaultdict[str, list[NDArray[np.float64]]] = defaultdict(list)
    for record in records:
        if record.view.part <= 1:
            places[record.view.labels.goal].append(start_place_m(record)[:2])
    return tuple(_coverage(goal, np.stack(found)) for goal, found in places.items())


def check_coverage(coverage: Sequence[Coverage]) -> Iterator[Finding]:
    """Yield the goals whose demonstrations begin too much alike."""
    for one in coverage:
        if len(one.places_m) < FEWEST:
            continue
        if one.spread_m < NARROW_M:
            sentence = (
                f"All {len(one.places_m)} demonstrations of “{one.goal}” begin within"
                f" {100 * one.spread_m:.0f} cm: a policy will know no other place."
            )
            yield Finding(FindingKind.COVERAGE, Severity.DOUBT, sentence)
        elif one.fields < UNEVEN * one.expected:
            sentence = (
                f"The demonstrations of “{one.goal}” begin in {one.fields} of {FIELDS**2} fields;"
                f" spread at random they would in {one.expected:.0f}."
            )
            yield Finding(FindingKind.COVERAGE, Severity.HINT, sentence)


def first_grasp_m(record: EpisodeRecord) -> NDArray[np.float64] | None:
    """Return (3,), where a hand first closes on something; None where none does."""
    earliest: tuple[int, int] | None = None
    for arm, widths in enumerate(record.widths_m):
        closing = np.maximum.accumulate(widths) - widths > CLOSING_M
        if closing.any():
            earliest = min(earliest or (len(widths), 0), (int(closing.argmax()), arm))
    return None if earliest is None else record.positions_m[earliest[1], earliest[0]]


def start_place_m(record: EpisodeRecord) -> NDArray[np.float64]:
    """Return (3,), where a hand first closes, or where the hand begins that moves most [m]."""
    grasp_m = first_grasp_m(record)
    if grasp_m is not None:
        return grasp_m
    busiest = int(np.argmax(np.ptp(record.positions_m, axis=1).max(axis=1)))
    return record.positions_m[busiest, 0]


def _coverage(goal: str, places_m: NDArray[np.float64]) -> Coverage:
    low, size = places_m.min(axis=0), np.maximum(np.ptp(places_m, axis=0), 1e-9)
    fields = np.minimum((places_m - low) / size * FIELDS, FIELDS - 1).astype(int)
    occupied = len({tuple(field) for field in fields.tolist()})
    total = FIELDS**2
    return Coverage(goal, places_m, occupied, total * (1 - (1 - 1 / total) ** len(places_m)))


FEWEST_KNOWN = 3
"""Starts that are needed to say where others are missing."""


def thinnest_place_m(places_m: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return (2,), the middle of the field in which the fewest of (N, 2) starts lie [m].

    Of several such fields, the one that is farthest from any start. None with too few starts, or
    where they do not spread.
    """
    if len(places_m) < FEWEST_KNOWN or np.ptp(places_m, axis=0).min() < NARROW_M / FIELDS:
        return None
    low, size = places_m.min(axis=0), np.ptp(places_m, axis=0)
    steps = (np.arange(FIELDS) + 0.5) / FIELDS
    middles = low + size * np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(
        -1, 2
    )
    distances = np.linalg.norm(middles[:, None] - places_m, axis=-1)  # (fields, N)
    owners = np.argmin(distances, axis=0)
    counts = np.bincount(owners, minlength=len(middles))
    best = min(range(len(middles)), key=lambda k: (counts[k], -distances[k].min()))
    return middles[best]
