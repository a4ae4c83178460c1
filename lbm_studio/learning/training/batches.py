"""Random, augmented batches.

A random shift moves what is seen but not where the arms are, so it is handed on with the batch and
undone on the keypoints
before the policy head sees them. Legend: B batch, V views, A arms, T chunk steps, D action size, L
words.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lbm_studio.learning.model.images import images_to_tensor
from lbm_studio.learning.model.prompt import PromptReader
from lbm_studio.learning.training.samples import Samples

LARGEST_SHIFT = 0.04
"""Of the image, each way."""
BRIGHTNESS = (0.8, 1.2)
COLOUR_OFFSET = 0.05
EARLY_STEPS = 30
EARLY_WEIGHT = 1.5
"""The first frames of an episode, where the place must be seen from afar, are drawn this much more
often."""


@dataclass(frozen=True)
class Batch:
    """One batch. ``images`` per group (B, cameras, 3, H, W); ``words`` as the reader made them.

    ``shift`` (B, V, 2); targets are moved with the images. ``present`` (B, V) tells which views
    there are; None: all.
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
    present: Tensor | None = None


class BatchMaker:
    """Draws batches from samples."""

    def __init__(
        self,
        samples: Samples,
        groups: tuple[tuple[int, ...], ...],
        reader: PromptReader,
        *,
        words: int,
    ) -> None:
        self._samples = samples
        self._groups = groups
        goals = {goal: number for number, goal in enumerate(dict.fromkeys(samples.goals))}
        self._prompts = reader.encode(tuple(goals), words)
        self._prompt_of = torch.tensor([goals[goal] for goal in samples.goals], dtype=torch.long)
        weight = np.where(samples.step < EARLY_STEPS, EARLY_WEIGHT, 1.0)
        self._cumulative = np.cumsum(weight / weight.sum())

    def random(self, size: int, generator: np.random.Generator) -> Batch:
        """Draw ``size`` augmented frames."""
        rows = self.draw_rows(size, generator)
        views = sum(len(group) for group in self._groups)
        shift = np.zeros((size, views, 2), dtype=np.float32)
        images = []
        for group, source in zip(self._groups, self._samples.images, strict=True):
            shown, moved = _shift(source[rows], generator)
            shift[:, list(group)] = moved
            images.append(_recolour(images_to_tensor(shown), generator))
        return self._collect(rows, tuple(images), torch.from_numpy(shift))

    def exact(self, rows: NDArray[np.int64]) -> Batch:
        """Return frames as they are."""
        images = tuple(images_to_tensor(source[rows]) for source in self._samples.images)
        return self._collect(rows, images, None)

    def numbers(self, rows: NDArray[np.int64]) -> Batch:
        """Return frames without their images."""
        return self._collect(rows, (), None)

    def draw_rows(self, size: int, generator: np.random.Generator) -> NDArray[np.int64]:
        """Draw ``size`` frame numbers, in order; early frames of an episode more often."""
        rows = np.searchsorted(self._cumulative, generator.random(size))
        return np.sort(rows.clip(0, len(self._samples) - 1))

    def _collect(
        self, rows: NDArray[np.int64], images: tuple[Tensor, ...], shift: Tensor | None
    ) -> Batch:
        s = self._samples
        targets = torch.from_numpy(s.targets[rows])
        if shift is not None:
            targets = targets + shift[:, :, None]
        return Batch(
            images=images,
            words=self._prompts[self._prompt_of[s.episode[rows]]],
            states=torch.from_numpy(s.states[rows]),
            chunks=torch.from_numpy(s.chunks[rows]),
            key_positions=torch.from_numpy(s.key_positions[rows]),
            key_known=torch.from_numpy(s.key_known[rows]),
            targets=targets,
            usable=torch.from_numpy(s.usable[rows]) & ((targets > 0) & (targets < 1)).all(-1),
            shift=shift,
        )


def _shift(
    images: NDArray[np.uint8], generator: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Move each of (B, cameras, H, W, 3) by its own amount, repeating the edge."""
    size, cameras, height, width = images.shape[:4]
    reach = np.array([round(LARGEST_SHIFT * width), round(LARGEST_SHIFT * height)])
    moves = generator.integers(-reach, reach + 1, (size, cameras, 2))
    shown = np.empty_like(images)
    for row in range(size):
        for camera in range(cameras):
            dx, dy = moves[row, camera]
            across = np.clip(np.arange(width) - dx, 0, width - 1)
            down = np.clip(np.arange(height) - dy, 0, height - 1)
            shown[row, camera] = images[row, camera][down][:, across]
    return shown, (moves / np.array([width, height])).astype(np.float32)


def _recolour(images: Tensor, generator: np.random.Generator) -> Tensor:
    """Scale the brightness of each view and offset its colour channels."""
    size, cameras = images.shape[:2]
    scale = generator.uniform(*BRIGHTNESS, (size, cameras, 1, 1, 1)).astype(np.float32)
    offset = generator.uniform(-COLOUR_OFFSET, COLOUR_OFFSET, (size, cameras, 3, 1, 1))
    return images * torch.from_numpy(scale) + torch.from_numpy(offset.astype(np.float32))
