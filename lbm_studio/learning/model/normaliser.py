"""Percentile normalisation per dimension and per timestep (TRI LBM paper, section IV-D2).

``y = clip(2 (x - p02) / (p98 - p02) - 1, -1.5, 1.5)``. Rotations (6-D) are left as they are.
Relative step 0 is nearly constant, so ranges have a floor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lbm_studio.learning.model.quantiles import Quantiles

CLIP = 1.5
SMALLEST_RANGE = 1e-2
LOW = 0.02
HIGH = 0.98


@dataclass(frozen=True)
class Normaliser:
    """Statistics of one quantity.

    Attributes:
        middle: (..., D) value that maps to 0.
        half_range: (..., D) distance from the middle that maps to 1.
    """

    middle: Tensor
    half_range: Tensor

    @classmethod
    def fit(cls, values: NDArray[np.floating], rotation: NDArray[np.bool_]) -> "Normaliser":
        """Measure (N, ..., D) values; dimensions marked in ``rotation`` (D,) pass unchanged."""
        return cls.from_quantiles(Quantiles.measure(values), rotation)

    @classmethod
    def from_quantiles(cls, quantiles: Quantiles, rotation: NDArray[np.bool_]) -> "Normaliser":
        """Build from what was measured; dimensions marked in ``rotation`` (D,) pass unchanged."""
        low, high = quantiles.at(LOW), quantiles.at(HIGH)
        half_range = np.maximum(high - low, SMALLEST_RANGE) / 2.0
        middle = (low + high) / 2.0
        middle = np.where(rotation, 0.0, middle)
        half_range = np.where(rotation, 1.0, half_range)
        return cls(
            torch.tensor(middle, dtype=torch.float32),
            torch.tensor(half_range, dtype=torch.float32),
        )

    def normalise(self, values: Tensor) -> Tensor:
        """Return values scaled to about -1 .. 1 and clipped."""
        return ((values - self.middle) / self.half_range).clamp(-CLIP, CLIP)

    def restore(self, values: Tensor) -> Tensor:
        """Inverse of :meth:`normalise` within the clip."""
        return values * self.half_range + self.middle

    @classmethod
    def stack(cls, several: Sequence["Normaliser"]) -> "Normaliser":
        """Return (S, ..., D) statistics of several sources."""
        middle = torch.stack([one.middle for one in several])
        return cls(middle, torch.stack([one.half_range for one in several]))

    def of(self, numbers: Tensor) -> "Normaliser":
        """Return the (B, ..., D) statistics of a batch, from those of several sources.

        Args:
            numbers: (B,) which source each sample came from.
        """
        return Normaliser(self.middle[numbers], self.half_range[numbers])

    def as_json(self) -> dict[str, Any]:
        return {"middle": self.middle.tolist(), "half_range": self.half_range.tolist()}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Normaliser":
        return cls(torch.tensor(raw["middle"]), torch.tensor(raw["half_range"]))


@dataclass(frozen=True)
class PolicyNormaliser:
    """The two quantities a policy normalises.

    Attributes:
        actions: (T, A) relative chunks, per timestep.
        proprioception: (P,) the measured hands.
    """

    actions: Normaliser
    proprioception: Normaliser

    @classmethod
    def stack(cls, several: Sequence["PolicyNormaliser"]) -> "PolicyNormaliser":
        """Return the statistics of several sources, to choose from with :meth:`of`."""
        return cls(
            Normaliser.stack([one.actions for one in several]),
            Normaliser.stack([one.proprioception for one in several]),
        )

    def of(self, numbers: Tensor) -> "PolicyNormaliser":
        """Return the statistics that belong to each sample of a batch, by its source (B,)."""
        return PolicyNormaliser(self.actions.of(numbers), self.proprioception.of(numbers))

    def as_json(self) -> dict[str, Any]:
        return {
            "actions": self.actions.as_json(),
            "proprioception": self.proprioception.as_json(),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "PolicyNormaliser":
        return cls(
            Normaliser.from_json(raw["actions"]), Normaliser.from_json(raw["proprioception"])
        )


def rotation_dimensions(arms: int, poses: int) -> NDArray[np.bool_]:
    """Return which of ``poses`` pose vectors followed by ``arms`` gripper widths are rotations."""
    one = np.array([False] * 3 + [True] * 6)
    return np.concatenate([np.tile(one, poses), np.zeros(arms, dtype=bool)])
