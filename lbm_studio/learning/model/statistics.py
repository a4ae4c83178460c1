"""What was measured on each source of demonstrations, and which of it holds at run time.

A source keeps statistics of its own: another body, rate or style of demonstrating spreads the same
motion differently. Sources recorded on one station share theirs, since whoever runs the policy
there cannot tell them apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from lbm_studio.core.action import arm_count
from lbm_studio.learning.model.geometry import HandPoses, proprioception
from lbm_studio.learning.model.normaliser import Normaliser, PolicyNormaliser, rotation_dimensions
from lbm_studio.learning.model.quantiles import Quantiles


@dataclass(frozen=True)
class Measurement:
    """Quantiles of the two quantities a policy normalises.

    Attributes:
        actions: of relative chunks, per timestep (T, A).
        proprioception: of the measured hands (P,).
    """

    actions: Quantiles
    proprioception: Quantiles

    @classmethod
    def of(cls, chunks: NDArray[np.floating], states: NDArray[np.floating]) -> "Measurement":
        """Measure relative chunks (N, T, A) and the states (N, A) they belong to."""
        hands = HandPoses.from_state(torch.from_numpy(states).float(), arm_count(chunks.shape[-1]))
        return cls(Quantiles.measure(chunks), Quantiles.measure(proprioception(hands).numpy()))

    @classmethod
    def merge(cls, parts: Sequence["Measurement"]) -> "Measurement":
        """Return what would have been measured on all samples together."""
        return cls(
            Quantiles.merge([part.actions for part in parts]),
            Quantiles.merge([part.proprioception for part in parts]),
        )

    def normaliser(self) -> PolicyNormaliser:
        """Return the normaliser these quantiles give."""
        arms = arm_count(self.actions.values.shape[-1])
        return PolicyNormaliser(
            Normaliser.from_quantiles(self.actions, rotation_dimensions(arms, arms)),
            Normaliser.from_quantiles(self.proprioception, rotation_dimensions(arms, arms * arms)),
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "actions": self.actions.as_json(),
            "proprioception": self.proprioception.as_json(),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Measurement":
        return cls(Quantiles.from_json(raw["actions"]), Quantiles.from_json(raw["proprioception"]))


@dataclass(frozen=True)
class SourceStatistics:
    """The statistics of one station's demonstrations.

    Attributes:
        embodiment: name of the body they were recorded on.
        normaliser: in force.
        measurement: what it was read off; None in checkpoints of earlier versions.
    """

    embodiment: str
    normaliser: PolicyNormaliser
    measurement: Measurement | None = None

    def as_json(self) -> dict[str, Any]:
        measured = self.measurement.as_json() if self.measurement else None
        return {
            "embodiment": self.embodiment,
            "normaliser": self.normaliser.as_json(),
            "measurement": measured,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "SourceStatistics":
        measured = raw.get("measurement")
        return cls(
            str(raw["embodiment"]),
            PolicyNormaliser.from_json(raw["normaliser"]),
            Measurement.from_json(measured) if measured else None,
        )


Statistics = Mapping[str, SourceStatistics]
"""By the name sources share them under, the first source's first."""


def statistics_as_json(statistics: Statistics) -> dict[str, Any]:
    """Return what a manifest holds of them."""
    return {name: one.as_json() for name, one in statistics.items()}


def statistics_from_json(raw: Mapping[str, Any]) -> dict[str, SourceStatistics]:
    """Return what a manifest holds."""
    return {name: SourceStatistics.from_json(one) for name, one in raw.items()}


def merged_normaliser(statistics: Statistics) -> PolicyNormaliser:
    """Return what normalises all sources alike; the first's where nothing can be merged."""
    measured = [one.measurement for one in statistics.values() if one.measurement]
    if len(statistics) == 1 or len(measured) < len(statistics):
        return next(iter(statistics.values())).normaliser
    return Measurement.merge(measured).normaliser()


def normaliser_for(statistics: Statistics, embodiment: str) -> PolicyNormaliser | None:
    """Return the normaliser of the first source of that body; None when there is none."""
    fitting = (one.normaliser for one in statistics.values() if one.embodiment == embodiment)
    return next(fitting, None)
