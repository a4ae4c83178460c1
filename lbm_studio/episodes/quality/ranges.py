"""Whether the numbers can be normalised: something must move, and nothing may lie far outside.

A policy sees every number of a chunk divided by the range of the middle 96 %, clipped at one and a
half of it (TRI LBM paper, IV-D2).
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.action import relative_chunk, vector_names
from lbm_studio.episodes.quality.finding import Finding, FindingKind, Severity
from lbm_studio.episodes.quality.record import EpisodeRecord, positions_of

LOW, HIGH = 0.02, 0.98
SMALLEST_M = 0.01
"""Normalisers stretch no smaller range; what stays within is lost [m]."""
STILL_M = 0.002
OUTLYING = 6.0
"""So many half ranges from the middle lies what was measured wrongly."""
USUAL_M = 0.1
"""What is nearly always still may move by six times half of this now and then [m]."""
AHEAD_S = 1.0
"""How far in the future the commands are that ranges are measured on [s]."""


def check_ranges(records: Sequence[EpisodeRecord]) -> Iterator[Finding]:
    """Yield what a normaliser would be spoiled by, dataset by dataset."""
    by_dataset: dict[str, list[EpisodeRecord]] = {}
    for record in records:
        if np.isfinite(record.states).all() and np.isfinite(record.actions).all():
            by_dataset.setdefault(str(record.dataset.root), []).append(record)
    for path, group in by_dataset.items():
        moves = _moves(group)
        yield from _degenerate(path, group, moves)
        yield from _outliers(group)


def _moves(records: Sequence[EpisodeRecord]) -> NDArray[np.float64]:
    """Return (N, A), all commands a second ahead, relative to what was measured."""
    parts: list[NDArray[np.float64]] = []
    for record in records:
        ahead = np.minimum(
            np.arange(len(record.states)) + round(AHEAD_S * record.rate_hz), len(record.states) - 1
        )
        parts.append(relative_chunk(record.actions[ahead][:, None], record.states)[:, 0])
    return np.concatenate(parts)


def _degenerate(
    path: str, records: Sequence[EpisodeRecord], moves: NDArray[np.float64]
) -> Iterator[Finding]:
    """Nothing that moves is not a demonstration; a number that never changes is worth a word."""
    ranges_m = _position_ranges_m(moves, len(records[0].arms))
    widths_m = np.max([np.ptp(record.widths_m, axis=1) for record in records], axis=0)
    largest_m = float(ranges_m.max())
    if max(largest_m, float(widths_m.max())) < SMALLEST_M:
        sentence = (
            f"Nothing in “{path}” moves more than {100 * largest_m:.1f} cm within a second:"
            " there is nothing to learn, or the numbers have another unit."
        )
        yield Finding(FindingKind.RANGES, Severity.RUIN, sentence, path)
        return
    for arm, axes_m, width_m in zip(records[0].arms, ranges_m, widths_m, strict=True):
        if max(axes_m.max(), width_m) < STILL_M:
            clause = f"The {arm} arm never moves in “{path}”: the policy will hold it still."
            yield Finding(FindingKind.RANGES, Severity.HINT, clause, path)
            continue
        still = [f"hand never moves along its own {axis}" for axis in "xyz"]
        still.append("gripper never opens or closes")
        for what, range_m in zip(still, (*axes_m, width_m), strict=True):
            if range_m < STILL_M:
                clause = f"The {arm} {what} in “{path}”: the policy will not either."
                yield Finding(FindingKind.RANGES, Severity.HINT, clause, path)


def _position_ranges_m(moves: NDArray[np.float64], arms: int) -> NDArray[np.float64]:
    """Return (arms, 3) the range of each coordinate of the moves within a second [m]."""
    low, high = np.quantile(positions_of(moves, arms), [LOW, HIGH], axis=1)
    return high - low


def _outliers(records: Sequence[EpisodeRecord]) -> Iterator[Finding]:
    states = np.concatenate([record.states for record in records])
    low, high = np.quantile(states, [LOW, HIGH], axis=0)
    middle, half = (low + high) / 2, np.maximum(high - low, USUAL_M) / 2
    names = vector_names(records[0].arms)
    metric = np.array([name.endswith("_m") for name in names])  # rotations are not normalised
    for record in records:
        off = (np.abs(record.states - middle) / half).max(axis=0)
        worst = int(np.argmax(np.where(metric, off, 0.0)))
        if metric[worst] and off[worst] > OUTLYING:
            column = record.states[:, worst]
            value = float(column[np.argmax(np.abs(column - middle[worst]))])
            clause = (
                f"“{names[worst]}” reaches {value:.3g}, where it usually lies between"
                f" {low[worst]:.3g} and {high[worst]:.3g}."
            )
            yield record.finding(FindingKind.OUTLIER, Severity.DOUBT, clause)
