"""What is usual for the takes of a goal."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lbm_studio.core.errors import StudioError
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.edits.projection import project_dataset

FEWEST = 5
"""Takes of a goal from which on half of them say what is usual."""


def usual_duration_s(durations_s: Sequence[float]) -> float | None:
    """Return the duration that half of the takes of a goal exceed; None with too few of them."""
    return float(np.median(durations_s)) if len(durations_s) >= FEWEST else None


def usual_in(dataset: Path, goal: str) -> float | None:
    """Return how long takes of a goal usually are in a dataset [s]; None when nobody knows."""
    try:
        opened = Dataset.open(dataset)
        kept = project_dataset(opened).kept
    except (StudioError, OSError):
        return None  # nothing is recorded yet, or it is told elsewhere what is wrong with it
    return usual_duration_s([v.length / opened.rate_hz for v in kept if v.labels.goal == goal])
