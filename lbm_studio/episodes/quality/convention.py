"""Whether the numbers mean what they are said to mean: metres, absolute poses, two rotation rows.

What is wrong here is learned without complaint, and drives the arms somewhere else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lbm_studio.episodes.quality.finding import Finding, FindingKind, Severity
from lbm_studio.episodes.quality.record import EpisodeRecord, rotations_of

NOT_A_ROTATION = 0.05
"""How far a row may be from length 1, and two rows from a right angle."""
FARTHEST_M = 5.0
"""No hand of a station is farther from the centre of its table [m]."""
APART_M = 0.1
"""Commands and what was measured lie this far apart only when they are in different frames [m]."""
DOUBTFUL_M = 0.05
USUAL_SHARE = 0.7
WIDTH_SLACK = 0.25
"""Share of their opening by which fingers may seem to go beyond it."""
LONGEST_LAG_S = 1.0
LATE_S = 0.5
MOVING_M = 0.02
CLEARLY = 0.5
"""A shift in time explains a distance when it leaves less than this share of it."""

_RUIN, _DOUBT = Severity.RUIN, Severity.DOUBT


def check_convention(records: Sequence[EpisodeRecord]) -> Iterator[Finding]:
    """Yield the episodes whose vectors are not what the convention says."""
    for record in records:
        yield from _check_record(record)


def _check_record(record: EpisodeRecord) -> Iterator[Finding]:
    for what, vectors in (("states", record.states), ("actions", record.actions)):
        if not np.isfinite(vectors).all():
            clause = f"its {what} hold values that are no numbers."
            yield record.finding(FindingKind.NUMBERS, _RUIN, clause)
            return
    for what, vectors in (("states", record.states), ("actions", record.actions)):
        yield from _rotations(record, what, vectors)
    yield from _grippers(record)
    yield from _frames(record)


def _rotations(record: EpisodeRecord, what: str, vectors: NDArray[np.float32]) -> Iterator[Finding]:
    for arm, rows in zip(record.arms, rotations_of(vectors, len(record.arms)), strict=True):
        products = rows @ np.swapaxes(rows, 1, 2)
        errors: NDArray[np.float64] = np.abs(products - np.eye(2)).max(axis=(1, 2))
        off = float(errors.mean())
        if off > NOT_A_ROTATION:
            clause = (
                f"the rotations of the {arm} hand in its {what} are not the top two rows of a"
                " matrix; another convention was used."
            )
            yield record.finding(FindingKind.CONVENTION, _RUIN, clause)


def _grippers(record: EpisodeRecord) -> Iterator[Finding]:
    for arm, widths in zip(record.station.embodiment.arms, record.widths_m, strict=True):
        widest, narrowest = float(widths.max()), float(widths.min())
        slack = WIDTH_SLACK * arm.gripper_max_width_m
        if widest > arm.gripper_max_width_m + slack or narrowest < -slack:
            clause = (
                f"the {arm.name} gripper goes from {narrowest:.3g} to {widest:.3g}; its fingers"
                f" open to {arm.gripper_max_width_m:g} m, and metres are needed."
            )
            yield record.finding(FindingKind.GRIPPER, _RUIN, clause)


def _frames(record: EpisodeRecord) -> Iterator[Finding]:
    for arm, measured, commanded in zip(
        record.arms, record.positions_m, record.commanded_m, strict=True
    ):
        farthest_m = float(np.abs(measured).max())
        lag = best_lag(measured, commanded, round(LONGEST_LAG_S * record.rate_hz))
        late_s = lag.frames / record.rate_hz
        if farthest_m > FARTHEST_M:
            clause = f"the {arm} hand is {farthest_m:.0f} m away: its positions are not in metres."
            yield record.finding(FindingKind.CONVENTION, _RUIN, clause)
        elif lag.apart_m > APART_M:
            clause = (
                f"the commands of the {arm} hand lie {100 * lag.apart_m:.0f} cm from where it was"
                " measured: they are relative, or in another frame."
            )
            yield record.finding(FindingKind.CONVENTION, _RUIN, clause)
        elif lag.apart_m > DOUBTFUL_M:
            clause = f"the {arm} hand stays {100 * lag.apart_m:.0f} cm away from its commands."
            yield record.finding(FindingKind.LAG, _DOUBT, clause)
        elif late_s > LATE_S:
            clause = f"the {arm} hand follows its commands only after {late_s:.1f} s."
            yield record.finding(FindingKind.LAG, _DOUBT, clause)
        elif late_s < 0.0:
            clause = (
                f"the commands of the {arm} hand come {-late_s:.1f} s after the motion they should"
                " bring about."
            )
            yield record.finding(FindingKind.LAG, _DOUBT, clause)


@dataclass(frozen=True)
class Lag:
    """How measured positions follow commanded ones.

    Attributes:
        frames: by how many they come later; negative where they come first; 0 where nothing moves,
            or no shift explains the distance clearly better.
        apart_m: how far they are apart for most of the time, once shifted by that [m].
    """

    frames: int
    apart_m: float


def best_lag(measured: NDArray[np.floating], commanded: NDArray[np.floating], most: int) -> Lag:
    """Return how positions (T, 3) follow commanded ones (T, 3), at most ``most`` frames later."""
    length = len(measured)
    most = min(most, length // 3)
    if most < 1 or np.ptp(measured, axis=0).max() < MOVING_M:
        return Lag(0, _usual_m(_apart_m(measured, commanded)))
    middle = measured[most : length - most]
    apart_m = {
        shift: _apart_m(middle, commanded[most - shift : length - most - shift])
        for shift in range(-most, most + 1)
    }
    best = min(apart_m, key=lambda shift: (float(apart_m[shift].mean()), abs(shift)))
    if apart_m[best].mean() >= CLEARLY * apart_m[0].mean():
        best = 0
    return Lag(best, _usual_m(apart_m[best]))


def _apart_m(one: NDArray[np.floating], other: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.asarray(np.linalg.norm(one - other, axis=1), dtype=np.float64)


def _usual_m(apart_m: NDArray[np.float64]) -> float:
    """Single wrong values do not count, nor does a hand that comes by where it is thought to be."""
    return float(np.quantile(apart_m, USUAL_SHARE))
