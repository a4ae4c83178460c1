"""What is said about an episode beside its frames."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import uuid4

from lbm_studio.core.embodiment import SafetyCard

FIRST_UNSEEN_SEED = 900_000
"""Layouts of simulated skills from this seed on are never recorded; policies are tried on them."""


class EpisodeSource(StrEnum):
    """Who moved the arms."""

    TELEOPERATION = "teleoperation"
    SCRIPTED = "scripted"
    POLICY = "policy"


@dataclass(frozen=True)
class EpisodeMetadata:
    """Written once, when the episode is kept.

    Attributes:
        goal: what the operator asked for, in plain language.
        source: who moved the arms.
        success: whether the goal was reached; None when nobody judged it.
        skill: name of the simulated skill whose layout was used; empty elsewhere.
        seed: seed of that layout; -1 elsewhere.
        operator: who recorded it; may be empty.
        dropped_ticks: whole ticks that were left out because a stream was late.
        paraphrases: other ways to ask for the same; none where nobody knows any.
        safety: the limits in force; None where nobody knows.
        limited: in how many of its steps each limit changed what was asked for; see
            :class:`lbm_studio.core.safety.Limit`.
        uuid: identity that survives moving and merging.
    """

    goal: str
    source: EpisodeSource
    success: bool | None
    skill: str = ""
    seed: int = -1
    operator: str = ""
    dropped_ticks: int = 0
    paraphrases: tuple[str, ...] = ()
    safety: SafetyCard | None = None
    limited: Mapping[str, int] = field(default_factory=dict[str, int], hash=False)
    uuid: str = field(default_factory=lambda: uuid4().hex)


def identity_of(metadata: EpisodeMetadata) -> str:
    """Return what stays the same when a simulated episode is recorded anew from its seed."""
    if metadata.seed < 0:
        return metadata.uuid
    return f"{metadata.skill}:{metadata.seed}"


@dataclass(frozen=True)
class EpisodeSummary:
    """One row of a dataset's table.

    Attributes:
        index: position in the dataset.
        length: frames.
        duration_s: seconds at the dataset's rate [s].
        metadata: what was said about it.
    """

    index: int
    length: int
    duration_s: float
    metadata: EpisodeMetadata
