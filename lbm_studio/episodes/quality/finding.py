"""What a check found."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from lbm_studio.episodes.edits.change import Change


class Severity(StrEnum):
    """What happens when nobody mends it."""

    RUIN = "ruin"
    """Training would run to its end and learn something wrong; it is refused."""
    DOUBT = "doubt"
    """The policy gets worse, or may; somebody should look."""
    HINT = "hint"
    """Worth knowing."""


class FindingKind(StrEnum):
    """What is wrong."""

    DAMAGE = "damage"
    EDITS = "edits"
    RATE = "rate"
    CONVENTION = "convention"
    NUMBERS = "numbers"
    GRIPPER = "gripper"
    LAG = "lag"
    RANGES = "ranges"
    OUTLIER = "outlier"
    SWAPPED_CAMERAS = "swapped cameras"
    DARK_CAMERA = "dark camera"
    FROZEN_CAMERA = "frozen camera"
    STALE_CAMERA = "stale camera"
    DROPPED_TICKS = "dropped ticks"
    IDLE_START = "idle start"
    SATURATION = "saturation"
    JERK = "jerk"
    DURATION = "duration"
    JUDGEMENT = "judgement"
    COVERAGE = "coverage"
    DUPLICATE = "duplicate"
    PROMPT = "prompt"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or may be.

    Attributes:
        kind: what.
        severity: how bad it is.
        sentence: for people.
        dataset: folder it was found in; empty where several are concerned.
        uuid: the episode; empty where it is about more than one.
        fix: the changes that would mend it, one edit; empty where none does.
    """

    kind: FindingKind
    severity: Severity
    sentence: str
    dataset: str = ""
    uuid: str = ""
    fix: tuple[Change, ...] = ()


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings by severity, those of one kind together."""
    severities, kinds = list(Severity), list(FindingKind)
    return tuple(
        sorted(findings, key=lambda f: (severities.index(f.severity), kinds.index(f.kind)))
    )
