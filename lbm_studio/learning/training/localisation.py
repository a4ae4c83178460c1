"""Held-out localisation: how far off the network believes the next grasp or release to be.

It costs seconds and foretells success long before the loss does, because the loss can be small
with the layouts memorised.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lbm_studio.learning.model.network import LargeBehaviorModel
from lbm_studio.learning.model.normaliser import PolicyNormaliser
from lbm_studio.learning.model.sight import Sight, newest
from lbm_studio.learning.training.batches import Batch, BatchMaker
from lbm_studio.learning.training.samples import Samples
from lbm_studio.learning.training.step import key_positions_m

FIRST_STEPS = 3
"""Frames from the start of an episode that are measured.

Everything must still be seen from afar.
"""
CHUNK_OF_FRAMES = 32


@dataclass(frozen=True)
class Localisation:
    """Errors on held-out episodes.

    In 3-D [cm] and in the views [fraction of the image width x 100]; nan where no gripper event
    follows. ``by_source``: the 3-D median of each, where there are several.
    """

    median_cm: float
    p90_cm: float
    view_median_percent: float
    by_source: Mapping[str, float]

    def as_numbers(self) -> dict[str, float]:
        return {
            "localisation_median_cm": self.median_cm,
            "localisation_p90_cm": self.p90_cm,
            "localisation_view_percent": self.view_median_percent,
            **{f"localisation_median_cm.{name}": cm for name, cm in self.by_source.items()},
        }


def measure_localisation(
    network: LargeBehaviorModel,
    normalisers: PolicyNormaliser,
    samples: Samples,
    maker: BatchMaker,
    sources: Sequence[str],
) -> Localisation:
    """Measure the first frames of every held-out episode.

    Args:
        network: that is to locate.
        normalisers: those of all sources, stacked.
        samples: of the held-out episodes.
        maker: of batches of them.
        sources: names, by number.
    """
    rows = np.flatnonzero((samples.step < FIRST_STEPS) & samples.key_known.any(1))
    distances, views = [np.empty(0)], [np.empty(0)]
    with torch.no_grad():
        for start in range(0, len(rows), CHUNK_OF_FRAMES):
            batch = maker.exact(rows[start : start + CHUNK_OF_FRAMES])
            sight = network.look(batch.images, batch.words, present=batch.present)
            places = _places(network, normalisers, sight, batch)
            error = (places - batch.key_positions).norm(dim=-1)
            distances.append(error[batch.key_known].numpy() * 100.0)
            if network.encoder.map_count:
                shown = sight.keypoints[:, :, : batch.usable.shape[2]] - batch.targets
                views.append(shown.norm(dim=-1)[batch.usable].numpy() * 100.0)
    known = samples.key_known[rows]
    source_of = np.repeat(samples.source[samples.episode[rows]], known.sum(1))
    together = np.concatenate(distances)
    by_source = {name: _median(together[source_of == n]) for n, name in enumerate(sources)}
    return Localisation(
        _median(together),
        float(np.percentile(together, 90)) if len(together) else float("nan"),
        _median(np.concatenate(views)),
        by_source if len(sources) > 1 else {},
    )


def _places(
    network: LargeBehaviorModel, normalisers: PolicyNormaliser, sight: Sight, batch: Batch
) -> Tensor:
    """Return (B, P, 3) where the network believes the key points: triangulated, else regressed."""
    normaliser = normalisers.proprioception.of(batch.seen_statistics)
    proprio = normaliser.normalise(network.proprioception(batch.states))
    regressed = key_positions_m(network, network.condition(sight, batch.states, proprio))
    if not network.locates:
        return regressed
    points, located = (newest(found, len(regressed)) for found in network.locate(sight))
    return torch.where(located[:, None, None], points, regressed)


def _median(errors: NDArray[np.floating]) -> float:
    return float(np.median(errors)) if len(errors) else float("nan")
