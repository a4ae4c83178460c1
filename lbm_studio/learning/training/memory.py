"""What the finished encoder sees, remembered, so that the policy head can take many steps.

A step without the encoder costs a fraction of a whole one. Legend: M remembered frames, W looks
at each, V views, K heat maps, F features.
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
class Seen:
    """What the encoder says of views, as in :class:`Sight`.

    ``keypoints`` (..., V, K, 2) as fractions of the unshifted image, ``peaks`` (..., V, K) and
    ``features`` (..., V, F).
    """

    keypoints: Tensor
    peaks: Tensor
    features: Tensor


@dataclass(frozen=True)
class Recollection:
    """Remembered frames, without the prompt: each may be asked for in other words this time."""

    seen: Seen
    batch: Batch

    def sight(self, network: LargeBehaviorModel) -> Sight:
        """Return what the network would have seen, had it looked."""
        with torch.no_grad():
            slots, prompt = network.prompt(self.batch.words)
        return Sight(
            keypoints=self.seen.keypoints,
            peaks=self.seen.peaks,
            maps=[],
            shifted=self.seen.keypoints,
            features=self.seen.features,
            present=self.batch.present,
            slots=slots,
            prompt=prompt,
        )


@dataclass(frozen=True)
class SightMemory:
    """What was seen, by look and frame.

    Attributes:
        rows: (M,) frame numbers.
        seen: (W, M, ...).
    """

    rows: NDArray[np.int64]
    seen: Seen

    def draw(self, maker: BatchMaker, size: int, generator: np.random.Generator) -> Recollection:
        """Draw ``size`` remembered frames, each as it was seen in one of the looks."""
        chosen = np.sort(generator.integers(0, len(self.rows), size))
        look = torch.from_numpy(generator.integers(0, len(self.seen.keypoints), size))
        frame = torch.from_numpy(chosen)
        keypoints = self.seen.keypoints[look, frame]
        noise = generator.normal(0.0, KEYPOINT_NOISE, keypoints.shape).astype(np.float32)
        seen = Seen(
            keypoints + torch.from_numpy(noise),
            self.seen.peaks[look, frame],
            self.seen.features[look, frame],
        )
        return Recollection(seen, maker.numbers(self.rows[chosen], generator))


def remember(
    network: LargeBehaviorModel,
    maker: BatchMaker,
    rows: NDArray[np.int64],
    *,
    views: int,
    generator: np.random.Generator,
    low_precision: bool,
    progress: Callable[[int, int], None],
) -> SightMemory:
    """Look at the frames the way the network looks when it acts.

    Args:
        network: whose encoders have finished learning.
        maker: of batches.
        rows: frame numbers.
        views: how often each is looked at: once as it is, then shifted, which is undone on the
            keypoints, and recoloured at random.
        generator: of the shifts and colours.
        low_precision: whether to look in bfloat16.
        progress: is told (done, total) looks.
    """
    was_training = network.training
    network.eval()
    looks: list[Seen] = []
    total = views * len(rows)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=low_precision):
        for view in range(views):
            for start in range(0, len(rows), FRAMES_AT_ONCE):
                chosen = rows[start : start + FRAMES_AT_ONCE]
                batch = maker.augmented(chosen, generator) if view else maker.exact(chosen)
                sight = network.look(batch.images, batch.words, batch.shift, batch.present)
                read = (sight.keypoints, sight.peaks, sight.features)
                looks.append(Seen(*(one.float() for one in read)))
                progress(view * len(rows) + start + len(chosen), total)
    network.train(was_training)
    return SightMemory(rows, _joined(looks, views))


def _joined(looks: list[Seen], views: int) -> Seen:
    parts = ([one.keypoints, one.peaks, one.features] for one in looks)
    joined = (torch.cat(part) for part in zip(*parts, strict=True))
    return Seen(*(whole.unflatten(0, (views, -1)) for whole in joined))  # (W, M, ...)
