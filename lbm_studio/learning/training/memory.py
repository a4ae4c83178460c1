"""What the finished encoder sees, remembered, so that the policy head can take many steps.

A step without the encoder costs a fraction of a whole one. Legend: M remembered frames, V views,
K heat maps.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lbm_studio.learning.model.network import LargeBehaviorModel
from lbm_studio.learning.model.sight import Sight
from lbm_studio.learning.training.batches import Batch, BatchMaker

FRAMES_AT_ONCE = 32
KEYPOINT_NOISE = 0.0015
"""Jitter of remembered keypoints, as a fraction of the view: they are not as sure when it acts."""


@dataclass(frozen=True)
class SightMemory:
    """Keypoints by frame.

    Attributes:
        rows: (M,) frame numbers.
        keypoints: (M, V, K, 2) as fractions of the image.
        peaks: (M, V, K) probabilities.
        features: (M, V, F) what the encoder says beside them.
        present: (M, V) which views there were.
    """

    rows: NDArray[np.int64]
    keypoints: Tensor
    peaks: Tensor
    features: Tensor
    present: Tensor

    def draw(
        self,
        network: LargeBehaviorModel,
        maker: BatchMaker,
        size: int,
        generator: np.random.Generator,
    ) -> tuple[Sight, Batch]:
        """Draw ``size`` remembered frames."""
        chosen = np.sort(generator.integers(0, len(self.rows), size))
        batch = maker.numbers(self.rows[chosen])
        picked = torch.from_numpy(chosen)
        keypoints = self.keypoints[picked]
        noise = generator.normal(0.0, KEYPOINT_NOISE, keypoints.shape).astype(np.float32)
        keypoints = keypoints + torch.from_numpy(noise)
        with torch.no_grad():
            slots, prompt = network.prompt(batch.words)
        sight = Sight(
            keypoints=keypoints,
            peaks=self.peaks[picked],
            maps=[],
            shifted=keypoints,
            features=self.features[picked],
            present=self.present[picked],
            slots=slots,
            prompt=prompt,
        )
        return sight, batch


def remember(
    network: LargeBehaviorModel,
    maker: BatchMaker,
    rows: NDArray[np.int64],
    *,
    low_precision: bool,
    progress: Callable[[int, int], None],
) -> SightMemory:
    """Look at the frames as they are, the way the network looks when it acts."""
    was_training = network.training
    network.eval()
    seen: list[tuple[Tensor, ...]] = []
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=low_precision):
        for start in range(0, len(rows), FRAMES_AT_ONCE):
            batch = maker.exact(rows[start : start + FRAMES_AT_ONCE])
            sight = network.look(batch.images, batch.words, present=batch.present)
            read = (sight.keypoints.float(), sight.peaks.float(), sight.features.float())
            seen.append((*read, sight.present))
            progress(min(start + FRAMES_AT_ONCE, len(rows)), len(rows))
    network.train(was_training)
    return SightMemory(rows, *(torch.cat(parts) for parts in zip(*seen, strict=True)))
