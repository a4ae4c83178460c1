"""Which frames a policy saw before: it looks again whenever it has executed its share of a chunk.

Legend: N frames, B samples, O observation steps.
"""

import numpy as np
from numpy.typing import NDArray


def with_earlier(
    rows: NDArray[np.int64],
    step: NDArray[np.int64],
    episode: NDArray[np.int64],
    *,
    steps: int,
    gap: int,
) -> NDArray[np.int64]:
    """Return (B O,) for every sample the frames it is shown, oldest first.

    Where an episode has no frame that old, its first one stands in, as it does when a policy sets
    out.

    Args:
        rows: (B,) frames.
        step: (N,) place of every frame in its episode, in order.
        episode: (N,) number of its episode, in order.
        steps: O.
        gap: steps from one look to the next.
    """
    if steps == 1:
        return rows
    span = int(step.max()) + 1
    places = episode * span + step
    first = np.searchsorted(places, episode[rows] * span)
    seen = [
        np.searchsorted(places, places[rows] - np.minimum(back * gap, step[rows]), side="right") - 1
        for back in range(steps - 1, -1, -1)
    ]
    return np.maximum(np.stack(seen, axis=1), first[:, None]).reshape(-1)
