"""Percentile normalisation per dimension and per timestep (TRI LBM paper, section IV-D2).

``y = clip(2 (x - p02) / (p98 - p02) - 1, -1.5, 1.5)``. Rotations (6-D) are left as they are.
Relative step 0 is nearly
constant, so ranges have a floor.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

CLIP = 1.5
SMALLEST_RANGE = 1e-2
LOW_PERCENTILE = 2.0
HIGH_PERCENTILE = 98.0


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
        low, high = np.percentile(values, [LOW_PERCENTILE, HIGH_PERCENTILE], axis=0)
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
