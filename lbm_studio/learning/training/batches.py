"""Random, augmented batches.

A random shift moves what is seen but not where the arms are, so it is handed on with the batch and
undone on the keypoints before the policy head sees them. Making a batch is left to NumPy, so that a
thread beside the one that learns can do it.

Legend: B batch, V views, A arms, T chunk steps, D action size, L words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lbm_studio.core.action import arm_count, pose_slice
from lbm_studio.learning.model.images import images_to_tensor
from lbm_studio.learning.model.prompt import PromptReader
from lbm_studio.learning.training.augment import recolour, shift
from lbm_studio.learning.training.history import with_earlier
from lbm_studio.learning.training.samples import Samples
from lbm_studio.learning.training.spec import Augmentation

EARLY_STEPS = 30
EARLY_WEIGHT = 1.5
"""The first frames of an episode, where the place must be seen from afar, are drawn this much more
often."""
NEAR_M = 0.1
NEAR_WEIGHT = 2.0
"""Likewise frames in which a hand is this near its next key point, where centimetres count [m]."""


@dataclass(frozen=True)
class Batch:
    """One batch. ``images`` per group (B, cameras, 3, H, W); ``words`` as the reader made them.

    ``shift`` (B, V, 2); targets are moved with the images. ``present`` (B, V): whether there is a
    picture. ``statistics`` (B,): number of those that each sample is normalised with. Where a
    sample is of several looks, each has its own images, state, targets and shift, oldest first.
    ``paraphrases`` (2, G, ...): goals, each in two ways, as the reader made them; may be none.
    ``counted`` (B, D): which numbers of the chunk are of arms that were there; None where all were.
    """

    images: tuple[Tensor, ...]
    words: Tensor
    states: Tensor
    chunks: Tensor
    key_positions: Tensor
    key_known: Tensor
    targets: Tensor
    usable: Tensor
    shift: Tensor | None
    present: Tensor
    statistics: Tensor
    paraphrases: Tensor | None = None
    counted: Tensor | None = None

    @property
    def seen_statistics(self) -> Tensor:
        """Return ``statistics`` for each look."""
        return self.statistics.repeat_interleave(len(self.states) // len(self.statistics))


class BatchMaker:
    """Draws batches from samples.

    Args:
        samples: to draw from.
        groups: cameras that share an image size.
        reader: of the prompts.
        words: longest prompt.
        weights: (sources,) how often each source is drawn from; None: by its number of frames.
        looks: of each sample.
        look_gap: steps from one look to the next.
        augmentation: of random batches.
        goals_compared: how many goals come with a random batch, each read in two ways.
    """

    def __init__(
        self,
        samples: Samples,
        groups: tuple[tuple[int, ...], ...],
        reader: PromptReader,
        *,
        words: int,
        weights: Sequence[float] | None = None,
        looks: int = 1,
        look_gap: int = 1,
        augmentation: Augmentation | None = None,
        goals_compared: int = 0,
    ) -> None:
        self._samples = samples
        self._looks, self._look_gap = looks, look_gap
        self._augmentation = augmentation or Augmentation()
        self._groups = groups
        goals = {goal: n for n, goal in enumerate(dict.fromkeys(chain(*samples.goals)))}
        self._prompts = reader.encode(tuple(goals), words).numpy()
        self._prompts_of = [np.array([goals[goal] for goal in ways]) for ways in samples.goals]
        episode_of = {frozenset(ways): n for n, ways in enumerate(samples.goals)}
        self._goals_compared = min(goals_compared, len(episode_of))
        self._ways = [self._prompts_of[episode] for episode in episode_of.values()]
        weight = _frame_weights(samples, weights)
        self._cumulative = np.cumsum(weight / weight.sum())

    def random(self, size: int, generator: np.random.Generator) -> Batch:
        """Draw ``size`` augmented frames, each asked for in one of its ways."""
        batch = self.augmented(self.draw_rows(size, generator), generator)
        if not self._goals_compared:
            return batch
        return replace(batch, paraphrases=self._draw_paraphrases(generator))

    def augmented(self, rows: NDArray[np.int64], generator: np.random.Generator) -> Batch:
        """Return frames, shifted and recoloured at random."""
        views = sum(len(group) for group in self._groups)
        seen = self._seen(rows)
        moves = np.zeros((len(seen), views, 2), dtype=np.float32)
        images = []
        for group, source in zip(self._groups, self._samples.images, strict=True):
            shown, moved = shift(source[seen], self._augmentation, generator)
            moves[:, list(group)] = moved
            images.append(recolour(shown, self._augmentation, generator))
        prompts = self._draw_prompts(rows, generator)
        return self._collect(rows, prompts, tuple(images), torch.from_numpy(moves))

    def exact(self, rows: NDArray[np.int64]) -> Batch:
        """Return frames as they are, asked for as when they were recorded."""
        seen = self._seen(rows)
        images = tuple(images_to_tensor(source[seen]) for source in self._samples.images)
        return self._collect(rows, self._first_prompts(rows), images, None)

    def numbers(self, rows: NDArray[np.int64], generator: np.random.Generator) -> Batch:
        """Return frames without their images, each asked for in one of its ways."""
        return self._collect(rows, self._draw_prompts(rows, generator), (), None)

    def draw_rows(self, size: int, generator: np.random.Generator) -> NDArray[np.int64]:
        """Draw ``size`` frame numbers, in order; early frames of an episode more often."""
        rows = np.searchsorted(self._cumulative, generator.random(size))
        return np.sort(rows.clip(0, len(self._samples) - 1))

    def _seen(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the frames of all looks, those of each sample in turn."""
        s = self._samples
        return with_earlier(rows, s.step, s.episode, steps=self._looks, gap=self._look_gap)

    def _first_prompts(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.array([self._prompts_of[e][0] for e in self._samples.episode[rows]])

    def _draw_prompts(
        self, rows: NDArray[np.int64], generator: np.random.Generator
    ) -> NDArray[np.int64]:
        episodes, luck = self._samples.episode[rows], generator.random(len(rows))
        ways = [self._prompts_of[episode] for episode in episodes]
        return np.array([w[int(u * len(w))] for w, u in zip(ways, luck, strict=True)])

    def _draw_paraphrases(self, generator: np.random.Generator) -> Tensor:
        """Return (2, G, ...): goals, each in two of its ways, which differ where it has two."""
        chosen = generator.choice(len(self._ways), self._goals_compared, replace=False)
        goals = [self._ways[n] for n in chosen]
        pairs = [generator.choice(ways, 2, replace=len(ways) < 2) for ways in goals]
        return torch.from_numpy(self._prompts[np.array(pairs).T])

    def _collect(
        self,
        rows: NDArray[np.int64],
        prompts: NDArray[np.int64],
        images: tuple[Tensor, ...],
        shift: Tensor | None,
    ) -> Batch:
        s, seen = self._samples, self._seen(rows)
        targets = torch.from_numpy(s.targets[seen])
        counted = None if s.counted is None else torch.from_numpy(s.counted[s.episode[rows]])
        if shift is not None:
            targets = targets + shift[:, :, None]
        return Batch(
            images=images,
            words=torch.from_numpy(self._prompts[prompts]),
            states=torch.from_numpy(s.states[seen]),
            chunks=torch.from_numpy(s.chunks[rows]),
            key_positions=torch.from_numpy(s.key_positions[rows]),
            key_known=torch.from_numpy(s.key_known[rows]),
            targets=targets,
            usable=torch.from_numpy(s.usable[seen]) & ((targets > 0) & (targets < 1)).all(-1),
            shift=shift,
            present=torch.from_numpy(s.present[s.episode[seen]]),
            statistics=torch.from_numpy(s.statistics[s.episode[rows]]),
            counted=counted,
        )


def _frame_weights(samples: Samples, weights: Sequence[float] | None) -> NDArray[np.float64]:
    """Return how often each frame is drawn: by its source; more often early and near a key."""
    source = samples.source[samples.episode]
    weight = np.where(samples.step < EARLY_STEPS, EARLY_WEIGHT, 1.0)
    weight = weight * np.where(_is_near_a_key(samples), NEAR_WEIGHT, 1.0)
    if weights is not None:
        total = np.bincount(source, weight, minlength=len(weights))
        weight = weight * (np.array(weights) / total.clip(min=1e-9))[source]
    return weight


def _is_near_a_key(samples: Samples) -> NDArray[np.bool_]:
    """Return (N,) whether a hand is near the first key point of its next event."""
    arms = arm_count(samples.states.shape[1])
    hands = np.stack([samples.states[:, pose_slice(arm)][:, :3] for arm in range(arms)], axis=1)
    keys, known = samples.key_positions[:, :arms], samples.key_known[:, :arms]
    return (known & (np.linalg.norm(keys - hands, axis=-1) < NEAR_M)).any(axis=1)
