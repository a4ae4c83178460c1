"""Held-out localisation: how far off the network believes the next grasp or release to be.

It costs seconds and foretells success long before the loss does, because the loss can be small
with the layouts memorised.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lbm_studio.learning.model.network import LargeBehaviorModel
from lbm_studio.learning.model.normaliser import PolicyNormaliser
from lbm_studio.learning.model.sight import Sight
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

    In 3-D [cm] and in the views [fraction of the image width x 100].
    """

    median_cm: float
    p90_cm: float
    view_median_percent: float

    def as_numbers(self) -> dict[str, float]:
        return {
            "localisation_median_cm": self.median_cm,
            "localisation_p90_cm": self.p90_cm,
            "localisation_view_percent": self.view_median_percent,
        }


def measure_localisation(
    network: LargeBehaviorModel, normaliser: PolicyNormaliser, samples: Samples, maker: BatchMaker
) -> Localisation:
    """Measure the first frames of every held-out episode; nan where no gripper event follows."""
    rows = np.flatnonzero((samples.step < FIRST_STEPS) & samples.key_known.any(1))
    distances, views = [np.empty(0)], [np.empty(0)]
    with torch.no_grad():
        for start in range(0, len(rows), CHUNK_OF_FRAMES):
            batch = maker.exact(rows[start : start + CHUNK_OF_FRAMES])
            sight = network.look(batch.images, batch.words, present=batch.present)
            error = (_places(network, normaliser, sight, batch) - batch.key_positions).norm(dim=-1)
            distances.append(error[batch.key_known].numpy() * 100.0)
            if network.encoder.map_count:
                shown = sight.keypoints[:, :, : batch.usable.shape[2]] - batch.targets
                views.append(shown.norm(dim=-1)[batch.usable].numpy() * 100.0)
    return _summary(np.concatenate(distances), np.concatenate(views))


def _places(
    network: LargeBehaviorModel, normaliser: PolicyNormaliser, sight: Sight, batch: Batch
) -> Tensor:
    """Return (B, P, 3) where the network believes the key points: triangulated, else regressed."""
    proprio = normaliser.proprioception.normalise(network.proprioception(batch.states))
    regressed = key_positions_m(network, network.condition(sight, batch.states, proprio))
    if not network.locates:
        return regressed
    points, located = network.locate(sight)
    return torch.where(located[:, None, None], points, regressed)


def _summary(distances: np.ndarray, views: np.ndarray) -> Localisation:
    nothing = np.array([np.nan])
    distances, views = (one if len(one) else nothing for one in (distances, views))
    return Localisation(
        float(np.median(distances)), float(np.percentile(distances, 90)), float(np.median(views))
    )
